"""Draws a timeline: lanes or one band, a time axis, references, a legend and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphhunt.svg import TEXT_WIDTH, Canvas, Plot
from graphhunt.toolbox._time_axis import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.toolbox.timeline_data import Layer, Timeline

_TOP, _AXIS, _LANE, _LABELS, _LEGEND = 40.0, 44.0, 24.0, 170.0, 160.0
_VALUES, _NAME_ROW, _NAME_ROWS = 36.0, 14.0, 4
_LONGEST_LABEL = 24


class Frame:
    """The space of a timeline: where its band begins and ends, and its axis."""

    def __init__(self, timeline: Timeline, options: Mapping[str, Any]) -> None:
        self.options = options
        self.labelled = bool(options.get("yaxis", True)) and len(timeline.lanes) > 1
        self.legend = options.get("legend") or ("none" if self.labelled or len(timeline.layers) < 2 else "left")
        self.canvas_width = width = float(options.get("width") or 900)
        flat = bool(options.get("flat", True))
        beside = (_LABELS if self.labelled else 0) + (0 if flat else _VALUES)
        self.left = 20 + beside + (_LEGEND if self.legend == "left" else 0)
        self.right = width - 20 - (_LEGEND if self.legend == "right" else 0)
        self.axis = TimeAxis(timeline.every_time(), self.left, self.right)
        self.names = _places(timeline, self)
        rows = max((row for _, row, _ in self.names), default=0)
        self.top = _TOP + rows * _NAME_ROW + (20 if self.legend == "inline" else 0)
        lanes = max(1, len(timeline.lanes))
        least = self.top + _AXIS + max(lanes * _LANE, 60 if flat else 180)
        self.height = max(float(options.get("height") or 0), least)
        self.bottom = self.height - _AXIS
        self.lane = (self.bottom - self.top) / lanes
        self.canvas = Canvas(width, self.height, timeline.title)

    def middle(self, lane: int) -> float:
        """Give the middle of a lane."""
        return self.top + (lane + 0.5) * self.lane


def _places(timeline: Timeline, frame: Frame) -> list[tuple[float, int, bool]]:
    """Place the names of the references: position, row from below, whether it stands left of its line.

    A name goes into the lowest row where it covers no other; beyond the last row it has none (-1).
    """
    ends: list[list[tuple[float, float]]] = [[] for _ in range(_NAME_ROWS)]
    found = []
    for time, name in timeline.references:
        x = float(frame.axis.place(_series(time))[0])
        wide = len(_short(name)) * TEXT_WIDTH + 8
        turned = x + wide > frame.canvas_width
        begin, end = (x - wide, x) if turned else (x, x + wide)
        row = next((i for i, used in enumerate(ends) if all(end < a or begin > b for a, b in used)), -1)
        if row >= 0:
            ends[row].append((begin, end))
        found.append((x, row, turned))
    return found


def draw_timeline(timeline: Timeline, options: Mapping[str, Any]) -> Plot:
    """Draw events as dots in their lanes, or as bars where they have an end."""
    frame = Frame(timeline, options)
    begin(timeline, frame)
    for layer in timeline.layers:
        (_bars if layer.ends is not None else _dots)(layer, frame)
    return finish(timeline, frame)


def begin(timeline: Timeline, frame: Frame) -> None:
    """Draw title, axis, lanes and legend."""
    canvas, options = frame.canvas, frame.options
    canvas.text(20, 22, timeline.title, "t")
    frame.axis.draw(canvas, frame.top, frame.bottom, bool(options.get("xgrid", True)))
    for i, name in enumerate(timeline.lanes):
        if options.get("ygrid"):
            canvas.line((frame.left, frame.middle(i), frame.right, frame.middle(i)), "g")
        if frame.labelled:
            canvas.text(frame.left - 8, frame.middle(i) + 4, _short(name), "", "end")
    _legend(timeline, frame)


def _legend(timeline: Timeline, frame: Frame) -> None:
    """Name the layers, top to bottom in the order of their lanes."""
    if frame.legend == "none":
        return
    across = frame.legend not in ("left", "right")
    x = {"left": 20.0, "right": frame.right + 16}.get(frame.legend, frame.left)
    y = 40.0 if across else frame.top + 10
    for layer in timeline.layers[:40]:
        frame.canvas.circle((x + 4, y - 4, 4), layer.colour)
        frame.canvas.text(x + 14, y, _short(layer.name))
        x, y = (x + 30 + len(_short(layer.name)) * TEXT_WIDTH, y) if across else (x, y + 18)


def _dots(layer: Layer, frame: Frame) -> None:
    xs = frame.axis.place(layer.times).tolist()
    for x, lane, hint in zip(xs, layer.lane.tolist(), layer.hints, strict=True):
        frame.canvas.circle((x, frame.middle(lane), layer.size), layer.colour, hint)


def _bars(layer: Layer, frame: Frame) -> None:
    ends = layer.times if layer.ends is None else layer.ends.fillna(frame.axis.high)
    pairs = zip(frame.axis.place(layer.times).tolist(), frame.axis.place(ends).tolist(), strict=True)
    thick = min(14.0, frame.lane * 0.6)
    for (x, end), lane, hint in zip(pairs, layer.lane.tolist(), layer.hints, strict=True):
        frame.canvas.rect(
            (min(x, end), frame.middle(lane) - thick / 2, max(abs(end - x), 2), thick), layer.colour, hint
        )


def finish(timeline: Timeline, frame: Frame) -> Plot:
    """Draw the references and say what isn't shown."""
    notes = []
    for (_, name), (x, row, turned) in zip(timeline.references, frame.names, strict=True):
        frame.canvas.line((x, frame.top - 6 - max(row, 0) * _NAME_ROW, x, frame.bottom), "r")
        if row >= 0:
            y = frame.top - 8 - row * _NAME_ROW
            frame.canvas.text(x - 4 if turned else x + 4, y, _short(name), "m", "end" if turned else "start")
    if nameless := sum(row < 0 for _, row, _ in frame.names):
        notes.append(f"{nameless} references stand too close to others to be named.")
    if frame.axis.empty:
        notes.append("No data to plot.")
    if timeline.without_time:
        notes.append(f"{timeline.without_time} rows without a time are not shown.")
    for note in notes:
        frame.canvas.text(frame.left, frame.height - 8, note, "m")
    return Plot(frame.canvas, timeline.as_data() | {"notes": notes})


def _series(time: Any) -> Any:
    import pandas as pd

    return pd.Series([time])


def _short(text: str) -> str:
    """Cut a label to what fits."""
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"


def value_scale(values: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float]:
    """Give the range of a value axis; 0 is always on it."""
    known = values[np.isfinite(values)]
    low = min(0.0, float(known.min(initial=0)))
    high = max(0.0, float(known.max(initial=0)))
    return low, high if high > low else low + 1
