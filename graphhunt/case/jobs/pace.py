"""How quick work goes and how long the rest will take, or nothing as long as too little is known to say so."""

from __future__ import annotations

import threading
from collections import deque

LEAST = 2.0
"""Seconds that a rate is measured over at least."""

WINDOW = 15.0
"""Seconds that a rate looks back; work that reports nothing for as long has none."""

_APART = 0.25
_Report = tuple[float, int]


class Pace:
    """Reports of how many units were done when; seconds are those of one steady clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # the work reports, and requests ask
        self._reports: deque[_Report] = deque()

    def note(self, now: float, done: int) -> None:
        """Take a report; fewer units than before mean that something else is counted now."""
        with self._lock:
            reports = self._reports
            if reports and done < reports[-1][1]:
                reports.clear()
            if len(reports) > 1 and now - reports[-2][0] < _APART:
                reports.pop()
            reports.append((now, done))
            while len(reports) > 2 and reports[1][0] <= now - WINDOW:
                reports.popleft()

    def restart(self) -> None:
        """Forget all reports: another phase begins."""
        with self._lock:
            self._reports.clear()

    def rate(self, now: float) -> float | None:
        """Give units per second; None if the reports span too little time, say nothing or are old."""
        return _rate(now, self._ends())

    def left(self, now: float, total: int) -> float | None:
        """Give the seconds until `total` units are done; None without a rate, or when they should be over already."""
        ends = self._ends()
        rate = _rate(now, ends)
        if ends is None or rate is None:
            return None
        last, done = ends[1]
        seconds = (total - done) / rate - (now - last)
        return seconds if seconds > 0 else None

    def _ends(self) -> tuple[_Report, _Report] | None:
        """Give the first and the last report as they stand together; None if there is none."""
        with self._lock:
            return (self._reports[0], self._reports[-1]) if self._reports else None


def _rate(now: float, ends: tuple[_Report, _Report] | None) -> float | None:
    if ends is None:
        return None
    (first, before), (last, done) = ends
    if last - first < LEAST or done <= before or now - last > WINDOW:
        return None
    return (done - before) / (last - first)
