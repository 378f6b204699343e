"""The formats by name, and how an export reaches its place."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graphhunt.case.export.documents import graphml, json_lines
from graphhunt.case.export.opengraph import opengraph
from graphhunt.case.export.tables import write_tables
from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.store import Store

Text = Callable[["Snapshot", Callable[[], "Store"]], Iterator[str]]


class Format(NamedTuple):
    """One format: what it is for, and what gives its text; None for a folder of files."""

    meaning: str
    text: Text | None


FORMATS: dict[str, Format] = {
    "json": Format("every node and relationship of the database, one JSON object a line", json_lines),
    "graphml": Format("the same as GraphML 1.0, for Gephi, yEd or Cytoscape", graphml),
    "csv": Format("one CSV file per label and relationship type, in a folder", None),
    "opengraph": Format("observed sessions and remote logons as BloodHound OpenGraph", opengraph),
}
"""Every format by name."""


def export(name: str, snapshot: Snapshot, store: Callable[[], Store], out: Path | None = None) -> int:
    """Write the graph in a format.

    Args:
        name: One of `FORMATS`.
        snapshot: The graph's tables.
        store: Gives the database, opened only by formats that read it.
        out: File, or folder for `csv`; None for standard output.

    Returns:
        Bytes written.

    Raises:
        UsageError: There is no such format, `csv` has no folder, or the place can't be written.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no format '{name}'", hint="one of " + ", ".join(FORMATS))
    text = FORMATS[name].text
    if text is None and out is None:
        raise UsageError(f"{name} is written as a folder of files", hint="name it with --out FOLDER")
    try:
        if text is None or out is None:
            return _printed(text(snapshot, store)) if text else write_tables(snapshot, Path(str(out)))
        return _written(text(snapshot, store), out)
    except OSError as error:
        raise UsageError(f"'{out or 'standard output'}' can't be written", hint=str(error)) from error


def _printed(parts: Iterator[str]) -> int:
    return sum(sys.stdout.write(part) for part in parts)


def _written(parts: Iterator[str], out: Path) -> int:
    """Write beside the file and move it into its place, so that there is never half of one."""
    waiting = out.with_name(out.name + ".part")
    size = 0
    try:
        with waiting.open("w", encoding="utf-8", newline="\n") as stream:
            for part in parts:
                size += stream.write(part)
        waiting.replace(out)
    finally:
        waiting.unlink(missing_ok=True)
    return size
