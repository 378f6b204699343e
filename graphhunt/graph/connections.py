"""Connections of processes to addresses: CONNECTED."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, distinct, least, proof, single, total
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import hashed
from graphhunt.graph.shape import drawn

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_PARTS = ("process_id", "remote_ip", "service_port", "protocol", "direction", "blocked")


def _contributes(window: Window, known: Definitions) -> Tables:
    connections = window.of(known.owners.connections)
    frame = known.processes.resolve(connections).drop_nulls(["process_id", "remote_ip"])
    outgoing = pl.col("direction") == "outgoing"
    frame = frame.with_columns(
        service_port=pl.when(outgoing).then("remote_port").otherwise("local_port"),
        blocked=~pl.col("allowed").fill_null(value=True),
        pair=pl.concat_str(
            pl.col("local_ip").fill_null(""),
            pl.col("local_port").fill_null(0),
            pl.col("remote_ip"),
            pl.col("remote_port").fill_null(0),
            separator="|",
        ),
    )
    return {"CONNECTED": frame}


def _draws(sums: Tables, known: Definitions) -> Tables:
    """Give CONNECTED: per process, address, service port, protocol, direction and outcome.

    `count` is the number of distinct connections: one seen by two sensors counts once.
    """
    owner = known.processes.nodes.select(pl.col("id").alias("process_id"), "user_id")
    made = (
        sums["CONNECTED"]
        .join(owner, on="process_id", how="left")
        .with_columns(
            id=hashed("CONNECTED", *_PARTS),
            from_id=pl.col("process_id"),
            to_id=pl.col("remote_ip"),
            confidence=pl.lit("observed"),
        )
    )
    return {"CONNECTED": known.acts.of_process(drawn("CONNECTED", made), "from_id")}


FAMILY = Family(
    "connections",
    asks=("owners", "processes", "acts"),
    folds={
        "CONNECTED": Fold(
            _PARTS,
            {
                **proof(),
                "count": distinct("pair"),
                **{name: total(name) for name in ("bytes_out", "bytes_in")},
                "remote_name": least("remote_name"),
                **{name: single(name) for name in ("local_port", "remote_port", "local_ip", "machine_id")},
            },
        )
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
