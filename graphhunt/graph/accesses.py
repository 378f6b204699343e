"""Openings of processes by others: ACCESSED, one relationship per two processes, rights and session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.claims import grade, opened, rights
from graphhunt.graph.folds import Fold, bits, distinct, least, proof, union
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import SESSION, hashed
from graphhunt.graph.shape import drawn

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_PARTS = ("process_id", "target_id", "granted", SESSION)


def _contributes(window: Window, known: Definitions) -> Tables:
    return {"ACCESSED": window.of(known.openings).drop_nulls(["process_id", "target_id"])}


def _draws(sums: Tables, known: Definitions) -> Tables:
    """Give ACCESSED; `count` counts acts, not the records of them."""
    folded = sums["ACCESSED"].with_columns(acts="count")
    processes = known.processes.nodes.select("id", "path", pl.col("machine_id").alias("machine"))
    targets = processes.select(target_id="id", target="path")
    names = known.accounts.nodes().select(pl.col("id").alias("user_id"), pl.col("name").alias("account"))
    told = (
        folded.join(processes.rename({"id": "process_id"}), on="process_id", how="left")
        .join(targets, on="target_id", how="left")
        .join(names, on="user_id", how="left")
    )
    made = told.with_columns(
        id=hashed("ACCESSED", *_PARTS),
        from_id=pl.col("process_id"),
        to_id=pl.col("target_id"),
        confidence=pl.lit("observed"),
        rights=rights("granted"),
        grade=grade("granted", "path", "user_id"),
        claim=opened(told),
    )
    return {"ACCESSED": drawn("ACCESSED", made)}


FAMILY = Family(
    "accesses",
    asks=("accounts", "processes", "openings"),
    folds={
        "ACCESSED": Fold(
            _PARTS,
            {
                **proof(),
                "count": distinct("act"),
                "codes": union("code"),
                "used": bits("used"),
                "user_id": least("user_id"),
            },
        )
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
