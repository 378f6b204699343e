"""Small SQLite databases in the workspace, for what people write: never for telemetry, never for the graph.

One connection per process behind a lock; other processes (the command line beside a running server) see each
change at once, because every read asks the file.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graphhunt.errors import DamageError, WorkspaceError

_WAIT = 30.0
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def faults(path: Path) -> list[str]:
    """List what SQLite finds wrong with the structure of a file; empty if nothing is."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check")]
    except sqlite3.Error as error:
        return [str(error)]
    return [] if found == ["ok"] else found


class SmallDatabase:
    """One SQLite file, made with mode 0600 when absent.

    Args:
        path: The file; None keeps everything in memory.
        steps: SQL scripts that bring the tables from each version to the next; only ever added to.

    Raises:
        WorkspaceError: The file can't be opened, or a newer version wrote it.
        DamageError: It is damaged.
    """

    def __init__(self, path: Path | None, steps: tuple[str, ...]) -> None:
        self.path = path
        self._lock = threading.RLock()
        with self._errors():
            if path is not None:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None, timeout=_WAIT)
            self._db.row_factory = sqlite3.Row
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._upgrade(steps)

    def _upgrade(self, steps: tuple[str, ...]) -> None:
        with self.change():
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if version > len(steps):
                raise WorkspaceError(
                    "a newer version of graphhunt wrote this file", where=str(self.path), hint="upgrade graphhunt"
                )
            for step in steps[version:]:
                for statement in filter(str.strip, step.split(";")):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {len(steps)}")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorcode", None) in _DAMAGE:
                raise DamageError(f"a small database is damaged: {error}", where=str(self.path)) from error
            raise WorkspaceError(f"a small database can't be used: {error}", where=str(self.path)) from error

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Hold one transaction: what is written inside stays as a whole or not at all."""
        with self._lock, self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def run(self, sql: str, values: Mapping[str, Any] | tuple[Any, ...] = ()) -> int:
        """Run one statement and give the number of rows it changed."""
        with self._lock, self._errors():
            return self._db.execute(sql, values).rowcount

    def rows(self, sql: str, values: Mapping[str, Any] | tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Run one query and give its rows."""
        with self._lock, self._errors():
            return [dict(row) for row in self._db.execute(sql, values).fetchall()]

    def row(self, sql: str, values: Mapping[str, Any] | tuple[Any, ...] = ()) -> dict[str, Any] | None:
        """Run one query and give its first row; None if there is none."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
