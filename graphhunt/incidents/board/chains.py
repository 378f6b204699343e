"""Chains: the program of a scene with those that started it, and what it was told to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.programs import HUBS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphhunt.incidents.board.scene import Scene
    from graphhunt.incidents.tables import Tables

LONGEST = 5
"""Programs of a chain."""

MOST_TEXT = 400
"""Characters of a command line that stand with a scene; the record has all of it."""


_PROGRAM = re.compile(r'^\s*(?:"[^"]*"|\S+)\s*')


class Chains:
    """The chains of some processes, read at once.

    Args:
        tables: The graph's tables.
        processes: Ids of the processes.
    """

    def __init__(self, tables: Tables, processes: Iterable[str]) -> None:
        self._names = tables.programs
        self._parents: dict[str, str] = {}
        wanted = set(processes)
        made = tables.edges("SPAWNED").select("from_id", "to_id")
        asked = wanted
        for _ in range(LONGEST):
            found = dict(made.filter(pl.col("to_id").is_in(sorted(asked))).select("to_id", "from_id").iter_rows())
            self._parents |= found
            asked = set(found.values()) - self._parents.keys()
        own = tables.processes.filter(pl.col("id").is_in(sorted(wanted)))
        self._lines = dict(own.select("id", "command_line").iter_rows())
        self._sessions = dict(own.select("id", "logon_session_id").iter_rows())
        self._users = dict(own.select("id", "user_id").iter_rows())

    def of(self, process: str) -> list[dict[str, Any]]:
        """Give a process and what started it, the process last; what is before a hub says nothing of why."""
        chain = [process]
        while len(chain) < LONGEST and chain[-1] in self._parents and (len(chain) == 1 or not self._hub(chain[-1])):
            chain.append(self._parents[chain[-1]])
        named = [{"process": each, "name": self._names.get(each)} for each in reversed(chain)]
        return [each for each in named if each["name"] or each["process"] == process]

    def _hub(self, process: str) -> bool:
        return self._names.get(process) in HUBS

    def command(self, process: str) -> str | None:
        """Give the beginning of what stands behind the program on a process's command line."""
        line = self._lines.get(process)
        return _PROGRAM.sub("", line)[:MOST_TEXT] or None if line else None

    @property
    def sessions(self) -> dict[str, str | None]:
        """Ids of the logon sessions of the processes."""
        return self._sessions

    def account(self, process: str) -> str | None:
        """Give the id of the account that a process runs as."""
        return self._users.get(process)


def process_of(scene: Scene) -> str | None:
    """Give the process that a scene is about: that of its heaviest lead which has one."""
    own = [lead.vertex.partition("|")[2] for lead in scene.heaviest if lead.vertex.startswith("process|")]
    named = [lead.facts["process"].id for lead in scene.heaviest if lead.facts.get("process")]
    return next(iter([*own, *named]), None)
