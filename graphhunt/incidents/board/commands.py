"""Command lines of processes, whole, and what an encoded one says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.board.chains import process_of
from graphhunt.times import iso
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from graphhunt.incidents.board.scene import Scene
    from graphhunt.incidents.tables import Tables

MOST = 50
"""Processes that are asked about at once."""


def processes_of(scene: Scene) -> list[str]:
    """Give the processes that a scene tells of, the one that it is about first."""
    main = process_of(scene)
    own = [lead.vertex.partition("|")[2] for lead in scene.heaviest if lead.vertex.startswith("process|")]
    own += [lead.facts["process"].id for lead in scene.heaviest if lead.facts.get("process")]
    return list(dict.fromkeys([*([main] if main else []), *own]))[:MOST]


def commands(tables: Tables, processes: Iterable[str]) -> list[dict[str, Any]]:
    """Give the command lines of processes, in the order in which they are named.

    Returns:
        For each that has one its `process` (id), `name`, `time`, `command`, and `decoded` (as `Decoded` has it), which
        is None where nothing on it is encoded.
    """
    wanted = list(dict.fromkeys(processes))[:MOST]
    rows = tables.nodes("Process", "id", "name", "start", "command_line").filter(pl.col("id").is_in(wanted))
    found = {row["id"]: row for row in rows.iter_rows(named=True) if row["command_line"]}
    return [_told(found[process]) for process in wanted if process in found]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    clear = decoded(row["command_line"])
    return {
        "process": row["id"], "name": row["name"], "time": iso(row["start"]), "command": row["command_line"],
        "decoded": clear._asdict() if clear else None,
    }  # fmt: skip
