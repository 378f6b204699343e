"""What a timeline shows, apart from how it is drawn: layers, lanes, marks, references and what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.svg import PALETTE
from graphhunt.toolbox._frames import require_columns, utc_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HINT_COLUMNS = 6
_LONGEST_HINT = 200
_COLOUR_NAMES = frozenset(
    ["navy", "blue", "red", "green", "orange", "purple", "brown", "black", "grey", "gray", "teal", "olive", "maroon"]
)
MOST_LANES = 200
"""Groups that get a lane of their own; the rest share the last."""


@dataclass
class Layer:
    """Events drawn alike.

    Attributes:
        name: What the legend says.
        times: UTC times, none null.
        hints: What pointing at each event shows.
        lane: Number of the lane of each event.
        colour: Fixed colour.
        size: Radius.
        ends: End of each event, for bars.
        values: Height of each event, for values.
    """

    name: str
    times: pd.Series[Any]
    hints: list[str]
    lane: np.ndarray[Any, np.dtype[np.int64]]
    colour: str
    size: float = 5.0
    ends: pd.Series[Any] | None = None
    values: np.ndarray[Any, np.dtype[np.float64]] | None = None


@dataclass
class Timeline:
    """Everything a timeline shows; `without_time` counts the rows that can't be placed."""

    title: str
    layers: list[Layer] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)
    references: list[tuple[pd.Timestamp, str]] = field(default_factory=list)
    without_time: int = 0

    def every_time(self) -> pd.Series[Any]:
        """Give all times, references and ends included."""
        parts = [layer.times for layer in self.layers]
        parts += [layer.ends for layer in self.layers if layer.ends is not None]
        parts.append(pd.Series([t for t, _ in self.references], dtype="datetime64[ns, UTC]"))
        return pd.concat([p.astype("datetime64[ns, UTC]") for p in parts], ignore_index=True)

    def as_data(self) -> dict[str, Any]:
        """Give the timeline as plain values, times in ISO 8601."""
        return {
            "title": self.title, "lanes": self.lanes, "rows_without_time": self.without_time,
            "references": [(t.isoformat(), name) for t, name in self.references],
            "layers": [{"name": la.name, "colour": la.colour, "events": len(la.times)} for la in self.layers],
        }  # fmt: skip


def colour_at(number: int, wanted: Any = None) -> str:
    """Give a colour: a well-formed one the caller asks for, else the palette's."""
    text = str(wanted).strip().lower() if wanted else ""
    hexadecimal = text.startswith("#") and len(text) in (4, 7) and all(c in "0123456789abcdef" for c in text[1:])
    return text if hexadecimal or text in _COLOUR_NAMES else PALETTE[number % len(PALETTE)]


def make_layer(
    data: pd.DataFrame, name: str, time_column: str, source_columns: Sequence[str] | None, timeline: Timeline
) -> tuple[Layer, pd.DataFrame]:
    """Make a layer of a frame and count what has no time; give the rows that are shown, too."""
    require_columns(data, [time_column, *(source_columns or [])])
    times = utc_times(data[time_column])
    shown = data[times.notna().to_numpy()]
    timeline.without_time += len(data) - len(shown)
    kept = times[times.notna()].reset_index(drop=True)
    columns = list(source_columns or [c for c in data.columns if c != time_column][:_HINT_COLUMNS])
    hints = _hints(shown, columns, kept)
    lane = np.zeros(len(shown), dtype=np.int64)
    return Layer(name, kept, hints, lane, colour_at(len(timeline.layers))), shown


def _hints(data: pd.DataFrame, columns: Sequence[str], times: pd.Series[Any]) -> list[str]:
    """Write what pointing at each event shows."""
    stamps = np.datetime_as_string(times.dt.tz_localize(None).to_numpy(dtype="datetime64[us]"), unit="us").tolist()
    values = [[str(v)[:_LONGEST_HINT] for v in data[c].tolist()] for c in columns]
    return ["\n".join([f"{t}Z", *(f"{c}: {v}" for c, v in zip(columns, row, strict=True))])
            for t, *row in zip(stamps, *values, strict=True)]  # fmt: skip


def by_group(layer: Layer, data: pd.DataFrame, group_by: str, timeline: Timeline) -> list[Layer]:
    """Part a layer into one per group, each in a lane of its own, in the order groups first appear in time."""
    require_columns(data, [group_by])
    names = data[group_by].astype(object).where(data[group_by].notna(), "(none)").astype(str).to_numpy()
    order = pd.Series(names)[np.argsort(layer.times.to_numpy(), kind="stable")].unique().tolist()
    own = order[: MOST_LANES - 1] if len(order) > MOST_LANES else order
    parts = [_part(layer, names == name, str(name), timeline) for name in own]
    if len(order) > MOST_LANES:
        rest = ~np.isin(names, own)
        parts.append(_part(layer, rest, f"({len(order) - MOST_LANES + 1} more)", timeline))
    return parts


def _part(layer: Layer, mask: np.ndarray[Any, np.dtype[np.bool_]], name: str, timeline: Timeline) -> Layer:
    """Take some of a layer's events into a lane of their own."""
    timeline.lanes.append(name)
    number = len(timeline.lanes) - 1
    rows = np.flatnonzero(mask)
    return Layer(
        name, layer.times.iloc[rows].reset_index(drop=True), [layer.hints[i] for i in rows.tolist()],
        np.full(len(rows), number), colour_at(number), layer.size,
        None if layer.ends is None else layer.ends.iloc[rows].reset_index(drop=True),
        None if layer.values is None else layer.values[rows],
    )  # fmt: skip


def add_references(timeline: Timeline, given: Mapping[str, Any], time_column: str) -> None:
    """Read `ref_event`, `ref_time`, `ref_events` and `ref_times` (and msticpy's `alert`) into the timeline."""
    for key in ("ref_event", "alert"):
        event = given.get(key)
        if event is not None:
            timeline.references.append((_event_time(event, time_column), "reference event"))
    if given.get("ref_time") is not None:
        timeline.references.append((_utc(given["ref_time"]), "reference time"))
    times = given.get("ref_times")
    for i, item in enumerate([] if times is None else times):
        time, name = item if isinstance(item, tuple) else (item, f"reference {i + 1}")
        timeline.references.append((_utc(time), str(name)))
    events = given.get("ref_events")
    if events is not None:
        column = given.get("ref_time_col") or time_column
        require_columns(events, [column])
        label = given.get("ref_col")
        names = events[label].astype(str) if label else pd.Series("reference event", index=events.index)
        found = utc_times(events[column])
        timeline.references += [(t, n) for t, n in zip(found, names, strict=True) if not pd.isna(t)]


def _event_time(event: Any, time_column: str) -> pd.Timestamp:
    """Find the time of a row or alert."""
    for name in (time_column, "TimeGenerated", "StartTimeUtc", "TimeCreatedUtc", "FirstEventTime"):
        found = event.get(name) if hasattr(event, "get") else getattr(event, name, None)
        if found is not None and not pd.isna(found):
            return _utc(found)
    raise UsageError("The reference event has no time", hint="pass ref_time=")


def _utc(value: Any) -> pd.Timestamp:
    """Read one time as UTC."""
    time: pd.Timestamp = utc_times(pd.Series([value])).iloc[0]
    return time
