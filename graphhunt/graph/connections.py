"""Network relationships: CONNECTED, FLOWED_TO, QUERIED, RESOLVED_TO."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import HOUR, evidence, hashed, mapped, single, with_address
from graphhunt.graph.shape import drawn

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes


def connected(case: Case, processes: Processes) -> pl.DataFrame:
    """Give CONNECTED: per process, address, service port, protocol, direction and outcome.

    `count` is the number of distinct connections: one seen by two sensors counts once.
    """
    frame = case.drawn.take(processes.resolve(case.owners.connections).drop_nulls(["process_id", "remote_ip"]))
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
    parts = ["process_id", "remote_ip", "service_port", "protocol", "direction", "blocked"]
    proof = {expr.meta.output_name(): expr for expr in evidence()}
    grouped = frame.group_by(parts).agg(
        proof["evidence"],
        proof["source"],
        count=pl.col("pair").n_unique(),
        start=pl.col("time").min(),
        end=pl.col("time").max(),
        bytes_out=_total("bytes_out"),
        bytes_in=_total("bytes_in"),
        remote_name=pl.col("remote_name").drop_nulls().sort().first(),
        **{c: single(c) for c in ("local_port", "remote_port", "local_ip", "machine_id")},
    )
    owner = processes.nodes.select(pl.col("id").alias("process_id"), "user_id")
    made = grouped.join(owner, on="process_id", how="left").with_columns(
        id=hashed("CONNECTED", *parts),
        from_id=pl.col("process_id"),
        to_id=pl.col("remote_ip"),
        confidence=pl.lit("observed"),
    )
    return drawn("CONNECTED", made)


def _total(column: str) -> pl.Expr:
    """Sum where any value is known, else null."""
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum()).alias(column)


def flowed_to(case: Case) -> pl.DataFrame:
    """Give FLOWED_TO: traffic between addresses per service port, protocol and hour."""
    frame = case.raw("flow")
    for end in ("source", "destination"):
        frame = with_address(frame, f"{end}_ip", f"{end}_address")
    frame = case.drawn.take(frame.drop_nulls(["source_address", "destination_address"]))
    frame = frame.with_columns(hour=pl.col("time") // HOUR)
    parts = ["source_address", "destination_address", "destination_port", "protocol", "service", "hour"]
    grouped = frame.group_by(parts).agg(
        *evidence(),
        start=pl.col("time").min(),
        end=(pl.col("time") + pl.col("duration").fill_null(0)).max(),
        bytes_out=_total("bytes_out"),
        bytes_in=_total("bytes_in"),
    )
    return grouped.select(
        hashed("FLOWED_TO", *parts).alias("id"),
        pl.col("source_address").alias("from_id"),
        pl.col("destination_address").alias("to_id"),
        pl.col("destination_port").alias("remote_port"),
        "protocol",
        "service",
        "bytes_out",
        "bytes_in",
        "start",
        "end",
        "count",
        "evidence",
        "source",
        pl.lit("observed").alias("confidence"),
    )


def _queries(case: Case, processes: Processes) -> pl.DataFrame:
    """Give the look-ups of names with who asked: the process, or the machine where no process is known."""
    frame = mapped(case.raw("dns_query"), "query", "name", ids.domain_name).drop_nulls("name")
    frame = case.machines.placed(with_address(frame, "source_ip", "address"))
    frame = case.owners.resolve(frame, "address", "leased").with_columns(machine_id=pl.coalesce("machine_id", "leased"))
    frame = processes.resolve(frame)
    return frame.with_columns(
        asker=pl.coalesce("process_id", "machine_id"),
        label=pl.when(pl.col("process_id").is_null()).then(pl.lit("Machine")).otherwise(pl.lit("Process")),
    )


def names(case: Case, processes: Processes) -> dict[str, pl.DataFrame]:
    """Give QUERIED and RESOLVED_TO, and the Domain nodes under `Domain`."""
    frame = case.drawn.take(_queries(case, processes))
    asked = (
        frame.drop_nulls("asker")
        .group_by("asker", "label", "name", "status")
        .agg(*evidence(), start=pl.col("time").min(), end=pl.col("time").max())
    )
    queried = asked.select(
        hashed("QUERIED", "asker", "name", "status").alias("id"),
        pl.col("asker").alias("from_id"),
        pl.col("label").alias("from_label"),
        pl.col("name").alias("to_id"),
        "status",
        "start",
        "end",
        "count",
        "evidence",
        "source",
        pl.lit("observed").alias("confidence"),
    )
    answers = with_address(
        frame.explode("answers", empty_as_null=True, keep_nulls=True), "answers", "answer"
    ).drop_nulls("answer")
    resolved = answers.group_by("name", "answer").agg(*evidence(), start=pl.col("time").min(), end=pl.col("time").max())
    domains = frame.group_by(pl.col("name").alias("id")).agg(
        name=pl.col("name").first(), first_seen=pl.col("time").min(), last_seen=pl.col("time").max()
    )
    return {
        "QUERIED": queried,
        "RESOLVED_TO": resolved.select(
            hashed("RESOLVED_TO", "name", "answer").alias("id"),
            pl.col("name").alias("from_id"),
            pl.col("answer").alias("to_id"),
            "start",
            "end",
            "count",
            "evidence",
            "source",
            pl.lit("observed").alias("confidence"),
        ),
        "Domain": domains,
    }
