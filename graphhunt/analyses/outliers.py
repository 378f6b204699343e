"""`analyze outliers`: days on which an account or machine differs from its own last weeks; for triage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.least import few_days
from graphhunt.questions.question import Written
from graphhunt.toolbox.entity_days import entity_days, entity_outliers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

DAY = 86_400_000_000

_MEANINGS = {
    "anomaly_score": "Isolation Forest score of the entity's oddest day, 0 to 1; triage, not an alert",
    "anomaly_day": "that day, µs",
    "anomaly_outlier": "whether the forest calls that day an outlier",
    "anomaly_days": "days that were judged",
    "anomaly_reasons": "the features that stand out most on that day",
    "anomaly_use": "what the score is for",
}


def account_days(extract: Extract) -> pl.DataFrame:
    """Give the days of accounts."""
    failed = extract.failures.select(entity="user_id", start="start", count="count")
    return entity_days(
        _logons(extract, "user_id", "machine_id"), failed,
        extract.processes.select(entity="user_id", name="name", start="start").drop_nulls(),
        _connections(extract, "user_id"),
    )  # fmt: skip


def machine_days(extract: Extract) -> pl.DataFrame:
    """Give the days of machines."""
    failed = extract.failures.select(entity="machine_id", start="start", count="count")
    return entity_days(
        _logons(extract, "machine_id", "user_id"), failed,
        extract.processes.select(entity="machine_id", name="name", start="start").drop_nulls(),
        _connections(extract, "machine_id"),
    )  # fmt: skip


def _logons(extract: Extract, entity: str, other: str) -> pl.DataFrame:
    columns = {"entity": entity, "other": other, "source": "source", "start": "start"}
    return extract.logons.select(**columns, logon_type="logon_type", auth_package="auth_package")


def _connections(extract: Extract, entity: str) -> pl.DataFrame:
    frame = extract.connections.select(entity=entity, address="address", start="start", bytes_out="bytes_out")
    return frame.drop_nulls(["entity", "start"])


def _oddest(days: pl.DataFrame) -> pl.DataFrame:
    """Keep each entity's oddest day."""
    found = entity_outliers(days)
    return found.group_by("entity", maintain_order=True).agg(
        anomaly_score=pl.col("score").first(), anomaly_day=pl.col("day").first() * DAY,
        anomaly_outlier=pl.col("outlier").first(), anomaly_days=pl.len().cast(pl.Int64),
        anomaly_reasons=pl.col("reasons").first(), anomaly_use=pl.col("use").first(),
    ).rename({"entity": "id"})  # fmt: skip


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    return {"User": _oddest(account_days(extract)), "Machine": _oddest(machine_days(extract))}


def _too_little(extract: Extract) -> dict[str, str | None]:
    return {
        "User": few_days(account_days(extract), "accounts"), "Machine": few_days(machine_days(extract), "machines"),
    }  # fmt: skip


ANALYSIS = Analysis(
    name="outliers",
    prefix="anomaly",
    summary="Ranks accounts and machines by their oddest day against their own last 28 days; a triage column.",
    compute=_compute,
    too_little=_too_little,
    properties=tuple(Written(t, p, m) for t in ("User", "Machine") for p, m in _MEANINGS.items()),
)
"""The analytic."""
