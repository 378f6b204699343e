"""The snapshot: the graph's tables as Parquet files in the workspace, beside the database.

Path search and analytics over many logons read it; the next load compares with it to write only what
changed. It is replaced as a whole, so readers see one whole graph or the other. `current.json` has the hash of
every table: one that isn't what was written is never read, and all are made again from the facts.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import secrets
import shutil
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import polars as pl

from graphhunt.errors import DamageError
from graphhunt.evidence.files import FolderLock, typed_errors
from graphhunt.evidence.proof import damage, file_hash, prove, read_kept, seal, write_kept
from graphhunt.graph.graph import Graph
from graphhunt.graph.state import NOTHING, TABLES, VERSION, fingerprint_of, read_state

_LOG = logging.getLogger(__name__)
_STALE = 3600.0
_PATIENCE = 3600.0
"""Seconds to wait for another writer, who may have to build a large graph first."""

_T = TypeVar("_T")


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
    """The tables of the last graph written, in `folder`.

    Args:
        folder: Where they are.
        remake: Gives the graph of the facts and its fingerprint; without it damage is an error.
    """

    def __init__(self, folder: Path, remake: Callable[[], tuple[Graph, str]] | None = None) -> None:
        self.folder = folder
        self._remake = remake
        self._memory: dict[str, tuple[Hashable, Any]] = {}

    @property
    def fingerprint(self) -> str | None:
        """Identity of the set of events and rules the snapshot was made from; None if there is none."""
        return fingerprint_of(self._state())

    def _state(self) -> dict[str, Any]:
        """Read what is current; an empty dict if there is nothing yet.

        Raises:
            DamageError: It was there, and is damaged or lost.
        """
        try:
            return read_state(self.folder)
        except DamageError as error:
            self._make_again(error)
            return read_state(self.folder)

    def _make_again(self, error: DamageError) -> None:
        """Write the tables anew from the facts, unless somebody did so meanwhile.

        Raises:
            DamageError: Nothing makes them again.
        """
        if self._remake is None:
            raise error
        with self._writing():
            if self.damaged():
                _LOG.warning("%s in %s; they are made again from the facts", error.message, error.where)
                self._replace(*self._remake())

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only one who writes the tables, of all threads and processes."""
        with typed_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with FolderLock(self.folder / "lock").held(_PATIENCE):
                yield

    def _current(self) -> Path | None:
        name = self._state().get("tables")
        return self.folder / str(name) if name else None

    def _used(self, name: str, use: Callable[[Path], _T]) -> _T | None:
        """Give what `use` makes of the file of a table that is what was written; None if the graph has no such row.

        Raises:
            DamageError: It isn't, and can't be made again.
        """
        state = self._state()
        while True:
            try:
                return self._use(name, state, use)
            except DamageError as error:
                seen, state = state, self._state()
                if state == seen:  # else it isn't damaged: another graph has become current
                    self._make_again(error)
                    return self._use(name, self._state(), use)

    def _use(self, name: str, state: dict[str, Any], use: Callable[[Path], _T]) -> _T | None:
        path = self._prove(name, state)
        if path is None:
            return None
        with damage(path, TABLES):
            return use(path)

    def _prove(self, name: str, state: dict[str, Any]) -> Path | None:
        if name not in state.get("files", {}):
            return None
        path = self.folder / str(state["tables"]) / f"{name}.parquet"
        prove(path, str(state["files"][name]), TABLES)
        return path

    def table(self, name: str) -> pl.DataFrame | None:
        """Read the table of a label or type; None if the graph has no such row."""
        return self._used(name, pl.read_parquet)

    def scan(self, name: str) -> pl.LazyFrame | None:
        """Scan the table of a label or type lazily; None if the graph has no such row."""
        return self._used(name, pl.scan_parquet)

    def damaged(self) -> list[tuple[Path, str]]:
        """List the files that aren't what was written, with what is wrong; nothing is made again."""
        try:
            state = read_state(self.folder)
            found = self._damaged(state)
            while found and (again := read_state(self.folder)) != state:
                state, found = again, self._damaged(again)
        except DamageError as error:
            return [(self.folder / "current.json", error.message)]
        return found

    def _damaged(self, state: dict[str, Any]) -> list[tuple[Path, str]]:
        found = []
        for name in state.get("files", {}):
            try:
                self._prove(name, state)
            except DamageError as error:
                found.append((self.folder / str(state["tables"]) / f"{name}.parquet", error.message))
        return found

    def names(self) -> list[str]:
        """List the labels and types that have rows."""
        return sorted(self._state().get("files", {}))

    def heights(self, names: Iterable[str] | None = None) -> dict[str, int]:
        """Count the rows of some tables, of every one that has rows when none is named."""
        return {name: self._height(name) for name in (self.names() if names is None else names)}

    def _height(self, name: str) -> int:
        found = self.scan(name)
        return int(found.select(pl.len()).collect().item()) if found is not None else 0

    def remembered(self, name: str, asked: Hashable, make: Callable[[], _T]) -> _T:
        """Give what `make` makes of the tables; the same as last time while they and what is asked stay the same.

        Args:
            name: What is made; of each name the last answer is kept, as long as this object is.
            asked: What tells one question of that name from another.
            make: Makes it; several threads may do so at once, and each gets the answer to its own question.
        """
        fingerprint = self.fingerprint
        known = self._memory.get(name)
        if known is None or fingerprint is None or known[0] != (fingerprint, asked):
            known = ((fingerprint, asked), make())
            self._memory[name] = known
        found: _T = known[1]
        return found

    def computed(
        self, name: str, size: int, make: Callable[[], dict[str, np.ndarray[Any, Any]]]
    ) -> dict[str, np.ndarray[Any, Any]]:
        """Give arrays that follow from the tables alone, read from beside them if they were computed before.

        Args:
            name: File name; it must change when `make` does.
            size: Values the first array has; a file of another size is not believed.
            make: Computes them.
        """
        current = self._current()
        path = current / f"{name}.kept" if current else None
        kept = read_kept(path) if path else None
        found = _arrays(kept) if kept is not None else {}
        if found and next(iter(found.values())).shape == (size,):
            return found
        made = make()
        if path is not None:
            out = io.BytesIO()
            np.savez(out, allow_pickle=False, **made)
            # A workspace that may only be read, or is being replaced, is no reason to fail.
            with contextlib.suppress(OSError):
                write_kept(path, out.getvalue())
        return made

    def replace(self, graph: Graph, fingerprint: str) -> None:
        """Write the graph's tables and make them the current ones in one step.

        Raises:
            WorkspaceError: The disk refuses.
        """
        with self._writing():
            self._replace(graph, fingerprint)

    def _replace(self, graph: Graph, fingerprint: str) -> None:
        before = self._tables_before()
        new = self._write(graph, fingerprint)
        for old in self.folder.glob("tables-*"):
            # What a write that was interrupted left, or one without the lock is still filling.
            if old != new and (old.name == before or time.time() - old.stat().st_mtime > _STALE):
                shutil.rmtree(old, ignore_errors=True)

    def _tables_before(self) -> str | None:
        with contextlib.suppress(DamageError):
            return read_state(self.folder).get("tables")
        return None

    def _write(self, graph: Graph, fingerprint: str) -> Path:
        if not (self.folder / "current.json").exists() and not any(self.folder.glob("tables-*")):
            self._make_current(NOTHING)  # tables without it are a graph that was lost
        new = self.folder / f"tables-{fingerprint[:16]}-v{VERSION}-{secrets.token_hex(4)}"
        new.mkdir()
        extra = {
            "ClockSkew": graph.skew, "Corrected": graph.corrected, "Corroboration": graph.corroboration,
            "Doubts": graph.doubts, "Undrawn": graph.undrawn,
        }  # fmt: skip
        files = {}
        for name, table in {**graph.nodes, **graph.relationships, **extra}.items():
            table.write_parquet(new / f"{name}.parquet")
            files[name] = file_hash(new / f"{name}.parquet")
        self._make_current({"version": VERSION, "fingerprint": fingerprint, "tables": new.name, "files": files})
        return new

    def _make_current(self, state: dict[str, Any]) -> None:
        waiting = self.folder / f"current.json.{secrets.token_hex(4)}.new"
        try:
            waiting.write_bytes(seal(json.dumps(state, indent=1).encode()))
            waiting.replace(self.folder / "current.json")
        finally:
            waiting.unlink(missing_ok=True)

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


def _arrays(content: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """Read kept arrays, whose bytes were proved."""
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        return {key: np.asarray(kept[key]) for key in kept.files}
