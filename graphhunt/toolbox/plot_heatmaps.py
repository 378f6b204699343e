"""Heat maps of activity by hour and weekday, or by hour and date, as offline drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.svg import PALETTE, Canvas, Plot
from graphhunt.toolbox._frames import require_columns, utc_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELL, _LEFT, _TOP = 26.0, 110.0, 60.0
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_DAYS = 400
"""Dates drawn at most; later ones are drawn, and the drawing says so."""


def activity(data: pd.DataFrame, time_column: str, by: str) -> tuple[NDArray[np.int64], list[str], int]:
    """Count events by hour (columns) and weekday or date (rows); give the rows' names and the rows without time."""
    require_columns(data, [time_column])
    times = utc_times(data[time_column])
    known = times.dropna()
    if by == "weekday":
        names, rows = list(_WEEKDAYS), known.dt.day_of_week.to_numpy()
    else:
        dates = known.dt.strftime("%Y-%m-%d")
        names = sorted(dates.unique())
        rows = pd.Index(names).get_indexer(dates)
    counts = np.zeros((len(names), 24), dtype=np.int64)
    np.add.at(counts, (rows, known.dt.hour.to_numpy()), 1)
    return counts, names, int(times.isna().sum())


def plot_heatmap(
    data: pd.DataFrame, time_column: str = "TimeGenerated", by: str = "weekday", title: str | None = None
) -> Plot:
    """Draw how many events fall in each hour (UTC).

    Args:
        data: Events.
        time_column: Column of times.
        by: "weekday" or "date".
        title: Title of the drawing.

    Raises:
        UsageError: The column is missing, a time can't be read, or `by` has another value.
    """
    if by not in ("weekday", "date"):
        raise UsageError(f"by is weekday or date, not {by!r}")
    counts, names, lost = activity(data, time_column, by)
    shown, labels = counts[-MOST_DAYS:], names[-MOST_DAYS:]
    name = title or f"Events by hour (UTC) and {by}"
    canvas = Canvas(_LEFT + 24 * _CELL + 20, _TOP + max(1, len(labels)) * _CELL + 30, name)
    canvas.text(16, 22, name, "t")
    for hour in range(24):
        canvas.text(_LEFT + (hour + 0.5) * _CELL, _TOP - 8, hour, "m", "middle")
    largest = int(shown.max(initial=1))
    for i, label in enumerate(labels):
        canvas.text(_LEFT - 8, _TOP + (i + 0.65) * _CELL, label, "", "end")
        for hour, count in enumerate(shown[i].tolist()):
            box = (_LEFT + hour * _CELL + 1, _TOP + i * _CELL + 1, _CELL - 2, _CELL - 2)
            canvas.rect(box, PALETTE[0], f"{label} {hour}:00, {count} events", 0.06 + 0.94 * count / largest)
    notes: list[Any] = [f"{lost} rows without a time are not shown."] if lost else []
    notes += ["No data to plot."] if not counts.sum() else []
    notes += [f"{len(names) - len(labels)} earlier days are not shown."] if len(names) > len(labels) else []
    for i, note in enumerate(notes):
        canvas.text(16, canvas.height - 6 - 14 * i, note, "m")
    return Plot(canvas, {"title": name, "rows": labels, "counts": shown.tolist(), "notes": notes})
