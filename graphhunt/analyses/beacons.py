"""`analyze beacons`: addresses that machines contact as by a clock, by active span.

Needs the time of each connection, which the graph folds; it is read from the evidence in the workspace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.evidence import Workspace
from graphhunt.ids import address, file_name, scope, short_host
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.toolbox.beacons import find_beacons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_SAME_CONNECTION_US = 10_000_000
_COLUMNS = ("time", "host", "source_ip", "source_port", "destination_ip", "destination_port", "bytes_out")


def single_connections(workspace: Workspace, bounds: Mapping[str, Any]) -> pl.DataFrame:
    """Give each outgoing connection once: `source` (machine or address), `destination`, `time`, `bytes_out`, `program`.

    Two logs of one connection (same ports, within 10 s) count once; `program` is null where network logs alone tell.
    Destinations that aren't unicast addresses of other hosts (loopback, multicast, unspecified) are left out.
    """
    made = workspace.facts("connection", [*_COLUMNS, "path", "initiated", "direction", "allowed"]).filter(
        pl.col("allowed")
        & pl.col("initiated").fill_null(value=True)
        & (pl.col("direction").fill_null("outbound").str.to_lowercase() != "inbound")
    )
    seen = workspace.facts("flow", [c for c in _COLUMNS if c != "host"]).with_columns(
        host=pl.col("source_ip"), path=pl.lit(None, pl.String)
    )
    frame = pl.concat([part.select(*_COLUMNS, "path") for part in (made, seen)]).collect()
    frame = frame.drop_nulls(["host", "destination_ip"])
    frame = frame.with_columns(
        source=_folded(frame["host"], short_host),
        destination=_folded(frame["destination_ip"], _remote),
        program=_folded(frame["path"], file_name),
    )
    if bounds.get("since") is not None:
        frame = frame.filter(pl.col("time") >= bounds["since"])
    if bounds.get("until") is not None:
        frame = frame.filter(pl.col("time") < bounds["until"])
    if bounds.get("machine"):
        frame = frame.filter(pl.col("source") == bounds["machine"])
    key = ["source", "destination", "source_port", "destination_port", pl.col("time") // _SAME_CONNECTION_US]
    one = frame.drop_nulls(["source", "destination"]).sort("time", "program").group_by(key, maintain_order=True)
    return one.agg(
        at=pl.col("time").first(), bytes_out=pl.col("bytes_out").max(), program=pl.col("program").drop_nulls().first()
    ).select("source", "destination", "bytes_out", "program", time="at")


def _folded(column: pl.Series, function: Any) -> pl.Series:
    """Apply a function once per distinct text."""
    known = {text: function(text) for text in column.unique().drop_nulls().to_list()}
    return column.replace_strict(known, default=None, return_dtype=pl.String)


def _remote(text: str) -> str | None:
    """Give the address if it is another host's."""
    found = address(text)
    return found if found and scope(found) in ("private", "public") else None


def beacons_of(workspace: Workspace, bounds: Mapping[str, Any], most_hosts: int | None = None) -> pl.DataFrame:
    """Score every pair of source and destination, with the `programs` that made the connections of its best span.

    Args:
        workspace: The evidence.
        bounds: `since`, `until` (µs) and `machine`, each of which may be missing.
        most_hosts: Leave out addresses that more machines contact, before anything is scored; then `prevalence` is a
            share of the machines that are left.

    Returns:
        What `find_beacons` gives, and `programs`: names, those of the most connections first.
    """
    connections = single_connections(workspace, bounds)
    if most_hosts is not None:
        connections = connections.filter(pl.col("source").n_unique().over("destination") <= most_hosts)
    found = find_beacons(connections)
    made = connections.drop_nulls("program").join(
        found.select("source", "destination", "first", "last"), on=["source", "destination"]
    )
    inside = made.filter(pl.col("time").is_between("first", "last"))
    counted = inside.group_by("source", "destination", "program").len().sort("len", "program", descending=[True, False])
    programs = counted.group_by("source", "destination", maintain_order=True).agg(programs="program")
    return found.join(programs, on=["source", "destination"], how="left", maintain_order="left").with_columns(
        pl.col("programs").fill_null([])
    )


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    found = beacons_of(Workspace(extract.workspace), values).filter(pl.col("score") >= values["min_score"])
    best = found.group_by("destination", maintain_order=True).agg(
        beacon_score=pl.col("modified").first(), beacon_raw_score=pl.col("score").first(),
        beacon_level=pl.col("level").first(), beacon_hosts=pl.col("hosts").first(),
        beacon_prevalence=pl.col("prevalence").first(), beacon_sources=pl.col("source"),
        beacon_connections=pl.col("connections").first(), beacon_first=pl.col("first").first(),
        beacon_last=pl.col("last").first(), beacon_spans=pl.col("spans").first(),
        beacon_programs=pl.col("programs").first(), beacon_reasons=pl.col("reasons").first(),
    )  # fmt: skip
    return {"IP": best.rename({"destination": "id"})}


ANALYSIS = Analysis(
    name="beacons",
    prefix="beacon",
    summary="Finds addresses that machines contact at even intervals while active, as RITA v5 scores, with prevalence.",
    compute=_compute,
    properties=(
        Written("IP", "beacon_score", "score of the best pair, 0 to 1, with RITA's first-seen modifier"),
        Written("IP", "beacon_raw_score", "the score without the modifier"),
        Written("IP", "beacon_level", "none, low, medium, high or critical"),
        Written("IP", "beacon_hosts", "machines that contact the address"),
        Written("IP", "beacon_prevalence", "their share of all machines that contact any"),
        Written("IP", "beacon_sources", "machines whose contacts score, best first"),
        Written("IP", "beacon_connections", "connections of the best pair's best active span"),
        Written("IP", "beacon_first", "first connection of that span, µs"),
        Written("IP", "beacon_last", "last connection of that span, µs"),
        Written("IP", "beacon_spans", "active spans of the best pair that were scored"),
        Written("IP", "beacon_programs", "programs that made the connections of that span, the busiest first"),
        Written("IP", "beacon_reasons", "what the score rests on, in words"),
    ),
    parameters=(Parameter("min_score", "float", 0.5, "lowest score to write"),),
)
"""The analytic."""
