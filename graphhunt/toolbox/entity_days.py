"""Entity-days: what an account or machine did in a day against its own last four weeks, and how odd that is.

The Isolation Forest's score is a triage column: on public authentication data it ranks real attacks poorly, so
it orders what to look at and is never an alert by itself. Each row carries the features that stand out most.

References:
    Liu, Ting, Zhou (ICDM 2008); design notes on Isolation Forest over entity-day features.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

DAY = 86_400_000_000
HOUR = 3_600_000_000
WINDOW_DAYS = 28
LEAST_DAYS = 3
TRIAGE = "triage: orders what to look at, not an alert"
TOP = 3

_SCALE = 0.6745
_LEAST_SPREAD = 0.25
"""Smallest spread in log1p units, so that one event more on a quiet entity isn't a huge deviation."""

FEATURES: dict[str, str] = {
    "logins": "logons", "fails": "failed logons", "destinations": "machines reached", "sources": "sources used",
    "new_destinations": "machines reached for the first time", "new_sources": "sources used for the first time",
    "off_hours": "share of logons outside 6-20 h UTC or at weekends", "ntlm": "share of NTLM logons",
    "network": "network logons (type 3)", "new_credentials": "logons with new credentials (type 9)",
    "remote_desktop": "remote desktop logons (type 10)", "new_images": "programs run for the first time",
    "addresses": "addresses connected to", "bytes": "bytes sent",
}  # fmt: skip
"""Features in the order of the matrix, with what they are in words."""

_LOGON_SCHEMA = pl.Schema({
    "entity": pl.String(), "other": pl.String(), "source": pl.String(), "start": pl.Int64(), "logon_type": pl.Int64(),
    "auth_package": pl.String(),
})  # fmt: skip


