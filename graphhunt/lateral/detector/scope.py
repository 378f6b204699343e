"""What a run scores, from what it learns, and what it leaves out: every answer states it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graphhunt.lateral.detector.modes import Beginning
from graphhunt.lateral.paths.table import DAY, Flags, LogonTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a run scored.

    Attributes:
        begun: The mode, why, and the first moment that is scored.
        first: First logon of the case, µs UTC; None if there is none.
        last: Last logon, µs UTC; None if there is none.
        history_days: Days with logons before `since`.
        days: Days with logons that were scored.
        rows: Logons since then, whether or not they can be scored.
        hops: Logons that were scored.
        earlier: Logons before `since` that were only learnt from.
        left_out: Logons since then that can't be scored, by reason.
        degraded: Methods that could not be used, with the reason and what took their place.
        causes: Hops by how their cause is known: proved, proved machine, inferred, none.
        sensed: Hops that network sensors alone saw.
    """

    begun: Beginning
    first: int | None
    last: int | None
    history_days: int
    days: int
    rows: int
    hops: int
    earlier: int
    left_out: dict[str, int]
    degraded: tuple[str, ...] = ()
    causes: dict[str, int] = field(default_factory=dict)
    sensed: int = 0

    @property
    def mode(self) -> str:
        """`case` or `monitor`."""
        return self.begun.mode

    @property
    def since(self) -> int:
        """First moment that is scored, µs UTC."""
        return self.begun.since


def scope_of(table: LogonTable, begun: Beginning, hops: Flags, degraded: tuple[str, ...]) -> Scope:
    """Count what was scored and what was not.

    Args:
        table: The logons.
        begun: Mode and first moment that is scored.
        hops: Rows that can be scored at all.
        degraded: Methods that could not be used.
    """
    scored = table.t >= begun.since
    return Scope(
        begun=begun, first=int(table.t[0]) if len(table) else None,
        last=int(table.t[-1]) if len(table) else None, history_days=len(np.unique(table.t[~scored] // DAY)),
        days=len(np.unique(table.t[hops & scored] // DAY)), rows=int(scored.sum()),
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
