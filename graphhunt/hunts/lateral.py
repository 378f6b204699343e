"""Scores of remote logons for the ranking of paths: how unusual, how corroborated, how well linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from graphhunt.analytics.lateral.corroboration import COLUMNS, Corroboration, corroborate
from graphhunt.analytics.lateral.score import score_hops
from graphhunt.paths import LogonTable

if TYPE_CHECKING:
    from graphhunt.graphing.snapshot import Snapshot
    from graphhunt.paths.table import Floats

FLOOR = 0.25
"""Hops with less than this share of the best score are not offered as parts of unasked-for paths."""


def logon_table(snapshot: Snapshot) -> LogonTable | None:
    """Give the case's remote logons as the path engine takes them; None if there is none."""
    logons, machines, users = (snapshot.table(name) for name in ("REMOTE_LOGON", "Machine", "User"))
    if logons is None or machines is None or users is None:
        return None
    names = dict(machines.select("id", "name").iter_rows())
    accounts = dict(users.select("id", "name").iter_rows())
    return LogonTable.from_frame(logons, host_names=names, account_names=accounts)


def corroboration(table: LogonTable, snapshot: Snapshot) -> Corroboration:
    """Join the case's host events to the rows of the table."""
    events = snapshot.table("Corroboration")
    if events is None:
        return Corroboration.none(table)
    hosts = {host: index for index, host in enumerate(table.hosts)}
    accounts = {account: index for index, account in enumerate(table.accounts)}
    rows = {table.row_id(row): row for row in range(len(table))}
    looked_up = {
        "t": pl.col("time"), "kind": pl.col("kind"), "host": _index("machine_id", hosts),
        "acct": _index("user_id", accounts), "row": _index("relationship_id", rows), "peer": _index("peer_id", hosts),
    }  # fmt: skip
    return corroborate(table, events.select(looked_up[name].cast(dtype).alias(name) for name, dtype in COLUMNS.items()))


def _index(column: str, known: dict[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(known, default=-1, return_dtype=pl.Int64).fill_null(-1)


def row_scores(table: LogonTable, snapshot: Snapshot) -> Floats:
    """Score each remote logon: the detector's nats, and as much again as the best where lineage links it to another.

    A logon opened by a process of an earlier remote session, and that earlier session, are parts of one chain
    whatever their rarity.
    """
    total = np.maximum(score_hops(table, corroboration(table, snapshot)).total, 0.0)
    linked = linked_rows(table, snapshot)
    best = float(total.max()) if len(total) else 0.0
    return np.where(linked, total + max(best, 1.0), total)


def linked_rows(table: LogonTable, snapshot: Snapshot) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark the rows that process lineage links to an earlier or later remote session."""
    causes = cause_of(snapshot)
    ends = causes.keys() | set(causes.values())
    return np.array([table.row_id(row) in ends for row in range(len(table))], dtype=bool)


def cause_of(snapshot: Snapshot) -> dict[str, str]:
    """Give for each remote logon that lineage explains, the remote logon that led to it."""
    logons = snapshot.table("REMOTE_LOGON")
    if logons is None or "caused_by" not in logons.columns:
        return {}
    return dict(logons.select("id", "caused_by").drop_nulls().iter_rows())


def above_floor(scores: Floats) -> Floats:
    """Set scores below the floor to zero, which keeps their hops out of unasked-for paths."""
    best = float(scores.max()) if len(scores) else 0.0
    return np.where(scores >= FLOOR * best, scores, 0.0)
