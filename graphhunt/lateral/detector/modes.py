"""How a case is read: a short or small one by evidence alone, a long and large one against its own history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphhunt.lateral.detector.corroboration import LEAST_HISTORY
from graphhunt.lateral.paths.table import DAY, HOUR, Ints, LogonTable
from graphhunt.plain import counted

AUTO, CASE, MONITOR = "auto", "case", "monitor"
"""What may be asked for: chosen by the data, the responder's mode, or monitoring."""

WANTED = (AUTO, CASE, MONITOR)

HISTORY_DAYS = 14
"""Days kept back as history at the beginning of a long case."""

LEAST_DAYS_AFTER = 7
"""Days with logons that must follow them: of a shorter case too little would be scored."""

LEAST_ACCOUNTS, LEAST_MACHINES = 30, 30
"""Accounts and machines in use below which a case is read by evidence, however long it is."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """From when a run scores, and how it reads the case.

    Attributes:
        since: First moment that is scored, µs UTC.
        mode: `case` or `monitor`.
        why: Why this mode, in words.
        hours: Hours from then to the last logon, begun ones counted; 0 where there is none.
    """

    since: int
    mode: str
    why: str
    hours: int = 0

    @property
    def line(self) -> str:
        """The mode in one line."""
        if self.mode == CASE:
            hours = "the one hour" if self.hours == 1 else f"all {self.hours:,} hours"
            return f"case mode: {hours} scored, no baseline ({self.why})"
        return f"monitor mode: {self.why}"


def beginning(table: LogonTable, asked: int | None, *, wanted: str = AUTO, window_days: int = 30) -> Beginning:
    """Choose the mode and the first moment that is scored.

    Args:
        table: The logons.
        asked: Moment that was asked for, µs UTC.
        wanted: One of `WANTED`.
        window_days: Days back that count as history.
    """
    if not len(table):
        return Beginning(asked or 0, CASE if wanted == AUTO else wanted, "no remote logon")
    days = np.unique(table.t[table.usable()] // DAY)
    after = _after_history(days, window_days)
    if wanted == AUTO:
        reason = _too_small(table) or (_too_short(after) if asked is None else _too_early(days, asked, window_days))
        mode, why = (MONITOR, _enough(asked)) if reason is None else (CASE, reason)
    else:
        mode, why = wanted, "as asked for"
    if asked is not None:
        since = asked
    elif mode == CASE:
        since = int(table.t[0])
    else:
        since = (after if after is not None else int(table.t[0] // DAY) + HISTORY_DAYS) * DAY
    return Beginning(since, mode, why, _hours(table, since))


def _hours(table: LogonTable, since: int) -> int:
    first, last = max(since, int(table.t[0])), int(table.t[-1])
    return 0 if last < first else 1 + (last - first) // HOUR


def _enough(asked: int | None) -> str:
    if asked is not None:
        return "what is before the time asked for is history and not scored itself"
    return f"the first {HISTORY_DAYS} days are history and not scored themselves"


def _too_small(table: LogonTable) -> str | None:
    """Say what is too small for habits to be known; None where nothing is."""
    rows = np.flatnonzero(table.usable())
    machines = len(np.unique(np.concatenate((table.src[rows], table.dst[rows]))))
    for what, found, least in (
        ("account", len(np.unique(table.acct[rows])), LEAST_ACCOUNTS), ("machine", machines, LEAST_MACHINES),
    ):  # fmt: skip
        if found < least:
            return f"{counted(found, what)}; monitoring takes {least}"
    return None


def _too_short(after: int | None) -> str | None:
    if after is not None:
        return None
    return f"too few days with logons; monitoring takes {HISTORY_DAYS} of history and {LEAST_DAYS_AFTER} more"


def _too_early(days: Ints, asked: int, window_days: int) -> str | None:
    """Say how much history lies before the moment that was asked for, where it is too little."""
    day = asked // DAY
    before = days[(days < day) & (days >= day - window_days)]
    span = int(day - before[0]) if len(before) else 0
    if span >= HISTORY_DAYS and len(before) >= LEAST_HISTORY:
        return None
    return f"{counted(len(before), 'day')} with logons before the time asked for; monitoring takes {HISTORY_DAYS} days"


def _after_history(days: Ints, window_days: int) -> int | None:
    """Give the first day after the history to keep back; None where the case has too few days before or after it.

    Days with logons are counted, not the time from the first logon to the last, and only up to a pause after which
    the history counts no more: a clock that stands in another year makes no case long.

    Args:
        days: Days with usable logons, rising.
        window_days: Days back that count as history.
    """
    held = np.searchsorted(days, days + HISTORY_DAYS) - np.arange(len(days))
    enough = np.flatnonzero(held >= LEAST_HISTORY)
    if not len(enough):
        return None
    begun = days[enough[0] :]
    paused = np.flatnonzero(np.diff(begun) > window_days)
    joined = begun[: paused[0] + 1] if len(paused) else begun
    first = int(begun[0]) + HISTORY_DAYS
    return first if int((joined >= first).sum()) >= LEAST_DAYS_AFTER else None
