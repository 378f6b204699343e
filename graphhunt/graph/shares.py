"""Shares, the machines that have them, and the accounts that opened them: HOSTS and OPENED_SHARE."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, least, proof, seen
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import SESSION
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_OPENED = ("user_id", "share_id", "logon_id", SESSION, "target", "source_ip", "access")
_HOSTED = ("machine_id", "share_id")


def _contributes(window: Window, known: Definitions) -> Tables:
    short = pl.col("share").str.replace_all("\\", "/", literal=True).str.split("/").list.last()
    frame = window.facts("share_access").drop_nulls("share").filter(pl.col("success").ne_missing(other=False))
    frame = frame.with_columns(name=short)
    frame = frame.with_columns(share_id=pl.concat_str("machine_id", pl.col("name").str.to_lowercase(), separator="|"))
    opened = known.sessions.attach(frame.drop_nulls("user_id"))
    return {"OPENED_SHARE": opened, "shares of machines": frame, "Share": frame}


def _draws(sums: Tables, _known: Definitions) -> Tables:
    hosted = edges("HOSTS", sums["shares of machines"], *_HOSTED, start="machine_id", end="share_id")
    return {
        "OPENED_SHARE": edges("OPENED_SHARE", sums["OPENED_SHARE"], *_OPENED, start="user_id", end="share_id"),
        "HOSTS": hosted.with_columns(from_label=pl.lit("Machine"), to_label=pl.lit("Share")),
        "Share": sums["Share"].rename({"share_id": "id"}),
    }


FAMILY = Family(
    "shares",
    asks=("sessions",),
    folds={
        "OPENED_SHARE": Fold(_OPENED, proof()),
        "shares of machines": Fold(_HOSTED, proof()),
        "Share": Fold(("share_id",), {"name": least("name"), "machine_id": least("machine_id"), **seen()}),
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
