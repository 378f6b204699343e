"""Rules that once told a generated set's intruders from its honest people: each must stay dead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from graphhunt.lab.generator import CORROBORATION_KINDS, EvalSet
from graphhunt.lateral.paths.table import Flags, Floats

Column = Callable[[str], Floats]
"""Gives a feature of the tested rows by its name."""

_DAY_H = 24.0
_OPEN_VISITS = np.log1p(60)
_READ_MEMORY = 0x10


def _onward(column: Column) -> Flags:
    return np.asarray(column("net-only onward") >= 0)


def _new_at_source(column: Column) -> Flags:
    return np.asarray(column("account at source before") == 0)


PAST_SHORTCUTS: Mapping[str, Callable[[Column], Flags]] = {
    "goes on by network logon only from a machine it entered within 24 h": _onward,
    "goes on by network logon only, and rested for more than 72 minutes before": lambda column: np.asarray(
        _onward(column) & (column("account quiet for") > 1.2)
    ),
    "an account new on its source reaches a rarely visited target": lambda column: np.asarray(
        _new_at_source(column) & (column("target before") < _OPEN_VISITS)
    ),
    "an account new on its source reaches a target new for it": lambda column: np.asarray(
        _new_at_source(column) & (column("account at target before") == 0)
    ),
    "from one desk to another": lambda column: np.asarray(
        (column("source is a desk") == 1) & (column("target is a desk") == 1)
    ),
    "goes on from a desk that is not its own and was visited within 24 h": lambda column: np.asarray(
        (column("source is a desk") == 1)
        & (column("own desk") == 0)
        & (column("any arrival at source") <= _DAY_H)
        & _new_at_source(column)
    ),
    "an account new on its source uses NTLM": lambda column: np.asarray(_new_at_source(column) & (column("NTLM") == 1)),
    "far from office hours, by an account new on its source": lambda column: np.asarray(
        _new_at_source(column) & (column("away from noon") > 8.0)
    ),
}
"""What each rule says, and the tested rows it marks."""


def accesses_to_lsass(made: EvalSet) -> tuple[int, int]:
    """Count the accesses to LSASS with the right to read memory: the intruders' and the honest ones."""
    number = {name: code for code, name in CORROBORATION_KINDS.items()}["lsass_access"]
    tested = (pl.col("kind") == number) & (pl.col("rights") & _READ_MEMORY != 0) & (pl.col("t") >= made.history_end)
    marked = made.corroboration.select(tested.alias("marked"))["marked"].to_numpy()
    bad = made.hidden.events >= 0
    return int((marked & bad).sum()), int((marked & ~bad).sum())
