"""Which addresses machines had, from when until when: HAD_IP.

Whose an address was is weighed over the whole case (`ownership`, `stated`); the sightings within an interval prove it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, greatest, least, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import hashed
from graphhunt.graph.weights import OWNED

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_INTERVAL = ("machine_id", "ip", "run_start")
_SEEN = Fold(_INTERVAL, {**proof(), "shared": least("shared")})


def _contributes(window: Window, known: Definitions) -> Tables:
    return {
        "addresses seen": window.of(known.owners.placed),
        "addresses of sensors' hosts": window.of(known.owners.alone),
        "addresses stated": window.of(known.owners.stated.drawn),
    }


def _draws(sums: Tables, _known: Definitions) -> Tables:
    """Give HAD_IP: one row per time a machine had an address, and per machine and address that only clients state."""
    seen = pl.concat([sums[name].drop("run_start") for name in ("addresses seen", "addresses of sensors' hosts")])
    sure = pl.when("shared").then(0.0).otherwise(OWNED[0][1])
    stated = sums["addresses stated"].rename({"candidate": "machine_id"})
    rows = [
        seen.with_columns(certainty=sure, confidence=pl.lit("observed")),
        stated.with_columns(shared=pl.lit(value=False), confidence=pl.lit("inferred")),
    ]
    made = pl.concat(rows, how="diagonal").rename({"machine_id": "from_id", "ip": "to_id"})
    return {"HAD_IP": made.with_columns(id=hashed("HAD_IP", "from_id", "to_id", "start"))}


FAMILY = Family(
    "addresses",
    asks=("owners",),
    folds={
        "addresses seen": _SEEN,
        "addresses of sensors' hosts": _SEEN,
        "addresses stated": Fold(("candidate", "ip"), {**proof(), "certainty": greatest("certainty")}),
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
