"""What a run scores, from what it learns, and what it leaves out: every answer states it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphhunt.lateral.detector.corroboration import LEAST_HISTORY
from graphhunt.lateral.paths.table import DAY, Flags, Ints, LogonTable

HISTORY_DAYS = 14
"""Days kept back as history at the beginning of a long case."""

LEAST_DAYS_AFTER = 7
"""Days with logons that must follow them: of a shorter case too little would be scored."""

LEAST_ACCOUNTS, LEAST_MACHINES = 30, 30
"""Accounts and machines in use below which a case is scored whole, however long it is."""

ASKED, CASE, MONITOR = "asked", "case", "monitor"
"""Modes: from the time that was asked for, the whole case, or all but the first days."""

MODES = {
    ASKED: "scored from the time that was asked for; what is earlier is history",
    CASE: "the whole case is scored, each day against the days before it",
    MONITOR: f"the first {HISTORY_DAYS} days are history and not scored themselves",
}
"""The modes in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a run scored.

    Attributes:
        mode: A key of `MODES`.
        since: First moment that is scored, µs UTC.
        first: First logon of the case, µs UTC; None if there is none.
        last: Last logon, µs UTC; None if there is none.
        history_days: Days with logons before `since`.
        hops: Logons that were scored.
        earlier: Logons before `since` that were only learnt from.
        left_out: Logons since then that can't be scored, by reason.
        degraded: Methods that could not be used, with the reason and what took their place.
    """

    mode: str
    since: int
    first: int | None
    last: int | None
    history_days: int
    hops: int
    earlier: int
    left_out: dict[str, int]
    degraded: tuple[str, ...] = ()


def beginning(table: LogonTable, asked: int | None, *, window_days: int = 30) -> tuple[int, str]:
    """Give the first moment that is scored, µs UTC, and the mode.

    Args:
        table: The logons.
        asked: Moment that was asked for, µs UTC.
        window_days: Days back that count as history.
    """
    if asked is not None:
        return asked, ASKED
    if not len(table):
        return 0, CASE
    rows = np.flatnonzero(table.usable())
    machines = len(np.unique(np.concatenate((table.src[rows], table.dst[rows]))))
    small = len(np.unique(table.acct[rows])) < LEAST_ACCOUNTS or machines < LEAST_MACHINES
    day = None if small else _after_history(np.unique(table.t[rows] // DAY), window_days)
    return (int(table.t[0]), CASE) if day is None else (day * DAY, MONITOR)


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


def scope_of(table: LogonTable, since: int, mode: str, hops: Flags, degraded: tuple[str, ...]) -> Scope:
    """Count what was scored and what was not.

    Args:
        table: The logons.
        since: First moment that is scored.
        mode: A key of `MODES`.
        hops: Rows that can be scored at all.
        degraded: Methods that could not be used.
    """
    scored = table.t >= since
    return Scope(
        mode=mode, since=since, first=int(table.t[0]) if len(table) else None,
        last=int(table.t[-1]) if len(table) else None, history_days=len(np.unique(table.t[~scored] // DAY)),
        hops=int((hops & scored).sum()), earlier=int((hops & ~scored).sum()),
        left_out=_left_out(table, scored & ~hops), degraded=degraded,
    )  # fmt: skip


def _left_out(table: LogonTable, rows: Flags) -> dict[str, int]:
    """Count rows by the first reason that keeps each from being scored."""
    counts = {}
    for reason, mask in (
        ("failed", table.ok != 1), ("of machine, system or anonymous accounts", ~table.people()),
        ("from an unknown source", table.src < 0), ("by an unknown account", table.acct < 0),
        ("within one machine", table.src == table.dst),
    ):  # fmt: skip
        found = rows & mask
        if found.any():
            counts[reason] = int(found.sum())
        rows = rows & ~mask
    return counts
