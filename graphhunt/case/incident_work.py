"""Stating what a whole incident is: its name, who works on it, how far that is, and a verdict; and taking that back."""

from __future__ import annotations

import contextlib
import getpass
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt.case.casebook.tables import STEPS
from graphhunt.errors import ConflictError, MissingError, UsageError
from graphhunt.incidents.asked import options
from graphhunt.incidents.by_hand import FILE
from graphhunt.incidents.casework import FIELDS, STATUSES, VERDICTS, Casework, Change, Work, changes_of
from graphhunt.incidents.find import Found, incidents_of
from graphhunt.smalldb import SmallDatabase
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.incidents.incident import Incident

LONGEST = {"name": 200, "assignee": 200, "note": 10_000}
"""Characters of each text."""

_ONE_OF = {"status": STATUSES, "verdict": VERDICTS}


class IncidentWork:
    """What is stated of the incidents of a workspace; nothing is lost: what was undone stays on record.

    Args:
        folder: The workspace.
        snapshot: Gives the graph's tables, in which incidents are looked up.
    """

    def __init__(self, folder: Path, snapshot: Callable[[], Snapshot]) -> None:
        self._folder = folder
        self._snapshot = snapshot

    def of(self, incident: str) -> dict[str, Any]:
        """Give what is stated of an incident, by its id, an older id, or the id of one of its acts.

        Raises:
            MissingError: There is none.
        """
        return self._work(incident)[1].shown()

    def history(self, incident: str) -> list[dict[str, Any]]:
        """List every statement about an incident, oldest first; `holds` is false for those that were undone.

        Raises:
            MissingError: There is no such incident.
        """
        return [_shown(change) for change in self._work(incident)[1].changes]

    def state(
        self, incident: str, said: Mapping[str, str | None], *, author: str | None = None, version: int | None = None
    ) -> dict[str, Any]:
        """State something of an incident; a verdict's note goes with it.

        Args:
            incident: Its id, an older id, or the id of one of its acts.
            said: By field, of `casework.FIELDS`: None leaves it as it is, an empty text takes back what was stated.
            author: Who says so.
            version: The `version` of its work that this is based on; None for whatever it is now.

        Returns:
            What is stated of it then, and the statement's id as `change`.

        Raises:
            MissingError: There is no such incident.
            UsageError: A field or value is none, a text is too long, or nothing is stated.
            ConflictError: Somebody stated something since that version; `current` is what holds now.
        """
        wanted = {field: _checked(field, value) for field, value in said.items() if value is not None}
        if not wanted:
            raise UsageError("nothing is stated", hint="give one of " + ", ".join(FIELDS))
        self._work(incident)  # finding incidents takes a while, in which nobody else has to wait
        who, now = author or getpass.getuser(), time.time_ns() // 1000
        with self._book() as book, book.change():  # of two at once, one sees what the other stated
            found, work = self._work(incident)
            if version not in (None, work.version):
                raise ConflictError("somebody else stated something of this incident meanwhile", current=work.shown())
            change = Change(secrets.token_hex(4), found.id, tuple(found.lead_ids), wanted, who, now)
            row = (change.id, change.incident, json.dumps(change.leads), json.dumps(wanted), who, now)
            book.run(
                "INSERT INTO incident_change (id, incident, leads, said, author, time) VALUES (?, ?, ?, ?, ?, ?)", row
            )
        return self.of(incident) | {"change": change.id}

    def undo(self, change: str, *, author: str | None = None) -> dict[str, Any]:
        """Take a statement back, by its id: what was stated before holds again.

        Raises:
            MissingError: There is no such statement, or it was undone before.
        """
        with self._book() as book:
            done = book.run(
                "UPDATE incident_change SET undone = ?, undone_by = ? WHERE id = ? AND undone IS NULL",
                (time.time_ns() // 1000, author or getpass.getuser(), change),
            )
        if not done:
            raise MissingError(f"no statement '{change}' holds", hint="see: graphhunt incidents ID --history")
        return next(_shown(each) for each in changes_of(self._folder) if each.id == change)

    def _work(self, name: str) -> tuple[Incident, Work]:
        found: Found = incidents_of(self._snapshot(), options({}, self._folder))
        incident = found.owners.get(name)
        if incident is None:
            raise MissingError(f"there is no incident '{name}'", hint="see: graphhunt incidents --all")
        return incident, Casework(found, changes_of(self._folder)).of(incident)

    @contextlib.contextmanager
    def _book(self) -> Iterator[SmallDatabase]:
        book = SmallDatabase(self._folder / FILE, STEPS)
        try:
            yield book
        finally:
            book.close()


def _checked(field: str, value: str) -> str:
    """Give a value as it is kept.

    Raises:
        UsageError: There is no such field or value, or it is too long.
    """
    if field not in FIELDS:
        raise UsageError(f"an incident has no '{field}'", hint="valid: " + ", ".join(FIELDS))
    text = value.strip()
    if field in _ONE_OF:
        plain = text.lower().replace(" ", "_").replace("-", "_")
        if plain and plain not in _ONE_OF[field]:
            raise UsageError(f"'{value}' is no {field} of an incident", hint="valid: " + ", ".join(_ONE_OF[field]))
        return plain
    if len(text) > LONGEST[field]:
        raise UsageError(f"the {field} of an incident has at most {LONGEST[field]:,} characters")
    return text


def _shown(change: Change) -> dict[str, Any]:
    return {
        "id": change.id, "incident": change.incident, "said": change.said, "author": change.author,
        "time": iso(change.time), "holds": change.undone is None, "undone": iso(change.undone),
        "undone_by": change.undone_by,
    }  # fmt: skip
