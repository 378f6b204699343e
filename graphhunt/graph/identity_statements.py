r"""What analysts state about identities, beside the telemetry and after every rule.

Statements cite spellings as records write them (`FS01`, `FS01.alpha.example`, `CORP\\ann`, a SID) and never ids of
nodes, so that they outlive reloads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
import polars as pl

from graphhunt.times import iso

Verdict = Literal["join", "split", "apart", "undo"]
Entity = Literal["machine", "account"]


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One statement of an analyst.

    Attributes:
        id: What an `undo` names.
        verdict: `join`: `a` and `b` are one. `apart`: `b` isn't `a`. `split`: the records of `a` from `start` until
            before `end` are of another. `undo`: the statement `a` holds no longer.
        entity: What the spellings name; empty for `undo`.
        a: First spelling, or the statement undone.
        b: Second spelling.
        start: First moment of a split, µs; None for the beginning.
        end: Moment after a split, µs; None for ever.
        author: Who says so.
        time: When it was said, µs.
        reason: Why.
    """

    id: str
    verdict: Verdict
    entity: Entity | None = None
    a: str
    b: str = ""
    start: int | None = None
    end: int | None = None
    author: str
    time: int
    reason: str = ""

    def holds(self, time: pl.Expr) -> pl.Expr:
        """Tell which times are within a split."""
        inside = pl.lit(value=True) if self.start is None else time >= self.start
        return inside if self.end is None else inside & (time < self.end)


def standing(statements: Iterable[Statement], entity: Entity) -> list[Statement]:
    """List the statements about an entity that nobody took back, oldest first."""
    rows = sorted(statements, key=_order)
    back = taken_back(rows)
    return [row for row in rows if row.entity == entity and row.id not in back]


def taken_back(statements: Iterable[Statement]) -> set[str]:
    """List the ids of the statements that later ones took back."""
    found: set[str] = set()
    for row in sorted(statements, key=_order, reverse=True):
        if row.verdict == "undo" and row.id not in found:  # an undo that was undone itself undoes nothing
            found.add(row.a)
    return found


def _order(row: Statement) -> tuple[int, str]:
    return row.time, row.id


def part_of(key: str, split: Statement) -> str:
    """Give the id of the other one that a split makes of an entity."""
    moment = (iso(split.start) or "").replace(":", "")
    return f"{key}@{moment or 'start'}"
