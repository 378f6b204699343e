"""Small column tools that every step of graphing uses."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from graphhunt import ids
from graphhunt.schema import EVIDENCE_CAP

SECOND = 1_000_000
"""One second in the graph's time unit, microseconds."""

HOUR = 3600 * SECOND

ORDER = ("time", "record", "event_id")
"""The order of records: by time, and of one time as the source numbered them, so that no name decides what is first."""


SENSOR = "^(?:zeek|suricata)/"
"""What the codes of network sensors' records begin with: they tell what went over the wire, not what a machine did."""

SESSION = "logon_session_id"
"""The session that an act belongs to."""


def text(column: str) -> pl.Expr:
    """Give a text column trimmed, with the sources' placeholders for nothing as null."""
    trimmed = pl.col(column).str.strip_chars()
    empty = trimmed.str.to_lowercase().is_in(["", "-", "n/a", "null", "(null)", "%%1793", "<unknown process>"])
    return pl.when(empty).then(None).otherwise(trimmed).alias(column)


def basename(column: str) -> pl.Expr:
    """Give the last component of a path column, in lower case."""
    return pl.col(column).str.replace_all("\\", "/", literal=True).str.split("/").list.last().str.to_lowercase()


def mapped(frame: pl.DataFrame, column: str, into: str, function: Callable[[str], str | None]) -> pl.DataFrame:
    """Add column `into`: `function` of each distinct value of `column`, computed once per value."""
    values = frame.get_column(column).drop_nulls().unique().sort()
    table = pl.DataFrame(
        {column: values, into: [function(value) for value in values]}, schema={column: pl.String, into: pl.String}
    )
    return frame.join(table, on=column, how="left", maintain_order="left")


def with_address(frame: pl.DataFrame, column: str, into: str) -> pl.DataFrame:
    """Add column `into`: the normalised address in `column`, null if it is none."""
    return mapped(frame, column, into, ids.address)


def key(*columns: str) -> pl.Expr:
    """Join text columns into one readable canonical id; null if any part is null."""
    return pl.concat_str([pl.col(c).cast(pl.String) for c in columns], separator="|")


def identified_file(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `file_id`: SHA-256, else MD5, else machine and path (`where`); `by_content` tells which."""
    content = pl.coalesce(pl.col("sha256").str.to_lowercase(), pl.col("md5").str.to_lowercase())
    path = pl.concat_str(pl.col("machine_id"), pl.col("where").str.to_lowercase(), separator="|")
    return frame.with_columns(file_id=pl.coalesce(content, path), by_content=content.is_not_null())


def hashed(kind: str, *columns: str) -> pl.Expr:
    """Hash columns into a relationship id: deterministic, and distinct for distinct parts (null is a part)."""
    parts = [pl.col(c).cast(pl.String).fill_null("\x00") for c in columns]
    joined = pl.concat_str([pl.lit(kind), *parts], separator="\x1f")
    return joined.map_batches(_hash_series, return_dtype=pl.String)


def _hash_series(values: pl.Series) -> pl.Series:
    return pl.Series(values.name, [ids.digest(v, size=12) for v in values], dtype=pl.String)


def evidence() -> list[pl.Expr]:
    """Aggregate a group's events: how many distinct ones, and the first few ids in time order."""
    return [
        pl.col("event_id").n_unique().alias("count"),
        pl.col("event_id").sort_by("time", "event_id").unique(maintain_order=True).head(EVIDENCE_CAP).alias("evidence"),
        pl.col("source").unique().sort().str.join(",").alias("source"),
    ]


def repeated() -> pl.Expr:
    """Aggregate a group's logons to how many there were: one record may stand for several (`repeated N times`)."""
    return pl.col("count").fill_null(1).sum().cast(pl.get_index_type()).alias("count")


def first(column: str) -> pl.Expr:
    """Aggregate to the first known value in the group's order."""
    return pl.col(column).drop_nulls().first().alias(column)


def single(column: str) -> pl.Expr:
    """Aggregate to the group's value where all agree, else null."""
    return pl.when(pl.col(column).n_unique() == 1).then(pl.col(column).first()).alias(column)


def names(column: str) -> pl.Expr:
    """Aggregate to the sorted distinct values, without null."""
    return pl.col(column).drop_nulls().unique().sort().alias(column)


def joined(column: str, separator: str) -> pl.Expr:
    """Give a list of texts as one text; null where it is empty."""
    texts = pl.col(column).list.join(separator)
    return pl.when(texts != "").then(texts)
