"""Use and checking of credentials: USED_CREDENTIALS (4648), AUTHENTICATED (4768, 4769, 4776 …)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import HOUR, SESSION, with_address
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_USED = ("subject_id", "user_id", "target_server", "machine_id", "process_id", "logon_id", SESSION, "source_ip")
_CHECKED = ("user_id", "machine_id", "protocol", "service", "address", "workstation", "success", "status", "hour")


def _contributes(window: Window, known: Definitions) -> Tables:
    checks = with_address(window.facts("authentication"), "source_ip", "address").drop_nulls("user_id")
    return {
        "USED_CREDENTIALS": _uses(window, known),
        "AUTHENTICATED": checks.with_columns(hour=pl.col("time") // HOUR),
    }


def _uses(window: Window, known: Definitions) -> pl.DataFrame:
    stated = window.facts("explicit_credentials")
    frame = known.accounts.resolve(stated, "subject_user", "subject_domain", "subject_sid", "subject_id")
    nothing = pl.lit(None, pl.String).alias("guid")
    frame = known.processes.resolve(frame.with_columns(nothing), pid="process_pid", path="process_path")
    frame = frame.drop_nulls(["subject_id", "user_id"]).rename({"subject_logon_id": "logon_id"})
    return known.acts.of_record(frame)


def _draws(sums: Tables, _known: Definitions) -> Tables:
    """Give USED_CREDENTIALS per acting account, account and server, and AUTHENTICATED per account, server and hour."""
    used = edges("USED_CREDENTIALS", sums["USED_CREDENTIALS"], *_USED, start="subject_id", end="user_id")
    checked = edges("AUTHENTICATED", sums["AUTHENTICATED"], *_CHECKED, start="user_id", end="machine_id")
    named = checked.rename({"address": "source_ip", "workstation": "source_name"}).drop("hour")
    user, machine = pl.lit("User"), pl.lit("Machine")
    return {
        "USED_CREDENTIALS": used.with_columns(from_label=user, to_label=user),
        "AUTHENTICATED": named.with_columns(from_label=user, to_label=machine),
    }


FAMILY = Family(
    "credentials",
    asks=("accounts", "processes", "acts"),
    folds={"USED_CREDENTIALS": Fold(_USED, proof()), "AUTHENTICATED": Fold(_CHECKED, proof())},
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
