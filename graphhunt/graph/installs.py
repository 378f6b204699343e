"""Services and scheduled tasks as nodes, who made them, where, and what they started: INSTALLED, HOSTS and STARTED."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import AS_NUMBERED, Fold, first_known, greatest, least, proof, seen, sources, union
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import SESSION, hashed
from graphhunt.graph.shape import edges
from graphhunt.schema import EVIDENCE_CAP

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_INSTALLED = ("user_id", "label", "target_id", "logon_id", SESSION, "operation")
_HOSTED = ("machine_id", "label", "target_id")
_STARTED = ("target_id", "label", "process_id")
_OF_NODE = ("machine_id", "name", "command", "account", "start_type")


def _contributes(window: Window, known: Definitions) -> Tables:
    installs = window.of(known.services.installs)
    started = window.of(known.services.started)
    # The record of the start proves it as that of the install does.
    cited = pl.concat([started.with_columns(cited="event_id"), started.with_columns(cited="start_event")])
    return {
        "INSTALLED": installs.drop_nulls("user_id"),
        "installs on machines": installs,
        "STARTED": cited.with_columns(time="began"),
        "Service or task": installs.with_columns(unknown=pl.col("logon_id").is_null()),
    }


def _draws(sums: Tables, known: Definitions) -> Tables:
    installed = edges("INSTALLED", sums["INSTALLED"], *_INSTALLED, start="user_id", end="target_id")
    hosted = edges("HOSTS", sums["installs on machines"], *_HOSTED, start="machine_id", end="target_id")
    started = sums["STARTED"].with_columns(
        hashed("STARTED", "target_id", "process_id").alias("id"),
        count=pl.lit(1, pl.Int64),
        confidence=pl.lit("correlated"),
    )
    named = started.rename({"target_id": "from_id", "label": "from_label", "process_id": "to_id"})
    return {
        "INSTALLED": installed.rename({"label": "to_label"}).with_columns(from_label=pl.lit("User")),
        "HOSTS": hosted.rename({"label": "to_label"}).with_columns(from_label=pl.lit("Machine")),
        "STARTED": known.acts.of_process(named, "to_id").with_columns(to_label=pl.lit("Process")),
        **_nodes(sums["Service or task"].rename({"target_id": "id"})),
    }


def _nodes(made: pl.DataFrame) -> Tables:
    services = made.filter(pl.col("label") == "Service").drop("label").rename({"command": "image"})
    tasks = made.filter(pl.col("label") == "ScheduledTask").drop("label", "account", "start_type")
    return {"Service": services, "ScheduledTask": tasks}


FAMILY = Family(
    "installs",
    asks=("services", "acts"),
    folds={
        "INSTALLED": Fold(_INSTALLED, proof()),
        "installs on machines": Fold(_HOSTED, proof()),
        "STARTED": Fold(
            _STARTED,
            {
                "evidence": union("cited", lambda records: records.list.head(EVIDENCE_CAP)),
                "source": sources(),
                "start": least("time"),
                "end": greatest("time"),
            },
        ),
        "Service or task": Fold(
            ("label", "target_id"),
            {**{field: first_known(field) for field in _OF_NODE}, **seen()},
            order=("unknown", *AS_NUMBERED),
        ),
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
