"""Logons that failed: FAILED_LOGON, per account, machine, source, type, reason and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, acts, least, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import HOUR, hashed, with_address
from graphhunt.graph.shape import drawn

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_PARTS = ("user_id", "machine_id", "address", "workstation", "logon_type", "status", "hour")


def _contributes(window: Window, known: Definitions) -> Tables:
    frame = with_address(window.facts("logon").filter(~pl.col("success")), "source_ip", "address")
    frame = known.owners.resolve(frame, "address", "source_machine_id").drop_nulls("user_id")
    return {"FAILED_LOGON": frame.with_columns(hour=pl.col("time") // HOUR)}


def _draws(sums: Tables, _known: Definitions) -> Tables:
    made = sums["FAILED_LOGON"].with_columns(
        id=hashed("FAILED_LOGON", *_PARTS),
        from_id=pl.col("user_id"),
        to_id=pl.col("machine_id"),
        source_ip=pl.col("address"),
        source_name=pl.col("workstation"),
        confidence=pl.lit("observed"),
    )
    return {"FAILED_LOGON": drawn("FAILED_LOGON", made)}


FAMILY = Family(
    "failed logons",
    asks=("owners",),
    folds={"FAILED_LOGON": Fold(_PARTS, {**proof(), "count": acts(), "source_machine_id": least("source_machine_id")})},
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
