"""What was recorded: how many records of which kind each machine made in which minute, mapped to the graph or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt import ids
from graphhunt.evidence.proof import prove
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.graph.identity_machines import machine_names
from graphhunt.graph.state import VERSION
from graphhunt.incidents.lead import MINUTE
from graphhunt.questions.kept import kept_table
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.questions.pivots import Window

SILENCE = 15 * MINUTE
"""A pause longer than this parts two stretches of records."""

_COLUMNS = {
    "host": pl.String, "code": pl.String, "minute": pl.Int64, "records": pl.UInt32, "first": pl.Int64,
    "last": pl.Int64, "event_id": pl.String,
}  # fmt: skip


def recorded(workspace: Workspace) -> pl.DataFrame:
    """Count records per machine, kind and minute, each with its first; kept until the evidence changes."""
    mark = ids.digest(workspace.fingerprint(), VERSION, "minutes", size=8)
    return kept_table(workspace, "recorded", mark, lambda: _counted(workspace))


def _counted(workspace: Workspace) -> pl.DataFrame:
    files = []
    for segment in workspace.live():
        if segment.rows:
            files.append(workspace.folder(segment.id) / EVIDENCE_FILE)
            prove(files[-1], segment.files[EVIDENCE_FILE], "the file of original records")
    if not files:
        return pl.DataFrame(schema={**_COLUMNS, "machine": pl.String})
    rows = pl.scan_parquet(files, glob=False).select("host", "time", "code", "event_id").drop_nulls(["host", "time"])
    first = pl.col("event_id").sort_by("time", "event_id").first()
    counted = rows.group_by("host", pl.col("code").fill_null("?"), minute=pl.col("time") // MINUTE).agg(
        records=pl.len(), first=pl.col("time").min(), last=pl.col("time").max(), event_id=first
    )
    found = counted.select(*_COLUMNS).collect()
    names = machine_names(found.get_column("host"))
    machine = pl.col("host").replace_strict(names, default=None, return_dtype=pl.String)
    return found.with_columns(machine=machine).sort("machine", "code", "minute", "host")


def in_window(frame: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Give the minutes that a window touches."""
    if window.until is not None:
        frame = frame.filter(pl.col("first") < window.until)
    if window.since is not None:
        frame = frame.filter(pl.col("last") >= window.since)
    return frame


def stretches(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """List the stretches in which something was recorded: start and end in µs UTC, and records."""
    minutes = frame.group_by("minute").agg(pl.col("first").min(), pl.col("last").max(), pl.col("records").sum())
    ordered = minutes.sort("minute").with_columns(
        stretch=((pl.col("first") - pl.col("last").shift(1)) > SILENCE).fill_null(value=False).cum_sum()
    )
    found = ordered.group_by("stretch", maintain_order=True).agg(
        start=pl.col("first").min(), end=pl.col("last").max(), records=pl.col("records").sum()
    )
    return found.drop("stretch").to_dicts()


def dated_stretches(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """List the stretches with their times as text."""
    return [{**each, "start": iso(each["start"]), "end": iso(each["end"])} for each in stretches(frame)]


def minutes(frame: pl.DataFrame) -> int:
    """Add up how long was recorded, in minutes, at least one where there is a record."""
    spans = [each["end"] - each["start"] for each in stretches(frame)]
    return max(1, round(sum(spans) / MINUTE)) if spans else 0
