"""The parent's side: starts the worker, takes its records, and kills it when it breaks a limit."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from types import TracebackType
from typing import IO, NamedTuple

import msgspec

from graphhunt.errors import LoadError
from graphhunt.model import FileWarning, Record
from graphhunt.sources.loading import Loader, Source
from graphhunt.sources.sandbox.process import PIPE_SIZE, start
from graphhunt.sources.sandbox.wire import MESSAGES, Ended, Frames, Job, Message, Said, frame, record

_MIB = 1 << 20


class SandboxLimits(NamedTuple):
    """What a worker may take for one file.

    Attributes:
        memory: Bytes of address space.
        silence: Seconds without a record.
        seconds: Seconds of waiting for it in all, plus `seconds_per_mib` for each MiB of the file.
        cpu: Seconds of CPU time, plus `seconds_per_mib` for each MiB of the file.
        output_ratio: Bytes of records per byte of the file; the first 64 MiB are free.
    """

    memory: int = 2 << 30
    silence: float = 30.0
    seconds: float = 120.0
    cpu: float = 120.0
    seconds_per_mib: float = 2.0
    output_ratio: int = 200


class Sandbox:
    """Reads sources with loaders in one worker process, which is replaced when it had to be killed.

    Use it as a context manager, or `close` it.
    """

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        """Set the limits; the worker starts with the first file."""
        self.limits = limits or SandboxLimits()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sandbox:
        """Use it for a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the worker."""
        self.close()

    def close(self) -> None:
        """End the worker."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def read(self, loader: Loader, source: Source) -> Iterator[Record | FileWarning]:
        """Yield what the loader gives for a source; a killed or crashed worker gives a warning at the end."""
        count, position, reason, done = 0, "", "", False
        try:
            for message in self._messages(loader, source):
                if isinstance(message, Said):
                    count, position = count + 1, message.position
                    yield record(message)
                elif isinstance(message, Ended):
                    done, reason = True, message.reason
                else:
                    yield message.warning
        except LoadError as stopped:
            reason = stopped.message
        finally:
            if not done:
                self.close()
        if reason:
            reason += f"; {count:,} records were read before" if count else ""
            yield FileWarning(file=source.name, loader=loader.name, reason=reason, position=position)

    def _messages(self, loader: Loader, source: Source) -> Iterator[Message]:
        size = source.path.stat().st_size
        clock = _Clock(self.limits, size)
        budget = 64 * _MIB + self.limits.output_ratio * size
        frames, process = Frames(MESSAGES), self._send(self._job(loader, source, size))
        while True:
            data = self._receive(process, clock)
            budget -= len(data)
            if budget < 0:
                raise LoadError("the parser gave far more than the file can hold and was stopped")
            heard = False
            for message in _parse(frames, data):
                heard = True
                yield message
                if isinstance(message, Ended):
                    return
            clock.resume(progress=heard)

    def _job(self, loader: Loader, source: Source, size: int) -> Job:
        kind = type(loader)
        cpu = int(self.limits.cpu + self.limits.seconds_per_mib * size / _MIB)
        path = str(source.path.absolute())
        return Job(module=kind.__module__, loader=kind.__qualname__, file=source.name, path=path, cpu=cpu)

    def _send(self, job: Job) -> subprocess.Popen[bytes]:
        """Give the worker a job; it is started if need be."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = start("graphhunt.sources.sandbox.worker", {"memory": self.limits.memory})
        try:
            _pipe(self._process.stdin).write(frame(job))
        except BrokenPipeError as error:
            raise LoadError(self._cause(self._process)) from error
        return self._process

    def _receive(self, process: subprocess.Popen[bytes], clock: _Clock) -> bytes:
        """Wait for bytes of the worker.

        Raises:
            LoadError: None came in time, or it died.
        """
        handle = _pipe(process.stdout).fileno()
        ready, _, _ = select.select([handle], [], [], max(0.0, clock.left()))
        if not ready or clock.left() <= 0:
            raise LoadError(clock.reason())
        data = os.read(handle, PIPE_SIZE)
        if not data:
            raise LoadError(self._cause(process))
        return data

    def _cause(self, process: subprocess.Popen[bytes]) -> str:
        """Say what a worker died of."""
        code = process.wait()
        if code == -signal.SIGXCPU:
            return "the parser used too much CPU time and was stopped"
        if code == -signal.SIGABRT:
            return f"the parser gave up (SIGABRT), maybe for lack of memory ({self.limits.memory // _MIB} MiB)"
        if code < 0:
            return f"the parser crashed ({signal.Signals(-code).name})"
        return f"the parser's worker ended by itself (exit code {code})"


def _parse(frames: Frames[Message], data: bytes) -> Iterator[Message]:
    try:
        yield from frames.feed(data)
    except (ValueError, msgspec.MsgspecError) as error:
        raise LoadError(f"the parser's worker gave nonsense and was stopped: {error}") from error


class _Clock:
    """Measures the waiting for a worker, not what the parent does in between."""

    def __init__(self, limits: SandboxLimits, size: int) -> None:
        self._silence = limits.silence
        self._whole = self._left = limits.seconds + limits.seconds_per_mib * size / _MIB
        self._since = self._heard = time.monotonic()

    def left(self) -> float:
        """Give the seconds that the worker has to say something."""
        now = time.monotonic()
        self._left -= now - self._since
        self._since = now
        return min(self._left, self._heard + self._silence - now)

    def resume(self, *, progress: bool) -> None:
        """Wait again, after what the parent did."""
        now = time.monotonic()
        self._since = now
        if progress:
            self._heard = now

    def reason(self) -> str:
        """Say which limit was broken."""
        self.left()
        if self._left <= 0:
            return f"the parser took more than {self._whole:.0f} s and was stopped"
        return f"the parser gave nothing for {self._silence:.0f} s and was stopped"


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise LoadError("the parser's worker has no pipe")
    return stream
