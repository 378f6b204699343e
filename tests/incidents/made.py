"""Tables of a graph made by hand: rows as given, everything else null."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from graphhunt.incidents.tables import ENDS, Tables, _type
from graphhunt.schema import NODES, RELATIONSHIPS

SECOND = 1_000_000
MINUTE = 60 * SECOND


class _Snapshot:
    """Gives the tables that were made by hand; there is no evidence beside them."""

    folder = Path("nowhere/graph")
    fingerprint = None

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.rows = rows

    def scan(self, name: str) -> pl.LazyFrame | None:
        if name not in self.rows:
            return None
        kind = RELATIONSHIPS.get(name) or NODES[name]
        ends = (*ENDS, "confidence") if name in RELATIONSHIPS else ("id",)
        columns = dict.fromkeys([*ends, *(column.name for column in kind.columns)])
        schema = {column: _type(name, column) for column in columns}
        return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in self.rows[name]], schema=schema).lazy()

    def heights(self, names: Iterable[str]) -> dict[str, int]:
        return {name: len(self.rows.get(name, [])) for name in names}


def tables(**rows: list[dict[str, Any]]) -> Tables:
    """Make the tables of some rows, by label or type."""
    return Tables(_Snapshot(rows))  # type: ignore[arg-type]


def process(name: str, command_line: str | None = None, **more: Any) -> dict[str, Any]:
    """Make a process that started on a machine, seen by a record."""
    return {"id": f"m|{name}", "name": name, "command_line": command_line, "machine_id": "m", "start": 0, **more}


def ran(*processes: dict[str, Any]) -> list[dict[str, Any]]:
    """Make the RAN of processes, each with one record."""
    return [
        {"id": f"ran {one['id']}", "from_id": "m", "to_id": one["id"], "evidence": [f"e {one['id']}"]}
        for one in processes
    ]


def commands(*processes: dict[str, Any], **more: Any) -> Tables:
    """Make the tables of a machine that ran some processes."""
    return tables(Process=list(processes), RAN=ran(*processes), **more)


def flow(source: str, target: str, port: int, time: int = 0, **more: Any) -> dict[str, Any]:
    """Make a flow with bytes both ways; times are minutes."""
    at = time * MINUTE
    return {
        "id": f"{source} {target} {port} {time}", "from_id": source, "from_label": "IP", "to_id": target,
        "to_label": "IP", "start": at, "end": at + MINUTE, "count": 1, "remote_port": port, "bytes_out": 100,
        "bytes_in": 100, "evidence": [f"e {source} {target} {port}"], **more,
    }  # fmt: skip
