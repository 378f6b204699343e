"""Addresses the machines dealt with in a time window, counted from the snapshot's tables."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from graphhunt.attention import check_wanted
from graphhunt.graph.snapshot import Snapshot
from graphhunt.questions.pivots.reading import ANY_TIME, Window
from graphhunt.schema import RELATIONSHIPS

MAX_ADDRESSES = 20_000
"""Most addresses of one answer, those with most acts."""

_ACTS = ("CONNECTED", "FLOWED_TO", "REMOTE_LOGON")
_COUNTED = {"id": pl.String, "relation": pl.String, "acts": pl.UInt32, "first": pl.Int64, "last": pl.Int64}


_RESERVED = r"^(192\.0\.2|198\.51\.100|203\.0\.113|198\.1[89])\.|^2001:db8:"
"""Addresses kept for examples and tests (RFC 5737, 2544 and 3849), which made-up logs use."""


class Addresses(NamedTuple):
    """Public addresses, busiest first, and how many there are; how many others there are, which have no place.

    `reserved` of the others are kept for examples and tests.
    """

    items: list[dict[str, Any]]
    total: int
    private: int
    reserved: int


def addresses(snapshot: Snapshot, window: Window = ANY_TIME) -> Addresses:
    """Count what happened with each address: connections, flows and remote logons.

    Args:
        snapshot: The graph's tables.
        window: Leave out what ended before it or began after it.

    Returns:
        Rows of `id`, `acts` (relationships), `relations` (their types), `first` and `last` (µs).
    """
    parts = []
    for part in (part for name in _ACTS for part in _ends(snapshot, name, window)):
        check_wanted()
        parts.append(part.collect())
    counted = pl.concat(parts) if parts else pl.DataFrame(schema=_COUNTED)
    found = counted.group_by("id").agg(
        pl.sum("acts"), pl.col("relation").unique().sort().alias("relations"), pl.min("first"), pl.max("last")
    )
    public = found.join(_public(snapshot), on="id", how="semi").sort(["acts", "id"], descending=[True, False])
    others = found.join(public, on="id", how="anti")
    reserved = others.filter(pl.col("id").str.contains(_RESERVED)).height
    return Addresses(public.head(MAX_ADDRESSES).to_dicts(), public.height, others.height, reserved)


def _ends(snapshot: Snapshot, name: str, window: Window) -> list[pl.LazyFrame]:
    """Count a table's rows per address, for each end that may be one."""
    table = snapshot.scan(name)
    if table is None:
        return []
    if window.since is not None:
        table = table.filter(pl.col("end") >= window.since)
    if window.until is not None:
        table = table.filter(pl.col("start") < window.until)
    ends = [end for at, end in enumerate(("from", "to")) if any(p[at] == "IP" for p in RELATIONSHIPS[name].endpoints)]
    return [
        table.filter(pl.col(f"{end}_label") == "IP")
        .group_by(pl.col(f"{end}_id").alias("id"))
        .agg(pl.lit(name).first().alias("relation"), pl.len().alias("acts"), pl.min("start").alias("first"),
             pl.max("end").alias("last"))
        .select(pl.col(column).cast(dtype) for column, dtype in _COUNTED.items())
        for end in ends
    ]  # fmt: skip


def _public(snapshot: Snapshot) -> pl.DataFrame:
    table = snapshot.scan("IP")
    if table is None:
        return pl.DataFrame(schema={"id": pl.String})
    return table.filter(pl.col("scope") == "public").select("id").collect()
