"""Processes that ran, who ran them, what started them and until when they were seen: RAN, EXECUTED and SPAWNED."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, greatest, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_RAN = ("machine_id", "process_id")
_EXECUTED = ("owner", "process_id")
_SPAWNED = ("parent_id", "process_id")


def _contributes(window: Window, known: Definitions) -> Tables:
    mentions = known.processes.resolve(window.of(known.processes.mentions)).drop_nulls("process_id")
    sighted = _sighted(window.of(known.processes.starts), mentions, known)
    owner = known.processes.nodes.select(process_id="id", owner="user_id")
    claims = window.of(known.processes.claimed_parents).select("process_id", "time", "event_id", "source")
    return {
        "RAN": sighted,
        "EXECUTED": sighted.join(owner, on="process_id").drop_nulls("owner"),
        "SPAWNED": claims.join(known.processes.parents, on="process_id"),
        "activity of processes": mentions,
    }


def _sighted(starts: pl.DataFrame, mentions: pl.DataFrame, known: Definitions) -> pl.DataFrame:
    """Give the records that prove an instance: its starts, or for a stub its mentions."""
    columns = ["machine_id", "process_id", "time", "event_id", "source"]
    started = known.processes.starts.select("process_id").unique()
    stubs = mentions.join(started, on="process_id", how="anti")
    return pl.concat([starts.select(columns), stubs.select(columns)])


def _draws(sums: Tables, known: Definitions) -> Tables:
    ran = edges("RAN", sums["RAN"], *_RAN, start="machine_id", end="process_id")
    executed = edges("EXECUTED", sums["EXECUTED"], *_EXECUTED, start="owner", end="process_id")
    spawned = edges("SPAWNED", sums["SPAWNED"], *_SPAWNED, start="parent_id", end="process_id")
    stated = known.processes.nodes.select("id", "logon_id")
    in_sessions = {
        kind: known.acts.of_process(table.join(stated, left_on="to_id", right_on="id", how="left"), "to_id")
        for kind, table in {"RAN": ran, "EXECUTED": executed}.items()
    }
    return {**in_sessions, "SPAWNED": known.acts.of_parents(spawned), "Process": _nodes(sums, known)}


def _nodes(sums: Tables, known: Definitions) -> pl.DataFrame:
    """Give one row per process, with its session and when it was last seen."""
    activity = sums["activity of processes"].rename({"process_id": "id"})
    frame = known.acts.of_process(known.processes.nodes, "id").join(activity, on="id", how="left")
    last = pl.max_horizontal("first_seen", "last_activity", "end")
    return frame.with_columns(last_seen=last).drop("last_activity")


FAMILY = Family(
    "executions",
    asks=("processes", "acts"),
    folds={
        "RAN": Fold(_RAN, proof()),
        "EXECUTED": Fold(_EXECUTED, proof()),
        "SPAWNED": Fold(_SPAWNED, proof()),
        "activity of processes": Fold(("process_id",), {"last_activity": greatest("time")}, drawn=False),
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
