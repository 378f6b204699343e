"""When anything was recorded, in the graph or not: by machine, kind and minute, and in which stretches of time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from graphhunt import ids
from graphhunt.evidence.proof import prove
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.graph.identity_machines import machine_names
from graphhunt.graph.state import VERSION
from graphhunt.questions.kept import kept_table
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graphhunt.evidence import Workspace
    from graphhunt.questions.pivots import Window

MINUTE = 60_000_000
SILENCE = 15 * MINUTE
"""Without a record for this long, a stretch ends."""

MOST = 24
"""So many stretches are drawn side by side; of more, those with the least silence between them are drawn as one."""

BARS = 160
"""Bars of all stretches together, about: each has some, a longer one more, by the square root of its length."""

_COLUMNS = {
    "host": pl.String, "code": pl.String, "minute": pl.Int64, "records": pl.UInt32, "first": pl.Int64,
    "last": pl.Int64, "event_id": pl.String,
}  # fmt: skip


class Stretch(NamedTuple):
    """A stretch of time in which some machine recorded something, µs UTC, both ends included."""

    start: int
    end: int
    records: int


def recorded(workspace: Workspace) -> pl.DataFrame:
    """Count records per machine, kind and minute, each with its first; kept until the evidence changes."""
    return kept_table(workspace, "recorded", _mark(workspace, "minutes"), lambda: _counted(workspace))


def stretches(frame: pl.DataFrame) -> list[Stretch]:
    """Give the stretches of minutes, as `recorded` gives them, earliest first."""
    minutes = frame.group_by("minute").agg(pl.col("first").min(), pl.col("last").max(), pl.col("records").sum())
    ordered = minutes.sort("minute").with_columns(
        stretch=((pl.col("first") - pl.col("last").shift(1)) > SILENCE).fill_null(value=False).cum_sum()
    )
    found = ordered.group_by("stretch", maintain_order=True).agg(
        start=pl.col("first").min(), end=pl.col("last").max(), records=pl.col("records").sum()
    )
    return [Stretch(*row) for row in found.select("start", "end", "records").iter_rows()]


def in_window(frame: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Give the minutes that a window touches."""
    if window.until is not None:
        frame = frame.filter(pl.col("first") < window.until)
    if window.since is not None:
        frame = frame.filter(pl.col("last") >= window.since)
    return frame


def strip(workspace: Workspace) -> dict[str, Any]:
    """Say when anything was recorded, ready to be drawn as a strip.

    Returns:
        `records` that have a time, their `first` and `last`; `minutes` recorded; and `stretches` with start, end,
        records and `bars`: records in equal parts of the stretch.
    """
    found = stretches(recorded(workspace))
    drawn = _fewer(found, MOST)
    kept = kept_table(workspace, "strip", _mark(workspace, "strip"), lambda: _bars(workspace, drawn))
    bars = kept.get_column("bars").to_list() if drawn else []
    rows = [{**told, "bars": its} for told, its in zip(dated(drawn), bars, strict=True)]
    return {
        "records": sum(each.records for each in found),
        "first": iso(found[0].start) if found else None,
        "last": iso(found[-1].end) if found else None,
        "minutes": minutes_of(found),
        "stretches": rows,
    }


def dated(found: Sequence[Stretch]) -> list[dict[str, Any]]:
    """Write stretches with their times as text."""
    return [{"start": iso(each.start), "end": iso(each.end), "records": each.records} for each in found]


def minutes_of(found: Sequence[Stretch]) -> int:
    """Add up how long was recorded, in minutes, at least one where there is a record."""
    return max(1, round(sum(each.end - each.start for each in found) / MINUTE)) if found else 0


def _mark(workspace: Workspace, what: str) -> str:
    return ids.digest(workspace.fingerprint(), VERSION, what, size=8)


def _files(workspace: Workspace) -> list[Path]:
    files = []
    for segment in workspace.live():
        if segment.rows:
            files.append(workspace.folder(segment.id) / EVIDENCE_FILE)
            prove(files[-1], segment.files[EVIDENCE_FILE], "the file of original records")
    return files


def _counted(workspace: Workspace) -> pl.DataFrame:
    files = _files(workspace)
    if not files:
        return pl.DataFrame(schema={**_COLUMNS, "machine": pl.String})
    rows = pl.scan_parquet(files, glob=False).select("host", "time", "code", "event_id").drop_nulls("time")
    first = pl.col("event_id").sort_by("time", "event_id").first()
    counted = rows.group_by("host", pl.col("code").fill_null("?"), minute=pl.col("time") // MINUTE).agg(
        records=pl.len(), first=pl.col("time").min(), last=pl.col("time").max(), event_id=first
    )
    found = counted.select(*_COLUMNS).collect()
    names = machine_names(found.get_column("host").drop_nulls())
    machine = pl.col("host").replace_strict(names, default=None, return_dtype=pl.String)
    return found.with_columns(machine=machine).sort("machine", "code", "minute", "host")


def _fewer(found: list[Stretch], most: int) -> list[Stretch]:
    """Join the stretches with the least silence between them until no more than so many are left."""
    if len(found) <= most:
        return found
    silences = sorted(((b.start - a.end, b.start) for a, b in pairwise(found)), reverse=True)
    begins = {start for _, start in silences[: most - 1]}
    joined = [found[0]]
    for each in found[1:]:
        if each.start in begins:
            joined.append(each)
        else:
            last = joined[-1]
            joined[-1] = Stretch(last.start, each.end, last.records + each.records)
    return joined


def _bars(workspace: Workspace, drawn: list[Stretch]) -> pl.DataFrame:
    """Count the records in equal parts of each stretch."""
    schema: dict[str, Any] = {"start": pl.Int64, "bars": pl.List(pl.Int64)}
    if not drawn:
        return pl.DataFrame(schema=schema)
    frame = pl.scan_parquet(_files(workspace), glob=False).select("time").drop_nulls().collect()
    times = frame.get_column("time").to_numpy()
    lengths = np.sqrt([each.end - each.start + 1 for each in drawn])
    counts = np.maximum(4, np.round(BARS * lengths / lengths.sum())).astype(int)
    rows = []
    for each, count in zip(drawn, counts, strict=True):
        edges = np.linspace(each.start, each.end + 1, int(count) + 1)
        rows.append({"start": each.start, "bars": np.histogram(times, edges)[0].tolist()})
    return pl.DataFrame(rows, schema=schema)
