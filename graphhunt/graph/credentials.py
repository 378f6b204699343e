"""Use and checking of credentials: USED_CREDENTIALS (4648), AUTHENTICATED (4768, 4769, 4776 …)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import HOUR, evidence, hashed, with_address

if TYPE_CHECKING:
    from graphhunt.graph.acts import Acts
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes


def used_credentials(case: Case, processes: Processes, acts: Acts) -> pl.DataFrame:
    """Give USED_CREDENTIALS: the acting account to the account whose credentials it used, per server."""
    frame = case.accounts.resolve(
        case.facts("explicit_credentials"), "subject_user", "subject_domain", "subject_sid", "subject_id"
    )
    nothing = pl.lit(None, pl.String).alias("guid")
    frame = processes.resolve(frame.with_columns(nothing), pid="process_pid", path="process_path")
    frame = frame.drop_nulls(["subject_id", "user_id"]).rename({"subject_logon_id": "logon_id"})
    frame = case.drawn.take(acts.of_record(frame))
    parts = [
        "subject_id", "user_id", "target_server", "machine_id", "process_id", "logon_id", "logon_session_id",
        "source_ip",
    ]  # fmt: skip
    grouped = frame.group_by(parts).agg(*evidence(), start=pl.col("time").min(), end=pl.col("time").max())
    return grouped.with_columns(
        hashed("USED_CREDENTIALS", *parts).alias("id"),
        from_id=pl.col("subject_id"),
        to_id=pl.col("user_id"),
        confidence=pl.lit("observed"),
    ).drop("subject_id", "user_id")


def authenticated(case: Case) -> pl.DataFrame:
    """Give AUTHENTICATED: checks of an account by a controller or server, per service, source and hour."""
    frame = with_address(case.facts("authentication"), "source_ip", "address").drop_nulls("user_id")
    case.drawn.take(frame)
    parts = ["user_id", "machine_id", "protocol", "service", "address", "workstation", "success", "status", "hour"]
    grouped = (
        frame.with_columns(hour=pl.col("time") // HOUR)
        .group_by(parts)
        .agg(*evidence(), start=pl.col("time").min(), end=pl.col("time").max())
    )
    return (
        grouped.with_columns(
            hashed("AUTHENTICATED", *parts).alias("id"),
            from_id=pl.col("user_id"),
            to_id=pl.col("machine_id"),
            confidence=pl.lit("observed"),
        )
        .rename({"address": "source_ip", "workstation": "source_name"})
        .drop("user_id", "machine_id", "hour")
    )
