"""What analysts add to a report: incidents, acts, records and searches, in an order of theirs.

The list of a report is kept whole each time that it changes, so that every state of it can be had again.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from graphhunt.case.casebook.tables import STEPS
from graphhunt.errors import ConflictError, UsageError
from graphhunt.incidents.by_hand import FILE
from graphhunt.smalldb import SmallDatabase
from graphhunt.times import iso

KINDS = ("incident", "act", "record", "search")
"""What can be added."""

MOST_ITEMS, MOST_REFS, LONGEST_REF = 200, 50, 2_000


class Item(NamedTuple):
    """Something that was added to a report.

    Attributes:
        id: Its id in the list.
        kind: Of `KINDS`.
        refs: What it is: ids of an incident, of acts that are told together or of records, or the text of a search.
        author: Who added it.
        time: When, as text.
    """

    id: str
    kind: str
    refs: tuple[str, ...]
    author: str
    time: str


class Listed(NamedTuple):
    """The list of a report, and its version, which every change of it names."""

    items: list[Item]
    version: int


class Lists:
    """The lists of what was added to the reports of a workspace.

    Args:
        folder: The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, incident: str, aliases: Iterable[str] = ()) -> Listed:
        """Give the list of an incident's report; what was added under ids that it had comes after its own.

        Args:
            incident: Its id.
            aliases: Ids that it had.
        """
        if not (self._folder / FILE).exists():
            return Listed([], 0)
        with self._book() as book:
            return _read(book, (incident, *aliases))

    def add(
        self, incident: str, aliases: Iterable[str], kind: str, refs: Sequence[str], author: str | None = None
    ) -> tuple[Item, Listed]:
        """Add something at the end of a list; what is there already is given back as it is.

        Raises:
            UsageError: There is no such kind, nothing or too much is named, or the list is full.
        """
        wanted = _checked(kind, refs)
        names, who, now = (incident, *aliases), author or getpass.getuser(), _now()
        with self._book() as book, book.change():
            there = _read(book, names)
            same = next((item for item in there.items if (item.kind, item.refs) == (kind, wanted)), None)
            if same is not None:
                return same, there
            if len(there.items) >= MOST_ITEMS:
                raise UsageError(f"a report has at most {MOST_ITEMS} added items")
            made = Item(secrets.token_hex(8), kind, wanted, who, iso(now) or "")
            book.run("INSERT INTO report_item VALUES (?, ?, ?, ?, ?)", (made.id, kind, json.dumps(wanted), who, now))
            _write(book, names, [*(item.id for item in there.items), made.id], who)
            return made, _read(book, names)

    def arrange(
        self, incident: str, aliases: Iterable[str], items: Sequence[str], version: int, author: str | None = None
    ) -> Listed:
        """Make the list what `items` says: in that order, without what it leaves out, with what was there before.

        So the state before a change is had again by arranging it.

        Args:
            incident: The incident's id.
            aliases: Ids that it had.
            items: Ids of items that are in the list, or were.
            version: The version of the list that this is based on.
            author: Who does it.

        Raises:
            ConflictError: The list is another one meanwhile.
            UsageError: An id is none of an item that this report had.
        """
        names = (incident, *aliases)
        with self._book() as book, book.change():
            there = _read(book, names)
            if there.version != version:
                raise ConflictError("somebody else changed the list meanwhile", current=shown(there))
            unknown = set(items) - _ever(book, names)
            if unknown:
                raise UsageError(f"this report never had an item '{min(unknown)}'")
            _write(book, names, list(dict.fromkeys(items)), author or getpass.getuser())
            return _read(book, names)

    @contextlib.contextmanager
    def _book(self) -> Iterator[SmallDatabase]:
        book = SmallDatabase(self._folder / FILE, STEPS)
        try:
            yield book
        finally:
            book.close()


def shown(listed: Listed) -> dict[str, Any]:
    """Give a list as plain values: `items`, each with `id`, `kind`, `refs`, `author` and `time`, and its `version`."""
    return {"items": [item._asdict() | {"refs": list(item.refs)} for item in listed.items], "version": listed.version}


def _checked(kind: str, refs: Sequence[str]) -> tuple[str, ...]:
    if kind not in KINDS:
        raise UsageError(f"'{kind}' can't be added to a report", hint="valid: " + ", ".join(KINDS))
    wanted = tuple(dict.fromkeys(text for ref in refs if (text := ref.strip())))
    if not 1 <= len(wanted) <= MOST_REFS or any(len(ref) > LONGEST_REF for ref in wanted):
        raise UsageError(f"name 1 to {MOST_REFS} of them")
    return wanted


def _read(book: SmallDatabase, names: Sequence[str]) -> Listed:
    wanted, version = dict[str, None](), 0
    for name in names:
        row = book.row("SELECT * FROM report_list WHERE incident = ? ORDER BY number DESC LIMIT 1", (name,))
        if row:
            wanted.update(dict.fromkeys(json.loads(row["items"])))
            version = max(version, int(row["number"]))
    found = [book.row("SELECT * FROM report_item WHERE id = ?", (item,)) for item in wanted]
    return Listed([_item(row) for row in found if row], version)


def _item(row: dict[str, Any]) -> Item:
    return Item(row["id"], row["kind"], tuple(json.loads(row["refs"])), row["author"], iso(row["time"]) or "")


def _ever(book: SmallDatabase, names: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        for row in book.rows("SELECT items FROM report_list WHERE incident = ?", (name,)):
            found.update(json.loads(row["items"]))
    return found


def _write(book: SmallDatabase, names: Sequence[str], items: list[str], author: str) -> None:
    """Write the list under the incident's own id; lists under ids that it had have become part of it."""
    now = _now()
    for place, name in enumerate(names):
        there = book.row("SELECT 1 FROM report_list WHERE incident = ?", (name,))
        if place == 0 or there:
            book.run(
                "INSERT INTO report_list (incident, items, author, time) VALUES (?, ?, ?, ?)",
                (name, json.dumps(items if place == 0 else []), author, now),
            )


def _now() -> int:
    return time.time_ns() // 1000
