"""The snapshot: the graph's tables as Parquet files in the workspace, beside the database.

Path search and analytics over many logons read it; the next load compares with it to write only what
changed. It is replaced as a whole, so readers see one whole graph or the other.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from graphhunt.errors import WorkspaceError
from graphhunt.graphing.graph import Graph

VERSION = 5
"""Version of graphing's rules; a snapshot made by other rules is made anew."""


class Changes(NamedTuple):
    """What differs between two versions of one table.

    Attributes:
        added: New rows.
        changed: Rows whose id was there with other values.
        removed: The old rows whose ids are gone.
    """

    added: pl.DataFrame
    changed: pl.DataFrame
    removed: pl.DataFrame


class Snapshot:
    """The tables of the last graph written, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def fingerprint(self) -> str | None:
        """Identity of the set of events and rules the snapshot was made from; None if there is none."""
        state = self._state()
        return str(state["fingerprint"]) if state.get("version") == VERSION else None

    def _state(self) -> dict[str, object]:
        try:
            state = json.loads((self.folder / "current.json").read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise WorkspaceError("the graph snapshot can't be read", where=str(self.folder)) from error
        return dict(state)

    def _current(self) -> Path | None:
        name = self._state().get("tables")
        return self.folder / str(name) if name else None

    def table(self, name: str) -> pl.DataFrame | None:
        """Read the table of a label or type; None if the graph has no such row."""
        current = self._current()
        path = current / f"{name}.parquet" if current else None
        return pl.read_parquet(path) if path and path.exists() else None

    def scan(self, name: str) -> pl.LazyFrame | None:
        """Scan the table of a label or type lazily; None if the graph has no such row."""
        current = self._current()
        path = current / f"{name}.parquet" if current else None
        return pl.scan_parquet(path) if path and path.exists() else None

    def names(self) -> list[str]:
        """List the labels and types that have rows."""
        current = self._current()
        return sorted(path.stem for path in current.glob("*.parquet")) if current else []

    def heights(self) -> dict[str, int]:
        """Count the rows of every table."""
        return {name: self._height(name) for name in self.names()}

    def _height(self, name: str) -> int:
        found = self.scan(name)
        return int(found.select(pl.len()).collect().item()) if found is not None else 0

    def computed(self, name: str, size: int, make: Callable[[], np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
        """Give an array that follows from the tables alone, read from beside them if it was computed before.

        Args:
            name: File name; it must change when `make` does.
            size: Values the array has; a file of another size is not believed.
            make: Computes it.
        """
        current = self._current()
        path = current / f"{name}.npy" if current else None
        with contextlib.suppress(OSError, ValueError, EOFError):
            found = np.load(path or "", allow_pickle=False)
            if found.shape == (size,):
                return np.asarray(found)
        made = make()
        if path is not None:
            waiting = path.with_suffix(f".{os.getpid()}")
            # A workspace that may only be read, or is being replaced, is no reason to fail.
            with contextlib.suppress(OSError):
                with waiting.open("wb") as out:
                    np.save(out, made, allow_pickle=False)
                waiting.replace(path)
        return made

    def replace(self, graph: Graph, fingerprint: str) -> None:
        """Write the graph's tables and make them the current ones in one step."""
        old = self._current()
        new = self.folder / f"tables-{fingerprint[:16]}-v{VERSION}"
        if old != new:
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(parents=True)
            extra = {"ClockSkew": graph.skew, "Corroboration": graph.corroboration}
            for name, table in {**graph.nodes, **graph.relationships, **extra}.items():
                table.write_parquet(new / f"{name}.parquet")
        waiting = self.folder / "current.json.new"
        waiting.write_text(json.dumps({"version": VERSION, "fingerprint": fingerprint, "tables": new.name}))
        waiting.replace(self.folder / "current.json")
        if old is not None and old != new:
            shutil.rmtree(old, ignore_errors=True)

    def changes(self, name: str, table: pl.DataFrame) -> Changes:
        """Compare a new table with the snapshot's."""
        old = self.table(name)
        if old is None:
            return Changes(table, table.clear(), table.clear())
        if old.schema != table.schema:
            old = _conformed(old, table)
        same = _comparable(table).join(_comparable(old), on=table.columns, how="semi", nulls_equal=True).select("id")
        differing = table.join(same, on="id", how="anti", maintain_order="left")
        return Changes(
            differing.join(old, on="id", how="anti", maintain_order="left"),
            differing.join(old, on="id", how="semi", maintain_order="left"),
            old.join(table, on="id", how="anti", maintain_order="left"),
        )


def _comparable(table: pl.DataFrame) -> pl.DataFrame:
    """Give the table with lists as text, so that rows can be compared by a join."""
    lists = [name for name, dtype in table.schema.items() if dtype == pl.List(pl.String)]
    return table.with_columns(pl.col(name).list.join("\x1f", ignore_nulls=False) for name in lists)


def _conformed(old: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Give the old table the new one's columns; a column it lacks is null."""
    return old.select(
        pl.col(name).cast(dtype) if name in old.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in table.schema.items()
    )
