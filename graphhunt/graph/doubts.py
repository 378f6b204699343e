"""Doubts: what records say that can't be, or that others deny, each with the records that say it.

They are rows beside the graph and no part of it; rules add theirs, and `Graph.doubts` holds all of them.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from graphhunt.schema import EVIDENCE_CAP
from graphhunt.times import iso

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    "subject": pl.String,
    "time": pl.Int64,
    "text": pl.String,
    "evidence": pl.List(pl.String),
    "repaired": pl.Boolean,
}
"""Columns: what kind of doubt, id of the node or relationship, when (µs), in words, event ids, and whether a rule
settled it; one that isn't repaired stands in the graph as the records say."""


_OF_SOURCES = {
    "sources_disagree": "from {} to {}: records disagree on where it came from",
    "name_address_mismatch": "from {} to {}: the client gave itself the name of another machine",
}


def doubts(kind: str, frame: pl.DataFrame, subject: str, text: pl.Expr, *, repaired: bool = True) -> pl.DataFrame:
    """Make rows of doubts.

    Args:
        kind: What they are of: words joined by underscores.
        frame: One row per doubt, with `time` and `event_id` (event ids, unordered).
        subject: Column of the node's or relationship's id.
        text: The doubt in words.
        repaired: Whether the graph was mended.
    """
    events = pl.col("event_id").fill_null([]).list.unique().list.sort().list.head(EVIDENCE_CAP)
    rows = frame.select(
        kind=pl.lit(kind), subject=pl.col(subject), time=pl.col("time"), text=text, evidence=events,
        repaired=pl.lit(value=repaired),
    )  # fmt: skip
    return rows.cast(pl.Schema(SCHEMA))


def remote_doubts(remote: pl.DataFrame) -> pl.DataFrame:
    """Give the doubts that remote logons name themselves (`doubt`): what speaks against their source."""
    rows = remote.drop_nulls("doubt").with_columns(time="start", event_id="evidence")
    parts = [
        doubts(kind, rows.filter(pl.col("doubt") == kind), "id", pl.format(text, "from_id", "to_id"), repaired=False)
        for kind, text in _OF_SOURCES.items()
    ]
    return pl.concat(parts)


def collected(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Put the doubts of all rules together, in one order."""
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts]).unique().sort("kind", "subject", "time", "text")


def counted_doubts(table: pl.DataFrame | None) -> dict[str, dict[str, int]]:
    """Count the doubts of each kind: `found`, and how many of them are `repaired`."""
    if table is None:
        return {}
    rows = table.group_by("kind").agg(found=pl.len(), repaired=pl.col("repaired").sum()).sort("kind")
    return {kind: {"found": found, "repaired": repaired} for kind, found, repaired in rows.iter_rows()}


def listed_doubts(table: pl.DataFrame | None) -> list[dict[str, Any]] | None:
    """Give every doubt with its time as text; None where there is no table, as nobody has looked for any yet."""
    if table is None:
        return None
    rows = table.iter_rows(named=True)
    return [{**row, "time": None if row["time"] is None else iso(row["time"])} for row in rows]
