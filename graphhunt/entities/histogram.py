"""Histograms over a collection: how many rows per value of a column, per span of time, or both."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.times import span

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Histogram:
    """What a histogram counts by.

    Args:
        by: A column of the result, such as `RemoteIp`; None to count by time alone.
        bucket: Length of a span of time (`1h`, `15m`, `1d`), counted from 1970-01-01 UTC; None to leave time out.

    Raises:
        UsageError: Neither is given, or the bucket isn't a positive length of time.
    """

    by: str | None = None
    bucket: str | None = None

    def __post_init__(self) -> None:
        if self.by is None and self.bucket is None:
            raise UsageError("a histogram counts by a column, a length of time, or both", hint="Histogram(bucket='1h')")
        if self.bucket is not None and span(self.bucket) <= 0:
            raise UsageError(f"a bucket of {self.bucket} holds nothing")

    def of(self, frame: pd.DataFrame) -> HistogramResult:
        """Count the rows of a frame.

        Raises:
            UsageError: The frame has no such column.
        """
        if self.by is not None and self.by not in frame.columns:
            raise UsageError(f"there is no column {self.by!r}", hint="one of " + ", ".join(frame.columns))
        if self.bucket is not None and "DateTime" not in frame.columns:
            raise UsageError("these rows have no time to count by")
        keys: list[Any] = []
        if self.bucket is not None:
            micros = span(self.bucket)
            whole = frame["DateTime"].astype("int64") // micros * micros
            keys.append(whole.astype("datetime64[us]").dt.tz_localize("UTC").rename("DateTime"))
        if self.by is not None:
            keys.append(frame[self.by])
        counted = frame.groupby(keys, dropna=False, observed=True).size().rename("Count").reset_index()
        order = ["DateTime", "Count"] if self.bucket else ["Count"]
        ascending = [True, False] if self.bucket else [False]
        return HistogramResult(self, counted.sort_values(order, ascending=ascending, kind="stable", ignore_index=True))


@dataclass(frozen=True)
class HistogramResult:
    """A counted histogram; `df` has the columns counted by and `Count`."""

    histogram: Histogram
    df: pd.DataFrame

    def to_df(self) -> pd.DataFrame:
        """Give the counts as a frame."""
        return self.df

    def __len__(self) -> int:
        return len(self.df)

    def __str__(self) -> str:
        most = max(self.df["Count"], default=0)
        lines = []
        for *labels, count in self.df.head(50).itertuples(index=False):
            bar = "█" * round(40 * count / most)
            lines.append(f"{' '.join(str(label) for label in labels):<40} {count:>8} {bar}")
        return "\n".join(lines) or "nothing to count"

    def _repr_html_(self) -> str:
        """Draw the counts as bars; whatever the logs wrote is escaped."""
        most = max(self.df["Count"], default=0)
        rows = "".join(
            f"<tr><td>{escape(' '.join(str(label) for label in labels))}</td><td>{count}</td>"
            f"<td><div style='background:#4878a8;height:1em;width:{round(240 * count / most)}px'></div></td></tr>"
            for *labels, count in self.df.head(50).itertuples(index=False)
        )
        return f"<table>{rows}</table>"
