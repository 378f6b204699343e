"""Timelines of values: `display_timeline_values` under msticpy's name and keywords, as an offline drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.svg import number
from graphhunt.toolbox._frames import require_columns
from graphhunt.toolbox._timeline_draw import Frame, begin, finish, value_scale
from graphhunt.toolbox.plot_timeline import checked
from graphhunt.toolbox.timeline_data import Layer, Timeline, add_references, by_group, colour_at, make_layer

if TYPE_CHECKING:
    from graphhunt.svg import Plot

_KINDS = ("vbar", "circle", "line")


def display_timeline_values(
    data: pd.DataFrame,
    value_column: str | None = None,
    time_column: str = "TimeGenerated",
    source_columns: list[str] | None = None,
    **kwargs: Any,
) -> Plot:
    """Draw a numeric column over time.

    Args:
        data: Rows with a time and a number.
        value_column: The number; msticpy's keyword `y` is taken, too.
        time_column: Column of times.
        source_columns: Columns shown when a value is pointed at.
        **kwargs: As for `display_timeline`, and `kind`: one or more of vbar, circle, line.

    Raises:
        UsageError: A column, keyword or kind is unknown, or the values aren't numbers.
    """
    checked(kwargs, ("y", "kind"))
    column = value_column or kwargs.get("y")
    if column is None:
        raise UsageError("value_column is needed")
    require_columns(data, [column])
    kinds = kwargs.get("kind") or ["vbar"]
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if bad := [k for k in kinds if k not in _KINDS]:
        raise UsageError(f"unknown kind {bad[0]!r}", hint="valid: " + ", ".join(_KINDS))
    timeline = Timeline(str(kwargs.get("title") or f"{column} over time"))
    layer, shown = make_layer(data, str(column), time_column, source_columns, timeline)
    try:
        layer.values = pd.to_numeric(shown[column]).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise UsageError(f"Column {column!r} isn't numeric") from error
    layer.colour = colour_at(0, kwargs.get("color"))
    group = kwargs.get("group_by")
    timeline.layers = by_group(layer, shown, group, timeline) if group else [layer]
    timeline.lanes = []
    add_references(timeline, kwargs, time_column)
    return _draw(timeline, kinds, {**kwargs, "flat": False, "height": kwargs.get("height") or 320})


def _draw(timeline: Timeline, kinds: list[str], options: dict[str, Any]) -> Plot:
    """Draw every layer on one value axis."""
    frame = Frame(
        timeline, {**options, "legend": options.get("legend") or ("right" if len(timeline.layers) > 1 else "none")}
    )
    begin(timeline, frame)
    every = np.concatenate([la.values for la in timeline.layers if la.values is not None] or [np.zeros(0)])
    low, high = value_scale(every)
    scale = (frame.bottom - frame.top) / (high - low)
    for share in (0.0, 0.5, 1.0):
        value = low + share * (high - low)
        y = frame.bottom - (value - low) * scale
        frame.canvas.line((frame.left, y, frame.right, y), "g")
        frame.canvas.text(frame.left - 6, y + 4, f"{value:.4g}", "m", "end")
    for layer in timeline.layers:
        _layer(layer, frame, kinds, (low, scale))
    plot = finish(timeline, frame)
    plot.data["range"] = (low, high)
    return plot


def _layer(layer: Layer, frame: Frame, kinds: list[str], axis: tuple[float, float]) -> None:
    """Draw one layer's values; a value that isn't a number isn't drawn."""
    low, scale = axis
    values = np.zeros(0) if layer.values is None else layer.values
    xs = frame.axis.place(layer.times)
    order = [i for i in np.argsort(xs, kind="stable").tolist() if np.isfinite(values[i])]
    points = [(float(xs[i]), frame.bottom - (float(values[i]) - low) * scale, layer.hints[i]) for i in order]
    zero = frame.bottom + low * scale
    if "line" in kinds and points:
        frame.canvas.path("M" + "L".join(f"{number(x)} {number(y)}" for x, y, _ in points), layer.colour)
    for x, y, hint in points:
        if "vbar" in kinds:
            frame.canvas.rect((x - 1.5, min(y, zero), 3, max(abs(zero - y), 1)), layer.colour, hint)
        if "circle" in kinds:
            frame.canvas.circle((x, y, layer.size), layer.colour, hint)
