"""Links by hand between incidents: cutting an inferred join, joining two incidents, and taking either back."""

from __future__ import annotations

import contextlib
import getpass
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt.case.casebook.tables import STEPS
from graphhunt.errors import UsageError
from graphhunt.incidents.asked import options
from graphhunt.incidents.by_hand import FILE
from graphhunt.incidents.find import Found, incidents_of
from graphhunt.smalldb import SmallDatabase
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.graph.snapshot import Snapshot

LONGEST = 10_000
"""Characters of a reason."""


class Links:
    """The links by hand of a workspace.

    Args:
        folder: The workspace.
        snapshot: Gives the graph's tables, in which incidents and joins are looked up.
    """

    def __init__(self, folder: Path, snapshot: Callable[[], Snapshot]) -> None:
        self._folder = folder
        self._snapshot = snapshot

    def listed(self) -> list[dict[str, Any]]:
        """List all links by hand, oldest first; `holds` is false for those that were undone."""
        with self._book() as book:
            return [_shown(row) for row in book.rows("SELECT * FROM link ORDER BY time, id")]

    def cut(self, join: str, *, reason: str = "", author: str | None = None) -> dict[str, Any]:
        """Cut an inferred join, by its id: from then on, and after every load, its two sides are incidents apart.

        Raises:
            UsageError: No incident is held together by such a join.
        """
        for incident in self._found().incidents:
            for link in incident.inferred():
                if link["id"] == join:
                    return self._add("cut", link["from"], link["to"], join, reason, author)
        raise UsageError(
            f"there is no inferred join '{join}'", hint="graphhunt incidents ID lists those of an incident"
        )

    def join(self, a: str, b: str, *, reason: str = "", author: str | None = None) -> dict[str, Any]:
        """Join two incidents, by their ids, older ids, or ids of acts of theirs.

        Raises:
            UsageError: There is no such incident, or both are one already.
        """
        found = self._found()
        ends = [next((each for each in found.incidents if each.known_as(name)), None) for name in (a, b)]
        for name, end in zip((a, b), ends, strict=True):
            if end is None:
                raise UsageError(f"there is no incident '{name}'", hint="see: graphhunt incidents")
        if ends[0] is ends[1]:
            raise UsageError("both are one incident already")
        first, second = (end.id for end in ends if end is not None)
        return self._add("join", first, second, "", reason, author)

    def benign(self, act: str, told_with: str, *, reason: str = "", author: str | None = None) -> dict[str, Any]:
        """Find an act of an incident benign: from then on its leads are none, until that is undone.

        Args:
            act: Id of the act.
            told_with: Id of the act that it is told with, which may be the same.
            reason: Why, in the analyst's words.
            author: Who says so.

        Raises:
            UsageError: No incident has such an act with a lead.
        """
        acts = (one for incident in self._found().incidents for one in incident.acts)
        if not any(one.id == act and one.leads for one in acts):
            raise UsageError(f"there is no act '{act}' that is evidence", hint="graphhunt incidents ID lists the acts")
        return self._add("benign", act, told_with, "", reason, author)

    def undo(self, link: str, *, author: str | None = None) -> dict[str, Any]:
        """Take a link by hand back, by its id.

        Raises:
            UsageError: There is no such link, or it was undone before.
        """
        with self._book() as book:
            done = book.run(
                "UPDATE link SET undone = ?, undone_by = ? WHERE id = ? AND undone IS NULL",
                (_now(), _who(author), link),
            )
            row = book.row("SELECT * FROM link WHERE id = ?", (link,))
        if row is None or not done:
            raise UsageError(f"no link by hand '{link}' holds", hint="see: graphhunt links list")
        return _shown(row)

    def state(
        self, verdict: str, a: str, b: str = "", *, reason: str = "", author: str | None = None
    ) -> dict[str, Any]:
        """Do what a verdict says: `cut` the join `a`, `join` `a` and `b`, find `a` `benign`, or `undo` the link `a`.

        Raises:
            UsageError: There is no such verdict, or it can't be done.
        """
        if verdict == "cut":
            return self.cut(a, reason=reason, author=author)
        if verdict == "join":
            return self.join(a, b, reason=reason, author=author)
        if verdict == "benign":
            return self.benign(a, b or a, reason=reason, author=author)
        if verdict != "undo":
            raise UsageError(f"'{verdict}' is no verdict", hint="valid: cut, join, benign, undo")
        return self.undo(a, author=author)

    def _found(self) -> Found:
        return incidents_of(self._snapshot(), options({}, self._folder))

    def _add(self, verdict: str, a: str, b: str, join: str, reason: str, author: str | None) -> dict[str, Any]:
        if len(reason) > LONGEST:
            raise UsageError(f"a reason has at most {LONGEST:,} characters")
        row = {
            "id": secrets.token_hex(4), "verdict": verdict, "a": a, "b": b, "join_id": join, "reason": reason,
            "author": _who(author), "time": _now(), "undone": None, "undone_by": None,
        }  # fmt: skip
        with self._book() as book:
            book.run(
                "INSERT INTO link VALUES"
                " (:id, :verdict, :a, :b, :join_id, :reason, :author, :time, :undone, :undone_by)",
                row,
            )
        return _shown(row)

    @contextlib.contextmanager
    def _book(self) -> Iterator[SmallDatabase]:
        book = SmallDatabase(self._folder / FILE, STEPS)
        try:
            yield book
        finally:
            book.close()


def _now() -> int:
    return time.time_ns() // 1000


def _who(author: str | None) -> str:
    return author or getpass.getuser()


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"], "verdict": row["verdict"], "a": row["a"], "b": row["b"], "join": row["join_id"] or None,
        "reason": row["reason"], "author": row["author"], "time": iso(row["time"]), "holds": row["undone"] is None,
        "undone": iso(row["undone"]), "undone_by": row["undone_by"],
    }  # fmt: skip