def entity_days(
    logons: pl.DataFrame,
    failures: pl.DataFrame | None = None,
    programs: pl.DataFrame | None = None,
    connections: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Count each entity's days.

    Args:
        logons: `entity`, `other` (the machine reached, or the account), `source`, `start` (µs), `logon_type`,
            `auth_package`.
        failures: `entity`, `start`, `count`.
        programs: `entity`, `name`, `start`.
        connections: `entity`, `address`, `start`, `bytes_out`.

    Returns:
        `entity`, `day` (days since the epoch) and one column per feature.
    """
    parts = [_logon_days(logons.select(*_LOGON_SCHEMA).cast(_LOGON_SCHEMA))]
    if failures is not None:
        day = failures.with_columns(day=pl.col("start") // DAY)
        parts.append(day.group_by("entity", "day").agg(fails=pl.col("count").sum()))
    if programs is not None:
        parts.append(_first_uses(programs, "name", "new_images"))
    if connections is not None:
        day = connections.with_columns(day=pl.col("start") // DAY)
        parts.append(
            day.group_by("entity", "day").agg(
                addresses=pl.col("address").n_unique(), bytes=pl.col("bytes_out").fill_null(0).sum()
            )
        )
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.join(part, on=["entity", "day"], how="full", coalesce=True)
    lacking = [pl.lit(0.0).alias(f) for f in FEATURES if f not in joined.columns]
    features = [pl.col(f).cast(pl.Float64).fill_null(0.0) for f in FEATURES]
    return joined.with_columns(lacking).select("entity", "day", *features).sort("entity", "day")


def _logon_days(logons: pl.DataFrame) -> pl.DataFrame:
    """Count the features that logons give."""
    frame = logons.drop_nulls(["entity", "start"]).with_columns(day=pl.col("start") // DAY)
    hour, weekday = (pl.col("start") % DAY) // HOUR, (pl.col("day") + 3) % 7
    counted = frame.group_by("entity", "day").agg(
        logins=pl.len(), destinations=pl.col("other").n_unique(), sources=pl.col("source").drop_nulls().n_unique(),
        off_hours=((hour < 6) | (hour >= 20) | (weekday >= 5)).mean(),
        ntlm=pl.col("auth_package").fill_null("").str.to_uppercase().str.contains("NTLM").mean(),
        network=(pl.col("logon_type") == 3).sum(), new_credentials=(pl.col("logon_type") == 9).sum(),
        remote_desktop=(pl.col("logon_type") == 10).sum(),
    )  # fmt: skip
    for column, name in (("other", "new_destinations"), ("source", "new_sources")):
        counted = counted.join(_first_uses(frame, column, name), on=["entity", "day"], how="left")
    return counted


def _first_uses(frame: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """Count per entity and day the values seen for the first time."""
    firsts = frame.drop_nulls([column, "entity"]).group_by("entity", column).agg(pl.col("start").min())
    return firsts.group_by("entity", day=pl.col("start") // DAY).agg(pl.len().alias(name))


def deviations(days: pl.DataFrame) -> NDArray[np.float64]:
    """Give each feature as robust z against the entity's last 28 days (fewer than 3: against everybody's).

    Counts are compared as log1p. One row per entity-day, one column per feature.
    """
    logs = days.select("entity", "day", *(pl.col(f).log1p() for f in FEATURES))
    window = f"{WINDOW_DAYS}i"
    known = pl.int_range(pl.len()).over("entity") >= LEAST_DAYS
    middle = logs.with_columns(
        pl.when(known)
        .then(pl.col(f).rolling_median_by("day", window, closed="left").over("entity"))
        .otherwise(pl.col(f).median())
        .fill_null(pl.col(f).median())
        for f in FEATURES
    )
    values, medians = (f.select(list(FEATURES)).to_numpy() for f in (logs, middle))
    spread = logs.select("entity", "day").hstack(pl.DataFrame(np.abs(values - medians), schema=list(FEATURES)))
    mads = spread.select(
        pl.when(known)
        .then(pl.col(f).rolling_median_by("day", window, closed="left").over("entity"))
        .otherwise(pl.col(f).median())
        .fill_null(pl.col(f).median())
        for f in FEATURES
    ).to_numpy()
    result: NDArray[np.float64] = _SCALE * (values - medians) / np.maximum(mads, _LEAST_SPREAD)
    return result


def entity_outliers(days: pl.DataFrame) -> pl.DataFrame:
    """Score entity-days by Isolation Forest and say what stands out.

    Args:
        days: As `entity_days` gives them.

    Returns:
        `entity`, `day`, `score` (0 to 1, higher is odder), `outlier`, `reasons` (the three largest deviations) and
        `use`, which says that the score is for triage. Odder days first.
    """
    schema = pl.Schema({"entity": pl.String(), "day": pl.Int64(), "score": pl.Float64(), "outlier": pl.Boolean(),
              "reasons": pl.List(pl.String), "use": pl.String()})  # fmt: skip
    if days.is_empty():
        return pl.DataFrame(schema=schema)
    z = deviations(days)
    model = IsolationForest(n_estimators=200, max_samples=min(256, len(z)), contamination="auto", random_state=0)
    model.fit(z)
    score = -model.score_samples(z)
    result = days.select("entity", "day").with_columns(
        score=pl.Series(np.round(score, 6)),
        outlier=pl.Series(score > -float(model.offset_)),
        reasons=pl.Series(_reasons(days, z), dtype=pl.List(pl.String)),
        use=pl.lit(TRIAGE),
    )
    return result.sort(["score", "entity", "day"], descending=[True, False, False])


def _reasons(days: pl.DataFrame, z: NDArray[np.float64]) -> list[list[str]]:
    """Write the largest deviations of each row in words."""
    names = list(FEATURES)
    values = days.select(names).to_numpy()
    top = np.argsort(-np.abs(z), axis=1, kind="stable")[:, :TOP]
    return [
        [f"{FEATURES[names[f]]}: {values[i, f]:g} (z {z[i, f]:+.1f})" for f in columns if abs(z[i, f]) >= 1]
        for i, columns in enumerate(top.tolist())
    ]
