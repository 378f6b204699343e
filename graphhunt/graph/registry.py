"""Registry keys and what processes did to them: SET_REGISTRY and READ_REGISTRY."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import AS_NUMBERED, Fold, last_known, least, proof, seen
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import SESSION, key
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_TYPES = {
    "create": "SET_REGISTRY", "modify": "SET_REGISTRY", "delete": "SET_REGISTRY", "rename": "SET_REGISTRY",
    "access": "READ_REGISTRY",
}  # fmt: skip
_DONE = ("type", "process_id", "key_id", "operation", SESSION)


def _contributes(window: Window, known: Definitions) -> Tables:
    frame = known.processes.resolve(window.facts("registry_action").drop_nulls("key"))
    frame = frame.with_columns(
        lowered=pl.col("key").str.to_lowercase(),
        type=pl.col("operation").replace_strict(_TYPES, default=None, return_dtype=pl.String),
    )
    frame = frame.with_columns(key_id=key("machine_id", "lowered"))
    acts = known.acts.of_record(frame.drop_nulls("process_id")).drop_nulls("type")
    return {"registry acts": acts, "registry values": acts, "RegistryKey": frame}


def _draws(sums: Tables, _known: Definitions) -> Tables:
    acts = sums["registry acts"].join(sums["registry values"], on=_DONE, how="left", nulls_equal=True)
    tables = {}
    for kind in ("SET_REGISTRY", "READ_REGISTRY"):
        rows = acts.filter(pl.col("type") == kind).drop("type")
        tables[kind] = edges(kind, rows, *_DONE[1:], start="process_id", end="key_id")
    return {**tables, "RegistryKey": sums["RegistryKey"].rename({"key_id": "id"})}


FAMILY = Family(
    "registry",
    asks=("processes", "acts"),
    folds={
        "registry acts": Fold(_DONE, proof()),
        "registry values": Fold(_DONE, {"value": last_known("value")}, order=AS_NUMBERED),
        "RegistryKey": Fold(("key_id",), {"path": least("key"), "machine_id": least("machine_id"), **seen()}),
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
