"""Histograms counted in the graph: one query for each kind of rows, `entity/histogram/…`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt import queries
from graphhunt.entities import frames
from graphhunt.entities.histogram import Histogram, HistogramResult
from graphhunt.entities.rows import Column, columns

if TYPE_CHECKING:
    import pandas as pd

    from graphhunt.entities.collection import Collection

ELSEWHERE = {
    "communications": {"EventIds"},
    "executions": {
        "ParentFilename", "ParentMd5", "ParentPid", "RemoteIp", "RemoteSession", "External", "FreshUnknown", "ParentId",
        "EventIds",
    },
    "files": {"RemoteIp", "RemoteSession", "External", "FreshUnknown", "EventIds"},
    "registry": {"RemoteIp", "EventIds"},
    "logons": {"EventIds"},
    "remote_logons": {"EventIds"},
}  # fmt: skip
"""The questions with a query that counts, and the columns which it doesn't count by."""


def in_graph(rows: Collection[Any], histogram: Histogram) -> HistogramResult | None:
    """Give the histogram that the graph counts; None where it can't: the rows are then counted as they arrive."""
    name, hunt = rows.question.name, rows.question.hunt
    known = rows.__dict__.get("params", ())  # asking for them would look up ids before anything is looked at
    if histogram.by in ELSEWHERE.get(name, {histogram.by}) or rows.question.limited or "limit" in known:
        return None
    query = queries.library()[f"entity/histogram/{name}"]

    def params() -> dict[str, Any]:
        given = {"by": histogram.by, "bucket": histogram.width, **rows.question.extra}
        return rows.params | {key: value for key, value in given.items() if value is not None}

    def count() -> pd.DataFrame:
        found = [(row["at"], row["value"], row["rows"]) for row in hunt.store.stream(query, **result.params)]
        return _framed(rows, histogram, found)

    result = HistogramResult(histogram, count, query.text, params)
    return result


def _framed(rows: Collection[Any], histogram: Histogram, found: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Lay the counts out as `Histogram.counted` does."""
    heads = []
    if histogram.bucket is not None:
        heads.append(Column("DateTime", "", "datetime"))
    heads += [
        Column(histogram.value, "", column.kind) for column in columns(rows.kind) if column.name == histogram.by
    ]  # fmt: skip
    kept = [(*([at] if histogram.bucket else []), *([value] if histogram.by else []), n) for at, value, n in found]
    return histogram.sorted(frames.counts(heads, kept))
