"""Traffic between addresses as network logs saw it: FLOWED_TO, per service port, protocol, hour and outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, greatest, proof, total
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import HOUR, with_address
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_PARTS = ("source_address", "destination_address", "destination_port", "protocol", "service", "hour", "blocked")


def _contributes(window: Window, _known: Definitions) -> Tables:
    frame = window.raw("flow")
    for end in ("source", "destination"):
        frame = with_address(frame, f"{end}_ip", f"{end}_address")
    frame = frame.drop_nulls(["source_address", "destination_address"])
    blocked = ~pl.col("allowed").fill_null(value=True)
    return {"FLOWED_TO": frame.with_columns(blocked=blocked, hour=pl.col("time") // HOUR)}


def _draws(sums: Tables, _known: Definitions) -> Tables:
    made = edges("FLOWED_TO", sums["FLOWED_TO"], *_PARTS, start="source_address", end="destination_address")
    return {"FLOWED_TO": made.rename({"destination_port": "remote_port"}).drop("hour")}


FAMILY = Family(
    "flows",
    asks=(),
    folds={
        "FLOWED_TO": Fold(
            _PARTS,
            {
                **proof(),
                "end": greatest(pl.col("time") + pl.col("duration").fill_null(0)),
                **{name: total(name) for name in ("bytes_out", "bytes_in")},
            },
        )
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
