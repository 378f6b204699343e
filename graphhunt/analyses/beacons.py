"""`analyze beacons`: addresses that machines contact as by a clock.

Needs the time of each connection, which the graph folds; it is read from the evidence in the workspace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.evidence import Workspace
from graphhunt.ids import address, scope, short_host
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.toolbox.beacons import find_beacons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_SAME_CONNECTION_US = 10_000_000
_COLUMNS = ("time", "host", "source_ip", "source_port", "destination_ip", "destination_port", "bytes_out")


def single_connections(workspace: Workspace, bounds: Mapping[str, Any]) -> pl.DataFrame:
    """Give each outgoing connection once: `source` (machine or address), `destination`, `time`, `bytes_out`.

    Two logs of one connection (same ports, within 10 s) count once. Destinations that aren't unicast
    addresses of other hosts (loopback, multicast, unspecified) are left out.
    """
    made = workspace.facts("connection", [*_COLUMNS, "initiated", "direction", "allowed"]).filter(
        pl.col("allowed")
        & pl.col("initiated").fill_null(value=True)
        & (pl.col("direction").fill_null("outbound").str.to_lowercase() != "inbound")
    )
    seen = workspace.facts("flow", [c for c in _COLUMNS if c != "host"]).with_columns(host=pl.col("source_ip"))
    frame = pl.concat([made.select(_COLUMNS), seen.select(_COLUMNS)]).collect()
    frame = frame.drop_nulls(["host", "destination_ip"])
    frame = frame.with_columns(
        source=_folded(frame["host"], short_host), destination=_folded(frame["destination_ip"], _remote)
    )
    if bounds.get("since") is not None:
        frame = frame.filter(pl.col("time") >= bounds["since"])
    if bounds.get("until") is not None:
        frame = frame.filter(pl.col("time") < bounds["until"])
    if bounds.get("machine"):
        frame = frame.filter(pl.col("source") == bounds["machine"])
    key = ["source", "destination", "source_port", "destination_port", pl.col("time") // _SAME_CONNECTION_US]
    one = frame.drop_nulls(["source", "destination"]).sort("time").group_by(key, maintain_order=True)
    return one.agg(at=pl.col("time").first(), bytes_out=pl.col("bytes_out").max()).select(
        "source", "destination", time="at", bytes_out="bytes_out"
    )


def _folded(column: pl.Series, function: Any) -> pl.Series:
    """Apply a function once per distinct text."""
    known = {text: function(text) for text in column.unique().drop_nulls().to_list()}
    return column.replace_strict(known, default=None, return_dtype=pl.String)


def _remote(text: str) -> str | None:
    """Give the address if it is another host's."""
    found = address(text)
    return found if found and scope(found) in ("private", "public") else None


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    connections = single_connections(Workspace(extract.workspace), values)
    found = find_beacons(connections).filter(pl.col("score") >= values["min_score"])
    best = found.group_by("destination", maintain_order=True).agg(
        beacon_score=pl.col("modified").first(), beacon_raw_score=pl.col("score").first(),
        beacon_level=pl.col("level").first(), beacon_hosts=pl.col("hosts").first(),
        beacon_prevalence=pl.col("prevalence").first(), beacon_sources=pl.col("source"),
        beacon_connections=pl.col("connections").first(), beacon_first=pl.col("first").first(),
        beacon_last=pl.col("last").first(), beacon_reasons=pl.col("reasons").first(),
    )  # fmt: skip
    return {"IP": best.rename({"destination": "id"})}


ANALYSIS = Analysis(
    name="beacons",
    prefix="beacon",
    summary="Finds addresses that machines contact at even intervals, scored as RITA v5 does, with prevalence.",
    compute=_compute,
    properties=(
        Written("IP", "beacon_score", "score of the best pair, 0 to 1, with RITA's first-seen modifier"),
        Written("IP", "beacon_raw_score", "the score without the modifier"),
        Written("IP", "beacon_level", "none, low, medium, high or critical"),
        Written("IP", "beacon_hosts", "machines that contact the address"),
        Written("IP", "beacon_prevalence", "their share of all machines that contact any"),
        Written("IP", "beacon_sources", "machines whose contacts score, best first"),
        Written("IP", "beacon_connections", "connections of the best pair"),
        Written("IP", "beacon_first", "first connection of the best pair, µs"),
        Written("IP", "beacon_last", "last connection of the best pair, µs"),
        Written("IP", "beacon_reasons", "what the score rests on, in words"),
    ),
    parameters=(Parameter("min_score", "float", 0.5, "lowest score to write"),),
)
"""The analytic."""
