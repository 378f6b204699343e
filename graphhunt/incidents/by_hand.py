"""Links by hand: inferred joins that an analyst cut, and incidents that one joined, as the casebook keeps them.

A link names acts, whose ids stay whatever is loaded later; it holds until it is undone, and what was undone stays on
record.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import NamedTuple

from graphhunt.errors import DamageError

FILE = "casebook.db"
"""The casebook, within a workspace."""

TABLE = """
    CREATE TABLE link (
        id TEXT PRIMARY KEY, verdict TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, join_id TEXT NOT NULL,
        reason TEXT NOT NULL, author TEXT NOT NULL, time INTEGER NOT NULL, undone INTEGER, undone_by TEXT
    )
    """
"""The casebook's table of links; a step of its tables."""

_COLUMNS = "id, verdict, a, b, join_id, reason, author, time"


class Tie(NamedTuple):
    """A link by hand that holds.

    Attributes:
        id: What it is undone by.
        verdict: `cut`, `join`, or `benign` for an act that is no evidence of intrusion.
        a: Id of an act of the earlier side, or of the act that is benign.
        b: Id of an act of the later side, or of the one that the benign act was told with.
        join_id: The inferred join that was cut; empty where two incidents were joined.
        reason: Why, in the analyst's words.
        author: Who said so.
        time: When, µs UTC.
    """

    id: str
    verdict: str
    a: str
    b: str
    join_id: str
    reason: str
    author: str
    time: int


def ties_of(workspace: Path) -> tuple[Tie, ...]:
    """Read the links of a workspace that hold, oldest first; none where nobody made any.

    Raises:
        DamageError: The casebook can't be read.
    """
    path = workspace / FILE
    if not path.exists():
        return ()
    query = f"SELECT {_COLUMNS} FROM link WHERE undone IS NULL ORDER BY time, id"  # noqa: S608 - a fixed list of columns
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30.0)) as db:
            known = db.execute("SELECT name FROM sqlite_master WHERE name = 'link'").fetchall()
            return tuple(Tie(*row) for row in db.execute(query)) if known else ()
    except sqlite3.Error as error:
        raise DamageError(f"the casebook can't be read: {error}", where=str(path)) from error
