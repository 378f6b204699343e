"""REMOTE_LOGON and LOGGED_ON rows: sessions with source, technique and proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import hashed
from graphhunt.graph.shape import drawn
from graphhunt.graph.weights import CHOSEN
from graphhunt.schema import EVIDENCE_CAP

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.opened import Opened
    from graphhunt.graph.origins import Origins
    from graphhunt.graph.processes import Processes
    from graphhunt.graph.sessions import Sessions
    from graphhunt.graph.techniques import Techniques


def remote_logons(
    case: Case, origins: Origins, techniques: Techniques, opened: Opened, processes: Processes
) -> pl.DataFrame:
    """Give REMOTE_LOGON: one row per session with a known or correlated source."""
    accounts = case.accounts.nodes().select(pl.col("id").alias("user_id"), pl.col("name").alias("user_name"))
    frame = origins.table.join(techniques.table, on="id", how="left").join(accounts, on="user_id", how="left")
    frame = opened.with_origin(frame)
    names = processes.nodes.select(pl.col("id").alias("remote_process_id"), pl.col("name").alias("remote_process"))
    frame = frame.join(names, on="remote_process_id", how="left", maintain_order="left")
    traced = pl.col("traced").fill_null(pl.lit([], pl.List(pl.String)))
    proof = pl.concat_list("evidence", "proof", traced, "origin_event").list.drop_nulls()
    made = frame.with_columns(
        id=hashed("REMOTE_LOGON", "id"),
        logon_session_id=pl.when((pl.col("session_sure") >= CHOSEN) & pl.col("user_id").is_not_null()).then("id"),
        to_id=pl.col("machine_id"),
        to_label=pl.lit("Machine"),
        source_ip=pl.col("address"),
        stated_name=pl.col("workstation"),
        service_port=pl.coalesce("service_port", "found_port"),
        evidence=proof.list.unique(maintain_order=True).list.head(EVIDENCE_CAP),
        confidence=pl.col("how"),
    )
    return drawn("REMOTE_LOGON", made).sort("start", "id")


def logged_on(sessions: Sessions, remote: pl.DataFrame) -> pl.DataFrame:
    """Give LOGGED_ON: one row per session, with its source where it has one."""
    origin = remote.drop_nulls("logon_session_id").select(
        pl.col("logon_session_id").alias("id"),
        pl.col("from_id").alias("source_machine_id"),
        pl.col("from_label").alias("origin_label"),
        pl.col("source_port").alias("found_port"),
        "technique",
    )
    frame = sessions.likely.join(origin, on="id", how="left", maintain_order="left")
    new_credentials = pl.when((pl.col("logon_type") == 9) & pl.col("outbound_user").is_not_null()).then(
        pl.lit("T1550.002")
    )
    made = frame.with_columns(
        logon_session_id=pl.col("id"),
        from_id=pl.col("user_id"),
        to_id=pl.col("machine_id"),
        source_ip=pl.col("address"),
        source_port=pl.coalesce("source_port", "found_port"),
        source_machine_id=pl.when(pl.col("origin_label") == "Machine").then("source_machine_id"),
        technique=pl.coalesce("technique", new_credentials),
    )
    return drawn("LOGGED_ON", made).sort("start", "id")
