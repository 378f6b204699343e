"""Threads that processes began in other processes: INJECTED_INTO."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import SESSION
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_PARTS = ("process_id", "target_id", SESSION)


def _contributes(window: Window, known: Definitions) -> Tables:
    made = (pl.col("operation") == "inject") & pl.col("success").ne_missing(other=False)
    find = known.processes.resolve
    frame = find(window.facts("process_access").filter(made))
    frame = find(frame, guid="target_guid", pid="target_pid", path="target_path", into="target_id")
    return {"INJECTED_INTO": known.acts.of_record(frame.drop_nulls(["process_id", "target_id"]))}


def _draws(sums: Tables, _known: Definitions) -> Tables:
    made = edges("INJECTED_INTO", sums["INJECTED_INTO"], *_PARTS, start="process_id", end="target_id")
    return {"INJECTED_INTO": made}


FAMILY = Family(
    "injections",
    asks=("processes", "acts"),
    folds={"INJECTED_INTO": Fold(_PARTS, proof())},
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
