"""Which remote session led to which: the process that opened a connection descends from the session before.

A logon from a machine was opened there by some process. If that process, or one it descends from, ran in an
earlier remote session on that machine (by LogonId, or as the process its service or task started), the earlier
session caused the logon: a link of process lineage, not of time alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from graphhunt.graph.processes import Processes
    from graphhunt.graph.sessions import Sessions

GENERATIONS = 16
"""How far lineage is followed; deeper trees are cut, which only loses a link."""


def with_causes(remote: pl.DataFrame, sessions: Sessions, processes: Processes) -> pl.DataFrame:
    """Add `caused_by` (REMOTE_LOGON id) and `cause_process_id` to the remote logons; null where none is proven."""
    owned = _owned(remote, sessions, processes)
    parents = processes.spawned.select(pl.col("to_id").alias("ancestor"), pl.col("from_id").alias("parent")).unique(
        "ancestor"
    )
    line = remote.drop_nulls("origin_process_id").select("id", "start", pl.col("origin_process_id").alias("ancestor"))
    found: list[pl.DataFrame] = []
    for _ in range(GENERATIONS):
        met = line.join(owned, on="ancestor").filter(
            (pl.col("cause") != pl.col("id")) & (pl.col("began") <= pl.col("start"))
        )
        found.append(met.sort("began", "cause", descending=True).unique("id", keep="first", maintain_order=True))
        line = line.join(met.select("id").unique(), on="id", how="anti").join(parents, on="ancestor")
        line = line.with_columns(ancestor="parent").drop("parent")
        if not line.height:
            break
    causes = pl.concat(found).select(
        "id", pl.col("cause").alias("caused_by"), pl.col("ancestor").alias("cause_process_id")
    )
    return remote.join(
        causes.unique("id", keep="first", maintain_order=True), on="id", how="left", maintain_order="left"
    )


def _owned(remote: pl.DataFrame, sessions: Sessions, processes: Processes) -> pl.DataFrame:
    """Give (ancestor, cause, began): the processes that ran in each remote session."""
    logons = remote.select(
        pl.col("id").alias("cause"), "session_id", pl.col("start").alias("began"), "remote_process_id"
    )
    inside = sessions.attach(processes.starts.drop_nulls("logon_id")).select("process_id", "session_id").drop_nulls()
    by_session = logons.join(inside, on="session_id").select(pl.col("process_id").alias("ancestor"), "cause", "began")
    by_service = logons.drop_nulls("remote_process_id").select(
        pl.col("remote_process_id").alias("ancestor"), "cause", "began"
    )
    return pl.concat([by_session, by_service]).unique()
