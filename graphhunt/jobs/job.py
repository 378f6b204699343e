"""One job: what it is, how far it is, and how its work reports progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from graphhunt.errors import CancelledError

ENDED = frozenset({"succeeded", "failed", "cancelled"})
"""States a job does not leave."""

MAX_WARNINGS = 100
"""Most warnings kept of one job; `warned` counts them all."""

_SETTLE = 2.0


@dataclass
class Job:
    """The state of a job; times in µs UTC, `rate` in units per second, `eta` in seconds.

    Attributes:
        sequence: Grows with every change, for readers that wait for one.
        done: Units of the phase that are done, of `total` (0 when not known); bytes while reading.
        events: Records read so far.
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
    events: int = 0
    rate: float | None = None
    eta: float | None = None
    cancelling: bool = False
    warnings: list[str] = field(default_factory=list)
    warned: int = 0
    result: dict[str, Any] | None = None
    error: str | None = None

    def face(self) -> dict[str, Any]:
        """Give the state as plain values."""
        return asdict(self)


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
        self._begun = time.monotonic()

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
        job = self._job
        if phase != job.phase:
            self._begun = time.monotonic()
        seconds = time.monotonic() - self._begun
        job.phase, job.done, job.total = phase, done, total
        job.events = max(job.events, events)
        job.rate = round(done / seconds, 1) if seconds > 0 and done else None
        left = (total - done) * seconds / done if done and total >= done else None
        job.eta = round(left, 1) if left is not None and seconds >= _SETTLE else None
        self._changed()

    def warn(self, text: str) -> None:
        """Keep a warning for the user."""
        self._job.warned += 1
        if len(self._job.warnings) < MAX_WARNINGS:
            self._job.warnings.append(text)
        self._changed()


Work = Callable[[Tell], dict[str, Any]]
"""What a job does; gives its result."""
