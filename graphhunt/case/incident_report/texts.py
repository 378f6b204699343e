"""What analysts write in a report: parts of its summary put otherwise, and notes; kept with author and time."""

from __future__ import annotations

import contextlib
import getpass
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from graphhunt.case.casebook.tables import STEPS
from graphhunt.case.incident_report.summary import PARTS, SECTIONS
from graphhunt.errors import MissingError, UsageError
from graphhunt.incidents.by_hand import FILE
from graphhunt.smalldb import SmallDatabase
from graphhunt.times import iso

LONGEST = 10_000
"""Characters of a part."""

ITEM = "item-"
"""What the part of a note on an added item begins with; its id follows."""


class Texts:
    """The analysts' words in the reports of a workspace; nothing is lost: every version stays, also one taken back.

    Args:
        folder: The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, incident: str, aliases: Iterable[str] = ()) -> dict[str, dict[str, Any]]:
        """Give the newest text of each part of an incident that has one: `text`, `author` and `time`.

        Args:
            incident: Its id.
            aliases: Ids that it had; the newest of all of them counts.
        """
        newest = {row["part"]: row for row in self._rows(dict.fromkeys((incident, *aliases)))}
        return {
            part: {"text": row["text"], "author": row["author"], "time": iso(row["time"])}
            for part, row in newest.items()
            if row["text"]
        }

    def written(self, incident: str, aliases: Iterable[str] = ()) -> set[str]:
        """Give the parts of which there is a version that can be taken back."""
        return {row["part"] for row in self._rows(dict.fromkeys((incident, *aliases)))}

    def put(self, incident: str, part: str, text: str, author: str | None = None) -> dict[str, Any]:
        """Keep a text; an empty one gives the part back to what is written from the records.

        Args:
            incident: The incident's id.
            part: Of `PARTS`, whose text it takes the place of; or of `SECTIONS`, or `item-` and the id of an added
                item, to which it is a note.
            text: The words.
            author: Whose they are.

        Raises:
            UsageError: There is no such part, or the text is too long.
        """
        if part not in PARTS and part not in SECTIONS and not part.startswith(ITEM):
            raise UsageError(f"a report has no part '{part}'", hint="valid: " + ", ".join((*PARTS, *SECTIONS)))
        if len(text) > LONGEST:
            raise UsageError(f"a part has at most {LONGEST:,} characters")
        who, now = author or getpass.getuser(), time.time_ns() // 1000
        with self._book() as book:
            book.run(
                "INSERT INTO report_text (incident, part, text, author, time) VALUES (?, ?, ?, ?, ?)",
                (incident, part, text.strip(), who, now),
            )
        return {"incident": incident, "part": part, "text": text.strip(), "author": who, "time": iso(now)}

    def take_back(
        self, incident: str, part: str, aliases: Iterable[str] = (), author: str | None = None
    ) -> dict[str, Any]:
        """Take the newest text of a part back, so that the one before it holds again.

        Returns:
            The text that was taken back, as `put` gives it.

        Raises:
            MissingError: Nobody wrote anything there that still holds.
        """
        mine = [row for row in self._rows(dict.fromkeys((incident, *aliases))) if row["part"] == part]
        if not mine:
            raise MissingError(f"nothing was written in '{part}' that could be taken back")
        last = mine[-1]
        with self._book() as book:
            book.run(
                "UPDATE report_text SET undone = ?, undone_by = ? WHERE number = ? AND undone IS NULL",
                (time.time_ns() // 1000, author or getpass.getuser(), last["number"]),
            )
        return {name: last[name] for name in ("incident", "part", "text", "author")} | {"time": iso(last["time"])}

    def _rows(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """Give the versions that hold of incidents, oldest first."""
        if not (self._folder / FILE).exists():
            return []
        wanted = tuple(names)
        marks = ",".join("?" * len(wanted))
        query = f"SELECT * FROM report_text WHERE undone IS NULL AND incident IN ({marks}) ORDER BY number"  # noqa: S608 - question marks
        with self._book() as book:
            return book.rows(query, wanted)

    @contextlib.contextmanager
    def _book(self) -> Iterator[SmallDatabase]:
        book = SmallDatabase(self._folder / FILE, STEPS)
        try:
            yield book
        finally:
            book.close()
