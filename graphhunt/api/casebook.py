"""The workspace's own small database: saved views, kept beside the graph and never in it."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS view (id TEXT PRIMARY KEY, state TEXT NOT NULL, created INTEGER NOT NULL);
"""


class Views:
    """Saved states of the workspace by content.

    Args:
        path: The database file; None keeps them in memory until the server stops.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._db.executescript(_TABLES)

    def save(self, state: str) -> str:
        """Keep a state and give its id, a hash of it."""
        key = hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        now = time.time_ns() // 1000
        with self._lock, self._db:
            self._db.execute("INSERT OR IGNORE INTO view VALUES (?, ?, ?)", (key, state, now))
        return key

    def get(self, key: str) -> str | None:
        """Give a state by its id; None if it was never kept here."""
        with self._lock:
            row = self._db.execute("SELECT state FROM view WHERE id = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def close(self) -> None:
        """Close the database."""
        self._db.close()
