"""Histograms counted in the graph: one query for each kind of rows, `entity/histogram/…`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt import queries
from graphhunt.entities import frames
from graphhunt.entities.histogram import Histogram, HistogramResult
from graphhunt.entities.question import Source
from graphhunt.entities.rows import Column, Row, columns

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

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


def counts_by(question: Source, histogram: Histogram) -> bool:
    """Tell whether a query counts the rows of a question so."""
    return histogram.by not in ELSEWHERE.get(question.name, {histogram.by})


def in_graph(
    kind: type[Row], question: Source, histogram: Histogram, params: Callable[[], dict[str, Any]]
) -> HistogramResult:
    """Give the histogram that the graph counts.

    Args:
        kind: The class of the rows.
        question: What would give them; `counts_by` holds.
        histogram: What is counted by.
        params: Gives the question's parameters; called at the first look.
    """
    query = queries.library()[f"entity/histogram/{question.name}"]

    def given() -> dict[str, Any]:
        added = {"by": histogram.by, "bucket": histogram.width, **question.extra}
        return params() | {key: value for key, value in added.items() if value is not None}

    def count() -> pd.DataFrame:
        rows = question.hunt.store.stream(query, **result.params)
        return _framed(kind, histogram, [(row["at"], row["value"], row["rows"]) for row in rows])

    result = HistogramResult(histogram, count, query.text, given)
    return result


def _framed(kind: type[Row], histogram: Histogram, found: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Lay the counts out as `Histogram.counted` does."""
    heads = []
    if histogram.bucket is not None:
        heads.append(Column("DateTime", "", "datetime"))
    heads += [Column(histogram.value, "", column.kind) for column in columns(kind) if column.name == histogram.by]
    kept = [(*([at] if histogram.bucket else []), *([value] if histogram.by else []), n) for at, value, n in found]
    return histogram.sorted(frames.counts(heads, kept))
