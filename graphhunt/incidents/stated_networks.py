"""Networks that analysts stated to be inside, outside or of the platform, as the casebook keeps them.

What is stated wins over what follows from records, the narrower network over the wider one.
"""

from __future__ import annotations

import contextlib
import sqlite3
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NamedTuple

from graphhunt.errors import DamageError
from graphhunt.incidents.by_hand import FILE

KINDS = ("inner", "outside", "platform")
"""What a network can be stated to be."""

TABLE = """
    CREATE TABLE network (
        number INTEGER PRIMARY KEY, cidr TEXT NOT NULL, kind TEXT NOT NULL, author TEXT NOT NULL, time INTEGER NOT NULL
    )
    """
"""The casebook's table of statements; the newest of a network holds, an empty kind takes the ones before back."""


class Stated(NamedTuple):
    """A statement that holds.

    Attributes:
        cidr: The network.
        kind: Of `KINDS`.
        author: Who said so.
        time: When, µs UTC.
    """

    cidr: str
    kind: str
    author: str
    time: int

    @property
    def network(self) -> IPv4Network | IPv6Network:
        """The network."""
        return ip_network(self.cidr)


def stated_of(workspace: Path) -> tuple[Stated, ...]:
    """Read the statements of a workspace that hold, by network; none where nobody made any.

    Raises:
        DamageError: The casebook can't be read.
    """
    path = workspace / FILE
    if not path.exists():
        return ()
    query = "SELECT cidr, kind, author, time FROM network ORDER BY number"
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30.0)) as db:
            known = db.execute("SELECT name FROM sqlite_master WHERE name = 'network'").fetchall()
            newest = {row[0]: Stated(*row) for row in db.execute(query)} if known else {}
    except sqlite3.Error as error:
        raise DamageError(f"the casebook can't be read: {error}", where=str(path)) from error
    return tuple(sorted(each for each in newest.values() if each.kind))
