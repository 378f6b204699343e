"""Timelines of events: `display_timeline` under msticpy's name and keywords, as an offline drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._timeline_draw import draw_timeline
from graphhunt.toolbox.timeline_data import Timeline, add_references, by_group, colour_at, make_layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphhunt.svg import Plot

KEYWORDS = frozenset((
    "title", "alert", "ref_event", "ref_time", "ref_events", "ref_time_col", "ref_col", "ref_times",
    "group_by", "size", "legend", "yaxis", "ygrid", "xgrid", "range_tool", "height", "width", "color",
    "overlay_data", "overlay_columns", "overlay_color", "hide",
))  # fmt: skip
"""Keywords of the timeline functions; others are refused, so that a misspelt one is noticed."""


def checked(given: Mapping[str, Any], more: Sequence[str] = ()) -> None:
    """Refuse unknown keywords.

    Raises:
        UsageError: A keyword is unknown.
    """
    if unknown := sorted(set(given) - KEYWORDS - set(more)):
        raise UsageError(f"unknown keyword {unknown[0]!r}", hint="valid: " + ", ".join(sorted(KEYWORDS | set(more))))


def display_timeline(
    data: pd.DataFrame | dict[str, dict[str, Any]],
    time_column: str = "TimeGenerated",
    source_columns: list[str] | None = None,
    **kwargs: Any,
) -> Plot:
    """Draw events on a time axis.

    Args:
        data: A frame, or `{name: {"data": frame, "time_column", "source_columns", "color", "size"}}`.
        time_column: Column of times.
        source_columns: Columns shown when an event is pointed at; the first six by default.
        **kwargs: `title`, `group_by` (a lane per value), `overlay_data` with `overlay_columns` and
            `overlay_color`, `ref_event`, `ref_time`, `ref_events` (with `ref_time_col`, `ref_col`), `ref_times`,
            `alert`, `legend` (left, right, inline, none), `yaxis`, `ygrid`, `xgrid`, `height`, `width`, `color`,
            `size`. `range_tool` and `hide` are accepted: the drawing pans and zooms, and is shown by the notebook.

    Returns:
        The drawing; its `data` says what is shown and how many rows have no time.

    Raises:
        UsageError: A column or keyword is unknown, or a time can't be read.
    """
    checked(kwargs)
    timeline = timeline_of(data, time_column, source_columns, kwargs)
    return draw_timeline(timeline, kwargs)


def timeline_of(
    data: pd.DataFrame | dict[str, dict[str, Any]],
    time_column: str,
    source_columns: list[str] | None,
    options: Mapping[str, Any],
) -> Timeline:
    """Compute what `display_timeline` shows."""
    timeline = Timeline(str(options.get("title") or "Timeline"))
    if isinstance(data, dict):
        for name, part in data.items():
            _add(timeline, part["data"], str(name), {**options, **part, "group_by": None}, time_column, source_columns)
    else:
        _add(timeline, data, "events", options, time_column, source_columns)
    overlay = options.get("overlay_data")
    if overlay is not None:
        extra = {"color": options.get("overlay_color"), "source_columns": options.get("overlay_columns")}
        _add(timeline, overlay, "overlay", extra, time_column, None)
    add_references(timeline, options, time_column)
    return timeline


def _add(
    timeline: Timeline,
    data: pd.DataFrame,
    name: str,
    options: Mapping[str, Any],
    time_column: str,
    source_columns: list[str] | None,
) -> None:
    """Add a frame as one layer, or as one per group."""
    columns = options.get("source_columns") or source_columns
    known = [c for c in columns if c in data.columns] if columns and name == "overlay" else columns
    layer, shown = make_layer(data, name, options.get("time_column") or time_column, known, timeline)
    layer.size = float(options.get("size") or 5)
    layer.colour = colour_at(len(timeline.layers), options.get("color"))
    if options.get("group_by"):
        timeline.layers += by_group(layer, shown, options["group_by"], timeline)
        return
    timeline.lanes.append(name)
    layer.lane += len(timeline.lanes) - 1
    timeline.layers.append(layer)
