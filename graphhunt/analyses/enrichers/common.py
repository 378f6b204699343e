"""What enrichers share: the entities' values by kind of indicator, and the properties that say source and time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.questions.question import Written
from graphhunt.toolbox.intel.indicators import spelt, told_kind

if TYPE_CHECKING:
    from graphhunt.analyses.extract import Extract

LABELS = ("IP", "Domain", "URL", "File")
"""Labels whose nodes are indicators."""

HASHES = {"md5": "md5_hash", "sha1": "sha1_hash", "sha256": "sha256_hash"}


def indicators(extract: Extract) -> pl.DataFrame:
    """Give what the graph's addresses, names, URLs and files can be looked up by.

    Returns:
        `label`, `id`, `kind` and `value`; a file has a row for each of its hashes.
    """
    tables = {"IP": extract.addresses, "Domain": extract.names, "URL": extract.urls}
    parts = [
        table.drop_nulls("value").select(pl.lit(label).alias("label"), "id", told_kind().alias("kind"), "value")
        for label, table in tables.items()
    ]
    for column, kind in HASHES.items():
        known = extract.files.drop_nulls(column)
        parts.append(
            known.select(pl.lit("File").alias("label"), "id", pl.lit(kind).alias("kind"), value=pl.col(column))
        )
    return spelt(pl.concat(parts).drop_nulls("kind"))


def origin(prefix: str, *targets: str) -> tuple[Written, ...]:
    """Give the two properties of every enricher: who says it, and when it was asked."""
    meanings = {"source": "who says so", "time": "when it was asked, µs"}
    return tuple(Written(t, f"{prefix}_{name}", meaning) for t in targets for name, meaning in meanings.items())


def stamped(frame: pl.DataFrame, prefix: str, source: str) -> pl.DataFrame:
    """Add the source and the present time to a frame of results."""
    now = pl.lit(time.time_ns() // 1000, pl.Int64)
    return frame.with_columns(pl.lit(source).alias(f"{prefix}_source"), now.alias(f"{prefix}_time"))
