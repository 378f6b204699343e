"""Pairs the start records that two sensors wrote of one process (Security 4688 and Sysmon 1)."""

from __future__ import annotations

import polars as pl

from graphhunt.graph.frames import ORDER, SECOND

SAME_START = 3 * SECOND
"""How far the Security log and Sysmon may differ on when one process began, µs."""

_PASSES = (["machine_id", "pid", "base"], ["machine_id", "base", "command"], ["machine_id", "base", "parent_pid"])
"""What two records must have in common, surest first: Sysmon's pid is missing in some exports."""


def same_starts(by_guid: pl.DataFrame, by_pid: pl.DataFrame) -> pl.DataFrame:
    """Give (event_id, ordinal, _same): for a record without GUID, the instance that a record with GUID began.

    Records that agree on the key of a pass and follow each other within `SAME_START` form a burst. Where both sensors
    wrote equally many of it, the first of one belongs to the first of the other, and so on; else those belong together
    that are each other's nearest. What has no partner stays alone, and nothing starts once it has ended.

    Args:
        by_guid: The start records with a GUID, and `ended`: when the instance ended, µs, null if unknown.
        by_pid: Those without.
    """
    columns = ["event_id", "ordinal", "machine_id", "pid", "parent_pid", "base", "command", "time", "record"]
    left = _normal(by_guid).sort(*ORDER).unique("process_id", keep="first", maintain_order=True)
    left = left.select(*columns, "process_id", "ended")
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
            right.with_columns(side=pl.lit("pid")),
        ],
        how="diagonal",
    )
    both = both.drop_nulls(keys).sort(*keys, *ORDER, "ordinal")
    fresh = (pl.col("time") - pl.col("time").shift().over(keys) > SAME_START).fill_null(value=True)
    both = both.with_columns(burst=fresh.cum_sum())
    both = both.with_columns(place=pl.int_range(pl.len()).over("burst", "side"))
    guids = (pl.col("side") == "guid").sum().over("burst")
    even = both.filter(guids * 2 == pl.len().over("burst"))
    odd = both.join(even.select("burst").unique(), on="burst", how="anti")
    found = pl.concat([_in_order(even), _nearest(odd)])
    apart = (pl.col("time") - pl.col("began")).abs()
    over = (pl.col("time") > pl.col("ended") + SECOND).fill_null(value=False)
    return found.filter((apart <= SAME_START) & ~over).select("event_id", "ordinal", "_same")


_PAIR = ("event_id", "ordinal", "time", "_same", "began", "ended")


def _sides(both: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the instances and the records without a GUID."""
    guid = pl.col("side") == "guid"
    instances = both.filter(guid).select(
        "burst", "place", "ended", pl.col("process_id").alias("_same"), pl.col("time").alias("began")
    )
    return instances, both.filter(~guid).select("burst", "place", "event_id", "ordinal", "time")


def _in_order(both: pl.DataFrame) -> pl.DataFrame:
    instances, records = _sides(both)
    return records.join(instances, on=["burst", "place"]).select(_PAIR)


def _nearest(both: pl.DataFrame) -> pl.DataFrame:
    """Pair those that are each other's nearest; of two equally near the earlier."""
    instances, records = _sides(both)
    near = records.sort("time", "event_id", "ordinal").join_asof(
        instances.sort("began", "_same"), left_on="time", right_on="began", by="burst", strategy="nearest",
        check_sortedness=False,
    )  # fmt: skip
    near = near.drop_nulls("_same").sort((pl.col("time") - pl.col("began")).abs(), "time", "event_id", "ordinal")
    return near.unique("_same", keep="first", maintain_order=True).select(_PAIR)
