"""In which records a text stands, and why those that are in no node or relationship aren't drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from graphhunt.records.query import HAS, TEXT, Clause, Query, Term
from graphhunt.records.search import Asked
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.records.search import Moment

SHOWN = 3
"""Records that are named."""

MAX_TEXT = 500
"""Characters of a text that count."""


def records_with(workspace: Workspace, snapshot: Snapshot, moment: Moment, text: str) -> dict[str, Any]:
    """Find the records that hold a text, whatever its case; none where it has no letter or digit.

    Returns:
        `records` and `files` that hold it, of how many that were `searched`; how many of them are `drawn`, and the
        others by reason as `not_drawn`; the `first` few with event_id, file, position and time.

    Raises:
        DamageError: A file of original records isn't what was written.
    """
    term = Term(TEXT, text.strip()[:MAX_TEXT], HAS)
    numbers = np.sort(moment.answer(Asked(query=Query((Clause((term,)),)))).numbers)
    found = moment.records.table.select("event_id", "file", "time", "outcome", "reason")[numbers]
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
    first = workspace.evidence.get_many(told.get_column("event_id").head(SHOWN))
    return {
        "records": found.height,
        "searched": moment.records.count,
        "files": found.get_column("file").n_unique(),
        "drawn": told.get_column("why").null_count(),
        "not_drawn": dict(reasons.iter_rows()),
        "first": [
            {"event_id": row.event_id, "file": row.file, "position": row.position, "time": iso(row.time)}
            for row in first
        ],
    }
