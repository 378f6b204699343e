"""Bursts: hours in which an entity does far more than in its like hours over four weeks.

Modified z-score: `0.6745 * (x - median) / MAD` over hours of the same class (hour of day, working day or
weekend), hours without events counted as 0. Where the MAD is 0 the mean absolute deviation stands in, as
Iglewicz and Hoaglin (1993) advise. Flagged from |z| >= 5 with at least 5 events.
"""

from __future__ import annotations

import numpy as np
import polars as pl

HOUR = 3_600_000_000
WINDOW_HOURS = 28 * 24
LEAST_Z = 5.0
LEAST_EVENTS = 5
_SCALE = 0.6745
_MEAN_SCALE = 1 / 1.253314
_LEAST_SPREAD = 0.5


def hourly_bursts(events: pl.DataFrame) -> pl.DataFrame:
    """Find hours that stand out.

    Args:
        events: `entity`, `start` (µs), one row per event.

    Returns:
        `entity`, `hour` (µs, its start), `count`, `usual` (median of like hours), `z`, `flagged`; the last 28 days
        of the data only, hours with events only, largest z first.
    """
    frame = events.drop_nulls(["entity", "start"]).with_columns(hour=pl.col("start") // HOUR)
    schema = pl.Schema({"entity": pl.String(), "hour": pl.Int64(), "count": pl.Int64(), "usual": pl.Float64(),
              "z": pl.Float64(), "flagged": pl.Boolean()})  # fmt: skip
    if frame.is_empty():
        return pl.DataFrame(schema=schema)
    last = int(frame["hour"].max())  # type: ignore[arg-type]
    first = max(int(frame["hour"].min()), last - WINDOW_HOURS + 1)  # type: ignore[arg-type]
    counted = frame.filter(pl.col("hour") >= first).group_by("entity", "hour").agg(count=pl.len().cast(pl.Int64))
    hours = pl.DataFrame({"hour": range(first, last + 1)}).with_columns(kind=_kind())
    sizes = hours.group_by("kind").agg(size=pl.len())
    groups = (
        counted.with_columns(kind=_kind())
        .join(sizes, on="kind")
        .group_by("entity", "kind")
        .agg("hour", "count", "size")
    )
    parts = [_scored(row) for row in groups.iter_rows(named=True)]
    result = pl.concat(parts).with_columns(
        hour=pl.col("hour") * HOUR, flagged=(pl.col("z").abs() >= LEAST_Z) & (pl.col("count") >= LEAST_EVENTS)
    )
    return result.select(*schema).sort(["z", "entity", "hour"], descending=[True, False, False])


def _kind() -> pl.Expr:
    """Number the class of an hour: hour of day, and whether it is a weekend."""
    weekend = ((pl.col("hour") // 24 + 3) % 7 >= 5).cast(pl.Int64)
    return pl.col("hour") % 24 + 24 * weekend


def _scored(group: dict[str, object]) -> pl.DataFrame:
    """Score the hours of one entity and class, quiet hours included."""
    counts = np.asarray(group["count"], dtype=np.float64)
    size = int(group["size"][0])  # type: ignore[index]
    padded = np.concatenate([counts, np.zeros(size - len(counts))])
    usual = float(np.median(padded))
    away = np.abs(padded - usual)
    spread = float(np.median(away)) / _SCALE or float(away.mean()) / _MEAN_SCALE
    z = (counts - usual) / max(spread, _LEAST_SPREAD)
    return pl.DataFrame(
        {"entity": [group["entity"]] * len(counts), "hour": group["hour"], "count": group["count"],
         "usual": [usual] * len(counts), "z": np.round(z, 3)}
    )  # fmt: skip
