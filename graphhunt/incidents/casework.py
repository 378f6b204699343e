"""What analysts state of whole incidents: a name, who works on it, how far that is, and a verdict with a note.

A statement names the incident and its evidence at that moment. Ids move when records that came before are loaded, or
when incidents grow together, but the evidence is still somewhere: the statement follows the first of it. An incident
that is closed or benign is left out of the list only as long as no evidence has come to it since.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.errors import DamageError
from graphhunt.incidents.by_hand import FILE
from graphhunt.plain import counted
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.incidents.find import Found
    from graphhunt.incidents.incident import Incident

STATUSES = ("new", "in_work", "closed")
"""How far the work on an incident is; the first until somebody says otherwise."""

VERDICTS = ("malicious", "benign", "unclear")
"""What an incident can be found to be."""

FIELDS = ("name", "assignee", "status", "verdict", "note")
"""What can be stated; the note is the verdict's."""

TABLE = """
    CREATE TABLE incident_change (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, incident TEXT NOT NULL, leads TEXT NOT NULL,
        said TEXT NOT NULL, author TEXT NOT NULL, time INTEGER NOT NULL, undone INTEGER, undone_by TEXT
    )
    """
"""The casebook's table of statements; of each field the newest that was not undone holds."""

_COLUMNS = "id, incident, leads, said, author, time, undone, undone_by"


class Change(NamedTuple):
    """One statement.

    Attributes:
        id: What it is undone by.
        incident: Id that the incident had.
        leads: Ids of the leads it had, earliest first.
        said: Text by field, of `FIELDS`; an empty one takes back what was stated before.
        author: Who said so.
        time: When, µs UTC.
        undone: When it was undone, µs UTC; None as long as it holds.
        undone_by: Who undid it.
    """

    id: str
    incident: str
    leads: tuple[str, ...]
    said: dict[str, str]
    author: str
    time: int
    undone: int | None = None
    undone_by: str | None = None

    @property
    def anchors(self) -> list[str]:
        """Ids that it is found by: the incident's, then those of the acts of its evidence, earliest first."""
        return list(dict.fromkeys([self.incident, *(lead.rpartition(":")[0] for lead in self.leads)]))


def changes_of(workspace: Path) -> tuple[Change, ...]:
    """Read all statements of a workspace, oldest first, those too that were undone.

    Raises:
        DamageError: The casebook can't be read.
    """
    path = workspace / FILE
    if not path.exists():
        return ()
    query = f"SELECT {_COLUMNS} FROM incident_change ORDER BY number"  # noqa: S608 - a fixed list of columns
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30.0)) as db:
            known = db.execute("SELECT name FROM sqlite_master WHERE name = 'incident_change'").fetchall()
            return tuple(_change(*row) for row in db.execute(query)) if known else ()
    except (sqlite3.Error, ValueError) as error:
        raise DamageError(f"the casebook can't be read: {error}", where=str(path)) from error


def _change(id_: str, incident: str, leads: str, said: str, *more: Any) -> Change:
    return Change(id_, incident, tuple(json.loads(leads)), json.loads(said), *more)


class Work:
    """What was stated of one incident.

    Args:
        changes: The statements about it, oldest first.
        leads: Ids of the leads that it has now.
    """

    def __init__(self, changes: list[Change], leads: list[str]) -> None:
        self.changes = changes
        self._leads = leads

    @cached_property
    def _holding(self) -> dict[str, Change]:
        """The newest statement of each field; a verdict has a note of its own."""
        found: dict[str, Change] = {}
        for change in self.changes:
            if change.undone is None:
                found |= dict.fromkeys(change.said, change)
                if "verdict" in change.said:
                    found["note"] = change
        return found

    def said(self, field: str) -> str:
        """Give what is stated in a field; empty where nothing is."""
        change = self._holding.get(field)
        return change.said.get(field, "") if change else ""

    @property
    def version(self) -> int:
        """A number that every statement, and every taking back, raises."""
        return len(self.changes) + sum(change.undone is not None for change in self.changes)

    @property
    def new_leads(self) -> int:
        """How many leads have come to it since its status or verdict was stated."""
        decided = [self._holding[field] for field in ("status", "verdict") if self.said(field)]
        known = {lead for change in decided for lead in change.leads}
        return len(set(self._leads) - known) if decided else 0

    @property
    def left_out(self) -> str | None:
        """Why a list leaves it out: `benign` or `closed`; None where it belongs there."""
        if self.new_leads:
            return None
        return "benign" if self.said("verdict") == "benign" else "closed" if self.said("status") == "closed" else None

    def shown(self) -> dict[str, Any]:
        """Give all of it as a value: fields, who stated the verdict and the last of all, and what came since."""
        judged = self._holding["verdict"] if self.said("verdict") else None
        events = [(each.undone or each.time, each.undone_by or each.author) for each in self.changes]
        last, who = max(events, default=(None, None))
        return {
            **{field: self.said(field) or None for field in FIELDS}, "status": self.said("status") or STATUSES[0],
            "verdict_by": judged and judged.author, "verdict_time": judged and iso(judged.time),
            "changed_by": who, "changed": iso(last),
            "new_leads": self.new_leads, "left_out": self.left_out, "version": self.version,
        }  # fmt: skip


class Casework:
    """What was stated of the incidents that were found.

    Args:
        found: The incidents.
        changes: All statements.
    """

    def __init__(self, found: Found, changes: tuple[Change, ...]) -> None:
        self._own: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            owner = next((found.owners[name] for name in change.anchors if name in found.owners), None)
            if owner is not None:
                self._own[owner.id].append(change)

    def of(self, incident: Incident) -> Work:
        """Give what was stated of an incident."""
        own = self._own.get(incident.id)
        return Work(own, incident.lead_ids) if own else Work([], [])


def work_words(work: Mapping[str, Any]) -> str:
    """Say what is stated of an incident, as `Work.shown` gives it; empty where nothing is."""
    said = [f"“{work['name']}”"] if work["name"] else []
    if work["status"] != STATUSES[0] or work["assignee"]:
        said.append(work["status"].replace("_", " ") + (f", {work['assignee']}" if work["assignee"] else ""))
    if work["verdict"]:
        note = f": {work['note']}" if work["note"] else ""
        said.append(f"found {work['verdict']} by {work['verdict_by']} on {work['verdict_time'][:10]}{note}")
    if work["new_leads"]:
        said.append(f"{counted(work['new_leads'], 'lead')} since then")
    return "; ".join(said)
