"""Parts of a report's summary that an analyst put otherwise: kept in the casebook with author and time."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphhunt.case.casebook.tables import STEPS
from graphhunt.case.incident_report.summary import PARTS
from graphhunt.errors import UsageError
from graphhunt.incidents.by_hand import FILE
from graphhunt.smalldb import SmallDatabase
from graphhunt.times import iso

LONGEST = 10_000
"""Characters of a part."""


class Texts:
    """The edited parts of the reports of a workspace; nothing is lost: every version stays.

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
        names = dict.fromkeys((incident, *aliases))
        marks = ",".join("?" * len(names))
        query = f"SELECT * FROM report_text WHERE incident IN ({marks}) ORDER BY number"  # noqa: S608 - question marks
        newest = {row["part"]: row for row in self._rows(query, tuple(names))}
        return {
            part: {"text": row["text"], "author": row["author"], "time": iso(row["time"])}
            for part, row in newest.items()
            if row["text"]
        }

    def put(self, incident: str, part: str, text: str, author: str | None = None) -> dict[str, Any]:
        """Keep a text; an empty one gives the part back to what is written from the records.

        Raises:
            UsageError: There is no such part, or the text is too long.
        """
        if part not in PARTS:
            raise UsageError(f"a report has no part '{part}'", hint="valid: " + ", ".join(PARTS))
        if len(text) > LONGEST:
            raise UsageError(f"a part has at most {LONGEST:,} characters")
        who, now = author or getpass.getuser(), time.time_ns() // 1000
        book = SmallDatabase(self._folder / FILE, STEPS)
        try:
            book.run(
                "INSERT INTO report_text (incident, part, text, author, time) VALUES (?, ?, ?, ?, ?)",
                (incident, part, text.strip(), who, now),
            )
        finally:
            book.close()
        return {"incident": incident, "part": part, "text": text.strip(), "author": who, "time": iso(now)}

    def _rows(self, query: str, values: tuple[str, ...]) -> list[dict[str, Any]]:
        if not (self._folder / FILE).exists():
            return []
        book = SmallDatabase(self._folder / FILE, STEPS)
        try:
            return book.rows(query, values)
        finally:
            book.close()
