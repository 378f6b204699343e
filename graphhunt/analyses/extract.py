"""Extracts: bounded parts of the graph as frames, by Cypher, for analytics."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.errors import LimitError
from graphhunt.graph.snapshot import Snapshot
from graphhunt.queries import library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graphhunt.store import Store

_POLARS: dict[str, pl.DataType] = {
    "str": pl.String(), "int": pl.Int64(), "datetime": pl.Int64(), "bool": pl.Boolean(), "float": pl.Float64(),
}  # fmt: skip

EDGES = (
    "REMOTE_LOGON", "LOGGED_ON", "FAILED_LOGON", "RAN", "EXECUTED", "SPAWNED", "ACCESSED", "INJECTED_INTO",
    "CONNECTED", "HAD_IP",
)  # fmt: skip
"""Types of relationships whose ends `Extract.edges` gives."""


class Extract:
    """A bounded part of the graph.

    Args:
        store: The graph.
        bounds: `since`, `until` (µs), `machine` (id) and `limit` (rows of one kind); others are ignored.
        snapshot: The graph's tables; those in the store's workspace when not given.

    Raises:
        LimitError: A kind has more rows than the limit.
    """

    def __init__(self, store: Store, bounds: Mapping[str, Any], snapshot: Snapshot | None = None) -> None:
        self.store = store
        self.snapshot = snapshot or Snapshot(store.workspace / "graph")
        self.limit = int(bounds.get("limit") or 500_000)
        self.bounds = {name: bounds.get(name) for name in ("since", "until", "machine")}

    @property
    def workspace(self) -> Path:
        """Folder of the workspace, for analytics that need single events."""
        return self.store.workspace

    @cached_property
    def processes(self) -> pl.DataFrame:
        """Processes with their parents; one row each."""
        return self._frame("processes").unique("id", keep="first", maintain_order=True)

    @property
    def starts(self) -> pl.DataFrame:
        """Processes whose start was seen."""
        return self.processes.filter(~pl.col("stub").fill_null(value=False))

    @cached_property
    def logons(self) -> pl.DataFrame:
        """Logon sessions: account, machine, source, type, interval."""
        return self._frame("logons")

    @cached_property
    def failures(self) -> pl.DataFrame:
        """Failed logons per account, machine, source and hour."""
        return self._frame("failures")

    @cached_property
    def connections(self) -> pl.DataFrame:
        """Connections per process, address and port."""
        return self._frame("connections")

    @cached_property
    def remote_logons(self) -> pl.DataFrame:
        """Remote logons between machines."""
        return self._frame("remote_logons")

    @cached_property
    def addresses(self) -> pl.DataFrame:
        """Addresses: `id` and `value`, as every table of single entities."""
        return self._entities("addresses")

    @cached_property
    def names(self) -> pl.DataFrame:
        """DNS names."""
        return self._entities("names")

    @cached_property
    def urls(self) -> pl.DataFrame:
        """URLs."""
        return self._entities("urls")

    @cached_property
    def files(self) -> pl.DataFrame:
        """Files with a hash: `id`, `md5`, `sha1`, `sha256`."""
        return self._entities("files")

    @cached_property
    def own_names(self) -> pl.DataFrame:
        """Full names of the machines that logged, whatever the span of time: `id` and `value`."""
        return self._read("extract_own_names", "own_names", {})

    def edges(self, kind: str) -> pl.DataFrame:
        """Which nodes relationships of a type join: `source`, `target`, their labels, and `weight`, how many."""
        return self._frame(kind.lower(), "edges")

    def _frame(self, kind: str, what: str = "extract") -> pl.DataFrame:
        """Run one of the extracting queries; a row more than the limit is an error."""
        return self._read(f"{what}_{kind}", kind, self.bounds)

    def _entities(self, kind: str) -> pl.DataFrame:
        """Run a query for single entities, which no machine bounds."""
        return self._read(f"extract_{kind}", kind, {name: self.bounds[name] for name in ("since", "until")})

    def _read(self, name: str, kind: str, bounds: Mapping[str, Any]) -> pl.DataFrame:
        query = library()[f"analytics/{name}"]
        columns = {c.name: _POLARS[c.type] for c in query.returns}
        rows = [tuple(r.values()) for r in self.store.stream(query, **bounds, limit=self.limit + 1)]
        if len(rows) > self.limit:
            many = f"more than {self.limit} {kind.replace('_', ' ')}"
            raise LimitError(many, hint="narrow it by since, until or machine, or raise limit")
        return pl.DataFrame(rows, schema=columns, orient="row")
