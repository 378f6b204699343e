"""Use and checking of credentials: USED_CREDENTIALS (4648), AUTHENTICATED (4768, 4769, 4776 …)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graphing.frames import HOUR, evidence, hashed, with_address

if TYPE_CHECKING:
    from graphhunt.graphing.case import Case
    from graphhunt.graphing.processes import Processes


def used_credentials(case: Case, processes: Processes) -> pl.DataFrame:
    """Give USED_CREDENTIALS: the acting account to the account whose credentials it used, per server."""
    frame = case.accounts.resolve(
        case.facts("explicit_credentials"), "subject_user", "subject_domain", "subject_sid", "subject_id"
    )
    nothing = pl.lit(None, pl.String).alias("guid")
    frame = processes.resolve(frame.with_columns(nothing), pid="process_pid", path="process_path")
    frame = frame.drop_nulls(["subject_id", "user_id"]).rename({"subject_logon_id": "logon_id"})
    parts = ["subject_id", "user_id", "target_server", "machine_id", "process_id", "logon_id", "source_ip"]
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


def alerts(case: Case, processes: Processes) -> dict[str, pl.DataFrame]:
    """Give the Alert nodes, and FLAGGED to the machine, account, process and address each concerns."""
    raw = case.raw("detection")
    frame = raw.join(case.machines.resolve(raw.unique("host")).select("host", "machine_id"), on="host", how="left")
    frame = processes.resolve(case.accounts.resolve(frame)).with_columns(
        alert_id=pl.concat_str("source", pl.coalesce("detection_id", "event_id"), separator="|")
    )
    for end in ("source", "destination"):
        frame = with_address(frame, f"{end}_ip", f"{end}_address")
    targets = (
        ("Machine", "machine_id"), ("User", "user_id"), ("Process", "process_id"),
        ("IP", "source_address"), ("IP", "destination_address"),
    )  # fmt: skip
    rows = [
        frame.drop_nulls(column).select(
            "alert_id", pl.col(column).alias("to_id"), pl.lit(label).alias("to_label"), "time", "event_id", "source"
        )
        for label, column in targets
    ]
    grouped = (
        pl.concat(rows)
        .group_by("alert_id", "to_id", "to_label")
        .agg(*evidence(), start=pl.col("time").min(), end=pl.col("time").max())
    )
    flagged = grouped.with_columns(
        hashed("FLAGGED", "alert_id", "to_id", "to_label").alias("id"),
        from_id=pl.col("alert_id"),
        confidence=pl.lit("observed"),
    ).drop("alert_id")
    nodes = (
        frame.sort("time", "event_id")
        .group_by("alert_id", maintain_order=True)
        .agg(
            pl.col("rule", "level", "technique", "action", "detection_id").first(),
            product=pl.col("code").first(),
            name=pl.coalesce(pl.col("rule").first(), pl.col("code").first()),
            first_seen=pl.col("time").min(),
            last_seen=pl.col("time").max(),
        )
        .rename({"alert_id": "id"})
    )
    return {"Alert": nodes, "FLAGGED": flagged}
