"""Loaders that really misbehave, each in its own way, after some good records."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from graphhunt.errors import LoadError
from graphhunt.model import Fact, FileWarning, Logon, Record, Rejected, Skipped
from graphhunt.sources.loading import Source


class Base:
    name = "bad"

    def sniff(self, head: bytes, name: str) -> float:
        return 1.0 if head.startswith(b"bad") else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        for i in range(10):
            yield Record(raw=f"{source.path.name} {i}", position=f"record {i}", outcome=[Logon(time=i, user=f"u{i}")])
        yield from self.misbehave(source)

    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        return iter(())


class Good(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        yield FileWarning(file=source.name, loader=self.name, reason="a chunk is damaged", position="offset 7")
        yield Record(raw="skip", position="record 10", outcome=Skipped("uninteresting"))
        yield Record(raw="reject", position="record 11", outcome=Rejected("broken"))


class Segfault(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        ctypes.string_at(1)
        yield from ()


class RealTimeSignal(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        os.kill(os.getpid(), 40)
        yield from ()


class LeavesAChild(Base):
    """Starts a program, says its number, and hangs."""

    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        child = subprocess.Popen(["/bin/sleep", "300"])
        yield Record(raw=str(child.pid), position="child", outcome=Skipped("started"))
        time.sleep(300)


class Abort(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        os.abort()
        yield from ()


class PythonLoop(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        while True:
            pass
        yield from ()


class NativeSleep(Base):
    """Sleeps in C with the interpreter's lock held, so that no thread in the process could end it."""

    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        ctypes.PyDLL(None).sleep(3600)
        yield from ()


class Memory(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        hoard = []
        while True:
            hoard.append(bytearray(1 << 24))
        yield from ()


class Endless(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        while True:
            yield Record(raw="x" * 100_000, position="record 10", outcome=Skipped("again"))


class Slow(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        for i in range(1000):
            time.sleep(0.05)
            yield Record(raw=f"slow {i}", position=f"record {10 + i}", outcome=Skipped("slow"))


class Quits(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        os._exit(3)
        yield from ()


class Killed(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield from ()


class Raises(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        raise ZeroDivisionError("oops")
        yield from ()


class Refuses(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        raise LoadError("the header is damaged", hint="copy it again")
        yield from ()


class Chatty(Base):
    """Prints, from Python and from C, where the messages go."""

    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        sys.stdout.write("hello" * 1000)
        sys.stdout.flush()
        os.write(1, b"\xff" * 1000)
        os.write(2, b"\xff" * 1000)
        yield Record(raw="last", position="record 10", outcome=Skipped("x"))


class Nonsense(Base):
    """Writes to every open file, so also among the messages."""

    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        for handle in range(3, 64):
            try:
                os.write(handle, b"\xff" * 64)
            except OSError:
                continue
        time.sleep(3600)
        yield from ()


class Closes(Base):
    """Closes every file, so also the pipe to its parent, and goes on."""

    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        os.closerange(3, 64)
        time.sleep(3600)
        yield from ()


class Nosy(Base):
    """Tells what it can see of its parent, and tries to write a file."""

    name = "nosy"

    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        yield Record(raw=repr(sorted(os.environ)), position="environment", outcome=Skipped("x"))
        yield Record(raw=str(len(list(Path("/proc/self/fd").iterdir()))), position="files", outcome=Skipped("x"))
        yield Record(raw=str(os.getpid()), position="pid", outcome=Skipped("x"))
        target = Path(source.path).with_name("written")
        try:
            target.write_bytes(b"x" * 10)
            text = "written"
        except OSError as error:
            text = type(error).__name__
        yield Record(raw=text, position="write", outcome=Skipped("x"))


class Grows(Base):
    """Gives each record all facts of those before it."""

    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        facts: list[Fact] = []
        for i in range(500):
            facts.append(Logon(time=i, user="u"))
            yield Record(raw=str(i), position=f"record {i}", outcome=facts)


class Complains(Base):
    def misbehave(self, source: Source) -> Iterator[Record | FileWarning]:
        for i in range(1500):
            yield FileWarning(file=source.name, loader=self.name, reason=f"complaint {i}")


class NeverReady(Base):
    """Can be made here, but kills each worker that makes it; a worker has no search path."""

    def __init__(self) -> None:
        if "PATH" not in os.environ:
            os.kill(os.getpid(), signal.SIGKILL)


class SniffRaises(Base):
    def sniff(self, head: bytes, name: str) -> float:
        raise ZeroDivisionError("oops")


class SniffHangs(Base):
    def sniff(self, head: bytes, name: str) -> float:
        ctypes.PyDLL(None).sleep(3600)
        return 1.0


class SniffCrashes(Base):
    def sniff(self, head: bytes, name: str) -> float:
        ctypes.string_at(1)
        return 1.0


class SniffHoards(Base):
    def sniff(self, head: bytes, name: str) -> float:
        hoard = []
        while True:
            hoard.append(bytearray(1 << 24))


class SniffQuits(Base):
    def sniff(self, head: bytes, name: str) -> float:
        os._exit(3)
