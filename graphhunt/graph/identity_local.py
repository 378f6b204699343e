"""Records whose host is `localhost`: of a machine that nobody named, known by its log alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from pathlib import PurePosixPath
from typing import NamedTuple

import polars as pl

from graphhunt.graph.identity import SHOWN, Doubt

RecordFiles = Callable[[Collection[str]], pl.DataFrame]
"""Gives, for hosts, `event_id` and `file` of their records."""

ORIGIN = {"event_id": pl.String, "file": pl.String}
"""Columns of what an `RecordFiles` gives."""


class Told(NamedTuple):
    """Where the records of `localhost` belong (`placed`: event_id, host, time, machine_id), and what is doubtful."""

    placed: pl.DataFrame
    doubts: list[Doubt]


def no_files(_hosts: Collection[str]) -> pl.DataFrame:
    """Know no file of any record."""
    return pl.DataFrame(schema=ORIGIN)


def local_machines(events: pl.DataFrame, files: pl.DataFrame) -> Told:
    """Place the records of `localhost`: each log's are of one machine, which no name and no other log tells.

    Other hosts of the log prove nothing: a collector's has many. Where no log is known, the loader stands for it.

    Args:
        events: The records: event_id, host, time and source.
        files: Where they come from.
    """
    files = files.sort("file").unique("event_id", keep="first")
    events = events.join(files, on="event_id", how="left").with_columns(log=pl.coalesce("file", "source"))
    short = _short_names(events.get_column("log").unique().sort().to_list())
    placed, doubts = [events.clear().select("event_id", "host", "time", machine_id="host")], []
    for log in sorted(short):
        part = events.filter(pl.col("log") == log).sort("time", "event_id")
        key = "localhost@" + short[log].replace(":", "_").replace("|", "_")
        placed.append(part.select("event_id", "host", "time", machine_id=pl.lit(key)))
        text = f"{part.height} records of {short[log]} name no host but localhost; the log stands for the machine"
        shown = part.get_column("event_id").head(SHOWN).to_list()
        doubts.append(Doubt("localhost", key, part.item(0, "time"), text, shown, repaired=False))
    return Told(pl.concat(placed), doubts)


def _short_names(files: list[str]) -> dict[str, str]:
    """Give files as few of the last parts of their paths as tell them apart."""
    parts = {file: PurePosixPath(file.replace("\\", "/").replace("!", "/")).parts for file in files}
    found = {file: "/".join(names[-1:]) or file for file, names in parts.items()}
    for depth in range(2, 1 + max((len(names) for names in parts.values()), default=1)):
        often = Counter(found.values())
        found = {file: name if often[name] == 1 else "/".join(parts[file][-depth:]) for file, name in found.items()}
    return found
