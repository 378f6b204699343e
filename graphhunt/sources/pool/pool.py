"""Shares files between workers, takes what they give, and goes on without the file that stopped one."""

from __future__ import annotations

import os
import select
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar

from graphhunt.errors import LoadError, UsageError
from graphhunt.model import FileWarning, Record
from graphhunt.sources.loading import Loader, Source, readable
from graphhunt.sources.pool import wire
from graphhunt.sources.pool.limits import WorkerLimits
from graphhunt.sources.pool.member import Job, Member
from graphhunt.sources.pool.wire import Looked
from graphhunt.sources.slices import Slice

_ROUND = 1.0
"""Seconds that a round of listening takes at most."""

_GATHER = 0.002
"""Seconds in which more may come of a worker that said little: being woken for each record costs more than it."""

_LITTLE = 64 * 1024
_STRIKES = 3
"""So often a loader may have to be stopped while it looks at a file; then it is asked no more."""

T = TypeVar("T")


class Pool(Generic[T]):
    """Reads sources in worker processes. Use it as a context manager: leaving it ends them.

    Args:
        loaders: The loaders by name; None for those of the entry points.
        limits: What a worker may take for one file.
        take: Called with each record and warning of a source, by the tag that the source was submitted with.
        ended: Called when a source has ended, well or not.
        tick: Called now and then.

    Attributes:
        most: Workers at most.

    Raises:
        UsageError: A loader's class can't be found by another process.
    """

    def __init__(
        self,
        loaders: Mapping[str, Loader] | None = None,
        *,
        limits: WorkerLimits | None = None,
        most: int = 1,
        take: Callable[[T, Record | FileWarning], None],
        ended: Callable[[T], None] = lambda tag: None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Set the limits; the first worker starts with `start`, or with the first file."""
        self.most = most
        self._limits = limits or WorkerLimits()
        self._options = {"memory": self._limits.memory, "loaders": _classes(loaders)}
        self._take = take
        self._ended = ended
        self._tick = tick
        self._members: list[Member] = []
        self._strikes: Counter[str] = Counter()
        self._unready = 0
        self._looked: dict[int, Looked] = {}
        self._round = time.monotonic()

    def __enter__(self) -> Pool[T]:
        """Use it for a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all workers."""
        self.close()

    def start(self) -> None:
        """Start the first worker, which gets ready while the caller does other things."""
        if not self._members:
            self._members.append(Member(self._options, self._limits))

    def close(self) -> None:
        """End all workers."""
        for member in self._members:
            member.close()
        self._members.clear()

    def look(self, sources: list[Source], format: str | None = None) -> list[Looked]:
        """Find the loaders of some sources.

        Args:
            sources: Files that aren't empty.
            format: Name of the loader to take for all; None to ask them all.

        Raises:
            UsageError: No loader has that name.
        """
        jobs = [self._look(source, format) for source in sources]
        for job in jobs:
            while not self._least().takes(job):
                self._listen()
            self._least().send(job)
        while any(id(job) not in self._looked for job in jobs):
            self._listen()
        answers = [self._looked.pop(id(job)) for job in jobs]
        for answer in answers:
            if answer.known and format is not None:
                raise UsageError(f"no loader is called '{format}'", hint="valid: " + ", ".join(answer.known))
        return answers

    def submit(self, source: Source, loader: str, tag: T, *, again: bool = False) -> None:
        """Hand out a source to be read, waiting while all workers have enough to do.

        Args:
            source: What is read; with `again` a file of kept records (`graphhunt.sources.held`).
            loader: Name of the loader.
            tag: What its records come with.
            again: Read kept records again: each comes without its text, and with its place in the file as `position`.
        """
        part = source.part if isinstance(source, Slice) else None
        size = part.end - part.start if part else _size(source)
        name, path = readable(source.name), os.fsencode(source.path.absolute())
        job = Job(source, size, wire.Read(loader, name, path, part, self._limits.cpu_for(size), again), tag)
        while (member := self._free(job)) is None:
            self._listen()
        member.send(job)

    def finish(self) -> None:
        """Wait until all that was submitted is read."""
        while any(member.jobs for member in self._members):
            self._listen()

    def reached(self) -> list[tuple[Source, int]]:
        """Give the files that are being read, with how many of their bytes are."""
        return [(member.jobs[0].source, member.jobs[0].reached) for member in self._members if member.jobs]

    def _look(self, source: Source, format: str | None) -> Job:
        name, path = readable(source.name), os.fsencode(source.path.absolute())
        job = Job(source, 0, wire.Look(name, path, format, [], self._limits.cpu_for(0)), None)
        self._exclude(job)
        return job

    def _exclude(self, job: Job) -> None:
        """Let no loader look at a file that had to be stopped too often."""
        for name, strikes in self._strikes.items():
            if isinstance(job.ask, wire.Look) and strikes >= _STRIKES and name not in job.ask.without:
                job.ask.without.append(name)
                job.faults[name] = f"it had to be stopped {strikes} times before"

    def _least(self) -> Member:
        """Give the worker with the least to do."""
        self.start()
        best = min(self._members, key=lambda member: (len(member.jobs) > 0, sum(job.size for job in member.jobs)))
        return best if best.jobs or best.alive() else self._replace(best)  # an idle one may have been killed

    def _free(self, job: Job) -> Member | None:
        """Pick a worker for a job: an idle one, a new one, or one that has little to do."""
        best = self._least() if self._members else None
        if (best is None or best.jobs) and len(self._members) < self.most:
            best = Member(self._options, self._limits)
            self._members.append(best)
        return best if best is not None and best.takes(job) else None

    def _replace(self, member: Member) -> Member:
        fresh = Member(self._options, self._limits)
        self._members[self._members.index(member)] = fresh
        member.close()
        return fresh

    def _listen(self) -> None:
        """Wait for the workers once, and take what they say."""
        busy = [member for member in self._members if member.jobs]
        before = time.monotonic()
        patience = max(0.0, min([_ROUND, *(member.left() for member in busy)]))
        ready = set(select.select([member.out for member in busy], [], [], patience)[0])
        now = time.monotonic()
        passed, self._round = now - self._round, now
        talking = [member for member in busy if member.out in ready]
        doing = sum(len(member.jobs) for member in busy)
        for member in busy:
            self._attend(member, now - before if member in talking else None, passed)
        self._tick()
        if talking and doing == sum(len(member.jobs) for member in busy) and all(m.said < _LITTLE for m in talking):
            time.sleep(_GATHER)

    def _attend(self, member: Member, waited: float | None, passed: float) -> None:
        """Take what a worker says after a wait, or (None) note that it says nothing."""
        if waited is None:
            member.silent(passed)
        else:
            for job, message in member.hear(waited):
                self._handle(job, message)
        if member.fault:
            self._go_on(member)

    def _handle(self, job: Job, message: wire.Message) -> None:
        if isinstance(message, wire.Said):
            self._take(job.tag, job.record(message))
        elif isinstance(message, wire.Warned):
            self._take(job.tag, message.warning)
        elif isinstance(message, wire.Reached):
            job.reached = message.position
        elif isinstance(message, wire.Asking):
            job.asking = message.loader
        elif isinstance(message, wire.Looked):
            message.faults |= job.faults
            self._looked[id(job)] = message
        elif isinstance(message, wire.Ended):
            self._end(job, message.reason)

    def _end(self, job: Job, reason: str = "") -> None:
        if reason:
            self._take(job.tag, job.warning(reason))
        self._ended(job.tag)

    def _go_on(self, member: Member) -> None:
        """Replace a worker with a fault; the file it was at is over, all others wait for the new one.

        Raises:
            LoadError: Workers die again and again before they have their loaders.
        """
        self._unready = 0 if member.ready else self._unready + 1
        if self._unready >= _STRIKES:
            raise LoadError(
                f"the processes that read files can't start: {member.fault}",
                hint="a loader of another package may be at fault, or a limit of this machine (ulimit -a)",
            )
        fresh = self._replace(member)
        if not member.ready:  # it had begun with none of them
            for job in member.jobs:
                fresh.send(job)
            return
        if not member.jobs:
            return
        first, *others = member.jobs
        if isinstance(first.ask, wire.Read):
            self._end(first, member.fault)
        elif first.asking:
            self._strikes[first.asking] += 1
            first.faults[first.asking] = member.fault
            first.ask.without.append(first.asking)
            first.asking = ""
            others.insert(0, first)
        else:
            self._looked[id(first)] = Looked(reason=member.fault)
        for job in others:
            self._exclude(job)
            fresh.send(job)


def _size(source: Source) -> int:
    """Give the bytes of a file; 0 if it is gone, which the worker will tell."""
    try:
        return source.path.stat().st_size
    except OSError:
        return 0


def _classes(loaders: Mapping[str, Loader] | None) -> dict[str, tuple[str, str]] | None:
    """Name the loaders' classes, for another process to find them."""
    if loaders is None:
        return None
    for name, loader in loaders.items():
        if not _importable(loader):
            raise UsageError(
                f"the loader {name!r} can't be run in a process of its own", hint="put its class into a module"
            )
    return {name: (type(loader).__module__, type(loader).__qualname__) for name, loader in loaders.items()}


def _importable(loader: Loader) -> bool:
    """Tell whether another process can make this loader: not if its class is of a notebook or a function."""
    kind = type(loader)
    found: Any = sys.modules.get(kind.__module__) if kind.__module__ != "__main__" else None
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is kind
