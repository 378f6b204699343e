"""One job: what it is, how far it is, and how its work reports progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from graphhunt.case.jobs.pace import Pace
from graphhunt.errors import CancelledError

ENDED = frozenset({"succeeded", "failed", "cancelled"})
"""States a job does not leave."""

MAX_WARNINGS = 100
"""Most warnings kept of one job; `warned` counts them all."""

_AGAIN = 2.0


@dataclass
class Job:
    """The state of a job; times in µs UTC, `rate` in units per second, `eta` in seconds.

    Attributes:
        sequence: Grows with every change, for readers that wait for one.
        done: Units of the phase that are done, of `total` (0 when not known).
        unit: What is counted: bytes, rows, or steps of unknown length.
        events: Records read so far.
        rate: Measured over at least two seconds of the last fifteen; None as long as that says nothing.
        eta: What is left of the phase at that rate; None when that can't be said.
        summary: What came of it, in a few words.
    """

    id: str
    kind: str
    title: str
    author: str
    created: int
    state: str = "queued"
    sequence: int = 0
    started: int | None = None
    ended: int | None = None
    phase: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    events: int = 0
    rate: float | None = None
    eta: float | None = None
    cancelling: bool = False
    warnings: list[str] = field(default_factory=list)
    warned: int = 0
    summary: str = ""
    result: dict[str, Any] | None = None
    error: str | None = None

    def describe(self, *, result: bool = True) -> dict[str, Any]:
        """Give the state as plain values, with the result or without."""
        return asdict(self if result else replace(self, result=None))


class Tell:
    """How a job's work says how far it is; every call may raise `CancelledError`.

    Args:
        job: The job whose state is kept up.
        changed: Called after each change.
    """

    def __init__(self, job: Job, changed: Callable[[], None]) -> None:
        self._job = job
        self._changed = changed
        self._stop = threading.Event()
        self._pace = Pace()
        self._measured = 0.0

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._stop.set()

    def check(self) -> None:
        """Raise `CancelledError` if the job was cancelled."""
        if self._stop.is_set():
            raise CancelledError("the job was cancelled")

    def progress(self, phase: str, done: int, total: int, events: int = 0) -> None:
        """Say how many of all units of a phase are done, and how many records were read."""
        self.check()
        job, now = self._job, time.monotonic()
        if (phase, total > 1) != (job.phase, job.total > 1):
            self._pace.restart()
        job.phase, job.done, job.total, job.unit = phase, done, total, _unit(phase, total)
        job.events = max(job.events, events)
        self._pace.note(now, done)
        self._measure(now)
        self._changed()

    def measure(self) -> bool:
        """Look at the clock again, now and then, for work that reports nothing; tell whether anything changed."""
        now = time.monotonic()
        return now - self._measured >= _AGAIN and self._measure(now)

    def _measure(self, now: float) -> bool:
        job, before = self._job, (self._job.rate, self._job.eta)
        self._measured = now
        counted = job.unit not in ("", "steps")
        rate = self._pace.rate(now) if counted else None
        left = self._pace.left(now, job.total) if counted else None
        job.rate = None if rate is None else round(rate, 1)
        job.eta = None if left is None else round(left, 1)
        return (job.rate, job.eta) != before

    def sum_up(self, text: str) -> None:
        """Say in a few words what came of it."""
        self._job.summary = text

    def warn(self, text: str) -> None:
        """Keep a warning for the user."""
        self._job.warned += 1
        if len(self._job.warnings) < MAX_WARNINGS:
            self._job.warnings.append(text)
        self._changed()


def _unit(phase: str, total: int) -> str:
    """Name what a phase counts: a whole of one unit has steps that say nothing about time."""
    if total <= 1:
        return "steps"
    return "bytes" if phase == "read" else "rows"


Work = Callable[[Tell], dict[str, Any]]
"""What a job does; gives its result."""
