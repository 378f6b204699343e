"""In which records a text stands, and why those that are in no node or relationship aren't drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.evidence.words import Words
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.graph.snapshot import Snapshot

SHOWN = 3
"""Records that are named."""

MAX_TEXT = 500
"""Characters of a text that count."""


def record_of(workspace: Workspace, event_id: str) -> dict[str, Any] | None:
    """Give an original record with its file and position; None if there is none of this id.

    Raises:
        DamageError: The record isn't what was loaded.
    """
    record = workspace.evidence.get(event_id)
    if record is None:
        return None
    return {
        "event_id": record.event_id, "source": record.loader, "file": record.file, "position": record.position,
        "host": record.host, "time": iso(record.time), "code": record.code, "outcome": record.outcome,
        "reason": record.reason, "record": record.raw, **({"damage": record.damage} if record.damage else {}),
    }  # fmt: skip


def records_with(workspace: Workspace, snapshot: Snapshot, text: str) -> dict[str, Any]:
    """Find the records that hold a text, whatever its case; none where it has no letter or digit.

    Returns:
        `records` and `files` that hold it, of how many that were `searched`; how many of them are `drawn`, and the
        others by reason as `not_drawn`; the `first` few with event_id, file, position and time.

    Raises:
        DamageError: A file of original records isn't what was written.
    """
    found = Words(workspace).find(text.strip()[:MAX_TEXT])
    undrawn = snapshot.scan("Undrawn")
    if undrawn is None:
        left = pl.DataFrame(schema={"event_id": pl.String, "_left": pl.String})
    else:
        mine = pl.col("event_id").is_in(found.get_column("event_id").implode())
        left = undrawn.filter(mine).rename({"reason": "_left"}).collect()
    why = (
        pl.when(pl.col("outcome") == "loaded")
        .then("_left")
        .otherwise(pl.concat_str("outcome", "reason", separator=": "))
    )
    told = found.join(left, on="event_id", how="left", maintain_order="left").with_columns(why=why)
    reasons = told.drop_nulls("why").group_by("why").len().sort(-pl.col("len").cast(pl.Int64), "why")
    first = told.head(SHOWN).select("event_id", "file", "position", "time")
    return {
        "records": found.height,
        "searched": sum(segment.rows for segment in workspace.live()),
        "files": found.get_column("file").n_unique(),
        "drawn": told.get_column("why").null_count(),
        "not_drawn": dict(reasons.iter_rows()),
        "first": [{**row, "time": iso(row["time"])} for row in first.iter_rows(named=True)],
    }
