"""What a statement about identities would change: which records would be another machine's or account's."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from graphhunt.graph.case import Case

_ENDS = {"machine": "machine_id", "account": "user_id"}
_KEYS = ["event_id", "ordinal"]


class Move(NamedTuple):
    """Records that would be another's.

    Attributes:
        entity: `machine` or `account`.
        before: Id of whose they are; None where of nobody.
        after: Id of whose they would be.
        records: How many.
        evidence: The first of them.
    """

    entity: str
    before: str | None
    after: str | None
    records: int
    evidence: list[str]


def moves(before: Case, after: Case, shown: int = 5) -> list[Move]:
    """Compare who is who in two cases of the same facts, the greatest difference first.

    Args:
        before: The case as it is.
        after: The case as it would be.
        shown: Records that each difference names.
    """
    parts: dict[str, list[pl.DataFrame]] = {entity: [] for entity in _ENDS}
    for kind in before.kinds():
        old, new = before.facts(kind), after.facts(kind)
        for entity, column in _ENDS.items():
            if column in old.columns:
                parts[entity].append(_moved(old, new, column))
    found = [move for entity, frames in parts.items() for move in _counted(entity, frames, shown)]
    return sorted(found, key=lambda move: (-move.records, move.entity, move.before or "", move.after or ""))


def _moved(old: pl.DataFrame, new: pl.DataFrame, column: str) -> pl.DataFrame:
    """Give the records whose entity is another one after than before."""
    whole = new.select(*_KEYS, after=column)
    both = old.select(*_KEYS, "time", before=column).join(whole, on=_KEYS, how="left")
    return both.filter(pl.col("before").ne_missing(pl.col("after")))


def _counted(entity: str, frames: list[pl.DataFrame], shown: int) -> list[Move]:
    if not frames:
        return []
    rows = pl.concat(frames).sort("time", "event_id")
    grouped = rows.group_by("before", "after", maintain_order=True).agg(
        records=pl.col("event_id").n_unique(), evidence=pl.col("event_id").unique(maintain_order=True).head(shown)
    )
    return [Move(entity, *row) for row in grouped.iter_rows()]
