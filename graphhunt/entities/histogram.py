"""Histograms over a collection: how many rows per value of a column, per span of time, or both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from graphhunt.entities.pictures import Picture, page_of
from graphhunt.errors import UsageError
from graphhunt.times import span

if TYPE_CHECKING:
    import pandas as pd

TIMES = ("DateTime", "FirstSeen", "Start")
"""Columns that say when a row is: the first of them that a table has is counted by."""


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
        self.check(frame.columns)
        return HistogramResult(self, lambda: self.counted(frame))

    def check(self, names: Iterable[str]) -> None:
        """Raise UsageError when a table of these columns can't be counted so."""
        known = list(names)
        if self.by is not None and self.by not in known:
            raise UsageError(f"there is no column {self.by!r}", hint="one of " + ", ".join(known))
        if self.bucket is not None and _time_of(known) is None:
            raise UsageError("these rows have no time to count by")

    @property
    def width(self) -> int | None:
        """The length of a span in microseconds; None when time is left out."""
        return None if self.bucket is None else span(self.bucket)

    def counted(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Count the rows of a frame: the columns counted by and `Count`, in time order, most first.

        A column of lists is counted by what the lists hold.
        """
        keys: list[Any] = []
        if self.by is not None:
            frame = frame.explode(self.by, ignore_index=True)
            keys.append(frame[self.by].rename(self.value))
        if self.width is not None:
            keys.insert(0, _buckets(frame[_time_of(frame.columns)], self.width).rename("DateTime"))
        sizes = frame.groupby(keys, dropna=False, observed=True).size().rename("Count").reset_index()
        return self.sorted(sizes)

    @property
    def value(self) -> str:
        """What the column of values is called: as the column counted by, unless that is the time, told already."""
        return "Value" if self.by == "DateTime" and self.bucket is not None else str(self.by)

    def sorted(self, counts: pd.DataFrame) -> pd.DataFrame:
        """Order counts: in time order, most first."""
        order = [*(["DateTime"] if self.bucket else []), "Count"]
        ascending = [name != "Count" for name in order]
        return counts.sort_values(order, ascending=ascending, kind="stable", ignore_index=True)


def _time_of(names: Iterable[str]) -> str | None:
    """Name the column that says when a row is; None for a table without one."""
    known = set(names)
    return next((name for name in TIMES if name in known), None)


def _buckets(times: pd.Series[Any], width: int) -> pd.Series[Any]:
    """Give the beginning of the span that each time is in; a row without a time is in none."""
    whole = times.astype("datetime64[us, UTC]")
    numbers = whole.dropna().astype("int64") // width * width
    return numbers.astype("datetime64[us]").dt.tz_localize("UTC").reindex(whole.index)


class HistogramResult:
    """A histogram; nothing is counted before it is looked at. `df` has the columns counted by and `Count`.

    Args:
        histogram: What it counts by.
        count: Gives the counted frame; called at the first look.
        cypher: The text of the query that counts.
        params: Gives the query's parameters at the first look.
    """

    def __init__(
        self,
        histogram: Histogram,
        count: Callable[[], pd.DataFrame],
        cypher: str = "",
        params: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self.histogram = histogram
        self.cypher = cypher
        self._count = count
        self._params = params

    @cached_property
    def df(self) -> pd.DataFrame:
        """The counts; counted at the first look."""
        return self._count()

    @cached_property
    def params(self) -> dict[str, Any]:
        """The parameters of the query."""
        return self._params()

    def to_df(self) -> pd.DataFrame:
        """Give the counts as a frame."""
        return self.df

    def print_dataframe(self) -> Picture:
        """Show the counts: as bars in a notebook, as text elsewhere."""
        html = self._repr_html_()
        return Picture(html, str(self), page_of(html))

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
