"""Timelines of spans: `display_timeline_duration` under msticpy's name and keywords, as an offline drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt.toolbox._frames import require_columns, utc_times
from graphhunt.toolbox._timeline_draw import draw_timeline
from graphhunt.toolbox.plot_timeline import checked
from graphhunt.toolbox.timeline_data import Timeline, add_references, by_group, make_layer

if TYPE_CHECKING:
    from graphhunt.svg import Plot


def display_timeline_duration(
    data: pd.DataFrame,
    group_by: str | list[str],
    time_column: str = "TimeGenerated",
    end_time_column: str | None = None,
    **kwargs: Any,
) -> Plot:
    """Draw when each group was active: one bar per row, or per group from its first to its last row.

    Args:
        data: Rows with a time.
        group_by: Column or columns that make the lanes.
        time_column: Column of starts.
        end_time_column: Column of ends; a missing end is open. Without it a bar spans all rows of its group.
        **kwargs: As for `display_timeline`, and `source_columns`.

    Raises:
        UsageError: A column or keyword is unknown, or a time can't be read.
    """
    checked(kwargs, ("source_columns",))
    columns = [group_by] if isinstance(group_by, str) else list(group_by)
    require_columns(data, [time_column, *columns])
    named = data[columns].astype(object).where(data[columns].notna(), "(none)").astype(str)
    lanes = pd.Series([", ".join(names) for names in named.itertuples(index=False)], index=data.index, dtype=object)
    frame = data.assign(**{"(lane)": lanes})
    if end_time_column is None:
        frame = _folded(frame, time_column)
        end_time_column = "(end)"
    require_columns(frame, [end_time_column])
    timeline = Timeline(str(kwargs.get("title") or "Timeline"))
    hints = kwargs.get("source_columns") or [*columns]
    layer, shown = make_layer(frame, "spans", time_column, [c for c in hints if c in frame.columns], timeline)
    layer.ends = utc_times(shown[end_time_column]).reset_index(drop=True)
    timeline.layers = by_group(layer, shown, "(lane)", timeline)
    add_references(timeline, kwargs, time_column)
    return draw_timeline(timeline, kwargs)


def _folded(data: pd.DataFrame, time_column: str) -> pd.DataFrame:
    """Fold each lane to one row from its first to its last time; rows without a time stay to be counted."""
    times = utc_times(data[time_column])
    known = data.assign(**{time_column: times})[times.notna()]
    ends = known.groupby("(lane)")[time_column].max()
    first = known.sort_values(time_column, kind="stable").drop_duplicates("(lane)")
    folded = first.assign(**{"(end)": ends.reindex(first["(lane)"]).to_numpy()})
    lost = data[times.isna().to_numpy()]
    return folded if lost.empty else pd.concat([folded, lost.drop(columns=[time_column])])
