"""`analyze bursts`: hours in which an account logs on, or fails to, far more often than in its like hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.questions.question import Written
from graphhunt.toolbox.hourly_counts import hourly_bursts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    failed = extract.failures.select(entity="user_id", start="start", count="count")
    failed = failed.with_columns(pl.int_ranges("count").alias("each")).explode("each")
    events = pl.concat([extract.logons.select(entity="user_id", start="start"), failed.select("entity", "start")])
    found = hourly_bursts(events)
    best = found.group_by("entity", maintain_order=True).agg(
        burst_z=pl.col("z").first(), burst_hour=pl.col("hour").first(), burst_count=pl.col("count").first(),
        burst_usual=pl.col("usual").first(), burst_flagged=pl.col("flagged").any(),
    )  # fmt: skip
    return {"User": best.rename({"entity": "id"})}


ANALYSIS = Analysis(
    name="bursts",
    prefix="burst",
    summary="Finds the hour in which each account's logons and failures exceed its like hours most.",
    compute=_compute,
    properties=(
        Written("User", "burst_z", "robust z of the account's most unusual hour"),
        Written("User", "burst_hour", "that hour, µs"),
        Written("User", "burst_count", "logons and failures in that hour"),
        Written("User", "burst_usual", "median of like hours over four weeks"),
        Written("User", "burst_flagged", "whether an hour has |z| >= 5 and at least 5 events"),
    ),
)
"""The analytic."""
