"""Pairs the start records that two sensors wrote of one process (Security 4688 and Sysmon 1)."""

from __future__ import annotations

import polars as pl

from graphhunt.graph.frames import SECOND

SAME_START = 3 * SECOND
"""How far the Security log and Sysmon may differ on when one process began, µs."""

_PASSES = (["machine_id", "pid", "base"], ["machine_id", "base", "command"], ["machine_id", "base", "parent_pid"])
"""What two records must have in common, surest first: Sysmon's pid is missing in some exports."""


def same_starts(by_guid: pl.DataFrame, by_pid: pl.DataFrame) -> pl.DataFrame:
    """Give (event_id, ordinal, _same): for a record without GUID, the instance that a record with GUID began.

    Records that agree on the key of a pass and follow each other within `SAME_START` form a burst; the first
    of one sensor belongs to the first of the other, and so on. What has no partner stays alone.
    """
    columns = ["event_id", "ordinal", "machine_id", "pid", "parent_pid", "base", "command", "time"]
    left = _normal(by_guid).sort("time", "event_id").unique("process_id", keep="first", maintain_order=True)
    left = left.select(*columns, "process_id")
    right = _normal(by_pid).select(columns)
    found: list[pl.DataFrame] = []
    for keys in _PASSES:
        pairs = _paired(left, right, keys)
        left = left.join(pairs.select(pl.col("_same").alias("process_id")), on="process_id", how="anti")
        right = right.join(pairs, on=["event_id", "ordinal"], how="anti")
        found.append(pairs)
    return pl.concat(found)


def _normal(frame: pl.DataFrame) -> pl.DataFrame:
    command = pl.col("command_line").str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase()
    return frame.with_columns(command=command)


def _paired(left: pl.DataFrame, right: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    both = pl.concat(
        [
            left.with_columns(side=pl.lit("guid")),
            right.with_columns(side=pl.lit("pid"), process_id=pl.lit(None, pl.String)),
        ],
        how="diagonal",
    )
    both = both.drop_nulls(keys).sort(*keys, "time", "event_id", "ordinal")
    fresh = (pl.col("time") - pl.col("time").shift().over(keys) > SAME_START).fill_null(value=True)
    both = both.with_columns(burst=fresh.cum_sum())
    both = both.with_columns(place=pl.int_range(pl.len()).over("burst", "side"))
    instances = both.filter(pl.col("side") == "guid").select("burst", "place", pl.col("process_id").alias("_same"))
    records = both.filter(pl.col("side") == "pid").select("burst", "place", "event_id", "ordinal")
    return records.join(instances, on=["burst", "place"]).select("event_id", "ordinal", "_same")
