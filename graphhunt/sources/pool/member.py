"""One worker as its parent sees it: what it was asked, what it says, and when it has to be stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections import deque
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from graphhunt.errors import LoadError
from graphhunt.model import FileWarning, Record
from graphhunt.sources.loading import Source
from graphhunt.sources.pool import wire
from graphhunt.sources.pool.limits import MIB, Clock, WorkerLimits
from graphhunt.sources.pool.process import PIPE_SIZE, start

_LAST_WORDS = 5.0
"""Seconds that a worker whose pipe is closed may take to end."""

_START = 60.0
"""Seconds in which a worker must have its loaders; a machine with other work takes a while."""

_QUEUED_BYTES = MIB
_QUEUED_FRAMES = 32 * 1024
"""Bytes of files, and of the jobs themselves, that wait for a busy worker. What is more would stay in the parent's
way: a pipe holds 64 KiB of jobs, and a worker that waits for its parent to read takes none of them."""

_OF_LOOKS = (wire.Asking, wire.Looked)
_LAST = (wire.Ended, wire.Looked)


class Job:
    """Something a worker is asked to do.

    Args:
        source: The file.
        size: Its bytes.
        ask: What the worker is told.
        tag: What the pool's user knows it by.

    Attributes:
        records: Records it has given.
        position: Where the last of them was.
        reached: Bytes of the file that are read.
        asking: The loader that is looking at it.
        faults: Loaders that had to be stopped while they looked at it, with the reason.
    """

    def __init__(self, source: Source, size: int, ask: wire.Job, tag: Any) -> None:
        self.source = source
        self.size = size
        self.ask = ask
        self.tag = tag
        self.records = 0
        self.position = ""
        self.reached = 0
        self.asking = ""
        self.faults: dict[str, str] = {}

    def record(self, said: wire.Said) -> Record:
        """Make a record that the worker gave again, and take note of it."""
        self.records += 1
        self.position = said.position
        return said.record()

    def warning(self, reason: str) -> FileWarning:
        """Say why it ended early."""
        loader = self.ask.loader if isinstance(self.ask, wire.Read) else ""
        reason += f"; {self.records:,} records were read before" if self.records else ""
        return FileWarning(file=self.source.name, loader=loader, reason=reason, position=self.position)


class Member:
    """A worker process with its jobs, of which it does the first.

    Args:
        options: What the process is started with.
        limits: What it may take.

    Attributes:
        jobs: What it has to do.
        said: Bytes that it said last.
        fault: Why it has to be replaced; empty while it may go on.
        ready: Whether it has its loaders.
    """

    def __init__(self, options: dict[str, Any], limits: WorkerLimits) -> None:
        self.jobs: deque[Job] = deque()
        self.said = 0
        self.fault = ""
        self._limits = limits
        self._process = start("graphhunt.sources.pool.worker", options)
        self._frames = wire.Frames()
        self._queued = 0
        self.ready = False
        self._budget = 0
        self._clock = Clock(limits._replace(silence=_START, seconds=_START), 0)

    @property
    def out(self) -> int:
        """Give the handle to listen at."""
        return _pipe(self._process.stdout).fileno()

    @property
    def pid(self) -> int:
        """Give the number of its process."""
        return self._process.pid

    def alive(self) -> bool:
        """Tell whether its process is there."""
        return self._process.poll() is None

    def takes(self, job: Job) -> bool:
        """Tell whether a job may wait for it: small ones may, as a file's way there takes as long as reading it."""
        size = sum(waiting.size for waiting in self.jobs)
        return not self.jobs or (
            size + job.size <= _QUEUED_BYTES and self._queued + len(wire.frame(job.ask)) <= _QUEUED_FRAMES
        )

    def send(self, job: Job) -> None:
        """Give it a job."""
        data = wire.frame(job.ask)
        self.jobs.append(job)
        self._queued += len(data)
        if len(self.jobs) == 1:
            self._next()
        try:
            _pipe(self._process.stdin).write(data)
        except BrokenPipeError:
            return  # why it died is read from the other pipe

    def left(self) -> float:
        """Give the seconds in which it has to say something."""
        return self._clock.left()

    def silent(self, passed: float) -> None:
        """Take note that it said nothing for so many seconds more."""
        self._clock.silent(passed)
        self._check_time()

    def hear(self, waited: float) -> Iterator[tuple[Job, wire.Message]]:
        """Take what it says, after so many seconds of waiting; all that came before a fault is given."""
        data = os.read(self.out, PIPE_SIZE)
        self.said = len(data)
        if not data:
            self.fault = self._cause()
            return
        self._clock.heard(waited)
        try:
            for content in self._frames.feed(data):
                message = wire.message(content)
                if isinstance(message, wire.Ready):
                    self._begin()
                    continue
                yield self._take(message, len(content))
                if self._budget < 0:
                    self.fault = "the parser gave far more than the file can hold and was stopped"
                    return
        except (ValueError, msgspec.MsgspecError, RecursionError) as error:
            self.fault = f"the parser's worker gave nonsense and was stopped: {error}"
            return
        self._check_time()

    def _check_time(self) -> None:
        if self._clock.left() <= 0:
            self.fault = self._clock.reason()

    def _take(self, message: wire.Message, size: int) -> tuple[Job, wire.Message]:
        if not self.jobs:
            raise ValueError("a message without a job")
        job = self.jobs[0]
        if isinstance(job.ask, wire.Look) != isinstance(message, _OF_LOOKS):
            raise ValueError("a message for another job")
        self._budget -= size
        if isinstance(message, _LAST):
            self.jobs.popleft()
            self._queued -= len(wire.frame(job.ask))
            self._next()
        return job, message

    def _begin(self) -> None:
        """Take note that it is ready.

        Raises:
            ValueError: It has said so before: each time its clock and its budget begin anew.
        """
        if self.ready:
            raise ValueError("it is ready twice")
        self.ready = True
        self._next()

    def _next(self) -> None:
        """Begin to measure the first job, if it is ready for that."""
        if not self.ready:
            return
        size = self.jobs[0].size if self.jobs else 0
        self._clock = Clock(self._limits, size)
        self._budget = self._limits.output_for(size)

    def _cause(self) -> str:
        """Say what it died of."""
        try:
            code = self._process.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            return "the parser's worker closed its pipes and was stopped"
        if code == -signal.SIGXCPU:
            return "the parser used too much CPU time and was stopped"
        if code == -signal.SIGABRT:
            return f"the parser gave up (SIGABRT), maybe for lack of memory ({self._limits.memory // MIB} MiB)"
        if code < 0:
            return f"the parser crashed ({_signal_name(-code)})"
        return f"the parser's worker ended by itself (exit code {code})"

    def close(self) -> None:
        """End it, and what its loaders may have started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have none
        return f"signal {number}"


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise LoadError("the parser's worker has no pipe")
    return stream
