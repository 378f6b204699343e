"""Cases and the items in them: read, add, edit on the strength of a version, delete without forgetting."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from graphhunt.case.casebook.bodies import ONE_EACH, checked
from graphhunt.case.casebook.tables import STEPS
from graphhunt.errors import ConflictError, MissingError, UsageError
from graphhunt.smalldb import SmallDatabase

STATUSES = ("open", "closed")
MAX_TITLE = 200
MAX_DESCRIPTION = 50_000
MAX_ITEMS = 10_000
"""Most items of one case."""

_EDITABLE = ("title", "description", "status")
_CASE = "SELECT * FROM casefile WHERE id = ? AND deleted = 0"
_ITEM = "SELECT * FROM item WHERE case_id = ? AND id = ? AND deleted = 0"


class Target(NamedTuple):
    """What an item is about: an entity, or a relationship that begins at it; all None for the case itself."""

    kind: str | None = None
    entity_id: str | None = None
    relation: str | None = None
    relationship_id: str | None = None


WHOLE_CASE = Target()
"""The target of what concerns the case itself."""


class After(NamedTuple):
    """Where a page of a list goes on: after this time and id."""

    time: int
    id: str


class Casebook:
    """All cases of one workspace.

    Args:
        path: The database file; None keeps it in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._db = SmallDatabase(path, STEPS)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    # Views of the page, kept by content.

    def save_view(self, state: str) -> str:
        """Keep a state of the page and give its id, a hash of it."""
        key = hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        self._db.run("INSERT OR IGNORE INTO view VALUES (?, ?, ?)", (key, state, now()))
        return key

    def view(self, key: str) -> str | None:
        """Give a state of the page by its id; None if it was never kept here."""
        row = self._db.row("SELECT state FROM view WHERE id = ?", (key,))
        return str(row["state"]) if row else None

    # Cases.

    def open_case(self, title: str, author: str, description: str = "") -> dict[str, Any]:
        """Open a new case.

        Raises:
            UsageError: The title is empty, or a text is too long.
        """
        moment = now()
        case: dict[str, Any] = {
            **_checked_case({"title": title, "description": description, "status": "open"}),
            "id": secrets.token_hex(8), "created": moment, "author": author, "changed": moment,
            "changed_by": author, "version": 1,
        }  # fmt: skip
        with self._db.change():
            self._db.run(
                "INSERT INTO casefile (id, title, description, status, created, author, changed, changed_by, version)"
                " VALUES (:id, :title, :description, :status, :created, :author, :changed, :changed_by, :version)",
                case,
            )
            self._remember(case["id"], case)
        return self.case(case["id"])

    def case(self, case_id: str) -> dict[str, Any]:
        """Give a case with the number of its items by type.

        Raises:
            MissingError: There is no such case.
        """
        row = self._db.row(_CASE, (case_id,))
        if row is None:
            raise MissingError(f"there is no case {case_id!r}")
        counts = self._db.rows(
            "SELECT type, count(*) AS number FROM item WHERE case_id = ? AND deleted = 0 GROUP BY type", (case_id,)
        )
        return _shape(row) | {"items": {count["type"]: count["number"] for count in counts}}

    def cases(self, limit: int = 100, after: After | None = None) -> list[dict[str, Any]]:
        """List cases, newest first."""
        rows = self._db.rows(
            "SELECT id FROM casefile WHERE deleted = 0 AND (created, id) < (?, ?)"
            " ORDER BY created DESC, id DESC LIMIT ?",
            (*(after or (1 << 62, "")), limit),
        )
        return [self.case(row["id"]) for row in rows]

    def edit_case(self, case_id: str, version: int, author: str, **changes: str) -> dict[str, Any]:
        """Change a case's title, description or status.

        Raises:
            ConflictError: `version` is not the current one.
            MissingError: There is no such case.
        """
        with self._db.change():
            case = self._current(self.case(case_id), version)
            kept = {name: case[name] for name in _EDITABLE}
            case |= _checked_case(kept | changes) | {"changed": now(), "changed_by": author, "version": version + 1}
            self._db.run(
                "UPDATE casefile SET title = :title, description = :description, status = :status, changed = :changed,"
                " changed_by = :changed_by, version = :version WHERE id = :id",
                {name: value for name, value in case.items() if name != "items"},
            )
            self._remember(case_id, case)
        return self.case(case_id)

    def delete_case(self, case_id: str, version: int, author: str) -> None:
        """Take a case off the list; its history stays in the file.

        Raises:
            ConflictError: `version` is not the current one.
            MissingError: There is no such case.
        """
        with self._db.change():
            case = self._current(self.case(case_id), version)
            case |= {"changed": now(), "changed_by": author, "version": version + 1, "deleted": True}
            self._db.run("UPDATE casefile SET deleted = 1, version = ? WHERE id = ?", (version + 1, case_id))
            self._remember(case_id, case)

    # Items.

    def add(
        self, case_id: str, kind: str, body: Mapping[str, Any], author: str, target: Target = WHOLE_CASE
    ) -> dict[str, Any]:
        """Add an item to a case; a tag that is there already is given back as it is.

        Raises:
            ConflictError: The target has a verdict or alias in this case already; edit that one.
            MissingError: There is no such case.
            UsageError: The body does not fit the type, or the case is full.
        """
        _check_target(kind, target)
        content, moment = checked(kind, body), now()
        with self._db.change():
            if (there := self._same(case_id, kind, content, target)) is not None:
                return there
            item = {
                "id": secrets.token_hex(8), "case_id": case_id, "type": kind, **target._asdict(),
                "body": json.dumps(content), "created": moment, "author": author, "changed": moment,
                "changed_by": author, "version": 1,
            }  # fmt: skip
            self._db.run(
                "INSERT INTO item (id, case_id, type, kind, entity_id, relation, relationship_id, body, created,"
                " author, changed, changed_by, version) VALUES (:id, :case_id, :type, :kind, :entity_id, :relation,"
                " :relationship_id, :body, :created, :author, :changed, :changed_by, :version)",
                item,
            )
            self._remember(item["id"], item)
        return self.item(case_id, item["id"])

    def _same(self, case_id: str, kind: str, content: dict[str, Any], target: Target) -> dict[str, Any] | None:
        """Give the equal tag that is there already; refuse a second verdict or alias and an item too many."""
        if sum(self.case(case_id)["items"].values()) >= MAX_ITEMS:
            raise UsageError(f"a case holds at most {MAX_ITEMS:,} items", hint="open another case")
        there = [item for item in self.items(case_id, kind, target, limit=MAX_ITEMS) if _target_of(item) == target]
        if kind in ONE_EACH and there:
            raise ConflictError(f"the case has a {kind} for this already", current=there[0], hint="edit it")
        return next((item for item in there if kind == "tag" and item["body"] == content), None)

    def item(self, case_id: str, item_id: str) -> dict[str, Any]:
        """Give one item of a case.

        Raises:
            MissingError: The case has no such item.
        """
        row = self._db.row(_ITEM, (case_id, item_id))
        if row is None:
            raise MissingError(f"case {case_id!r} has no item {item_id!r}")
        return _shape(row)

    def items(
        self, case_id: str, kind: str | None = None, target: Target = WHOLE_CASE, limit: int = 1000,
        after: After | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """List a case's items, oldest first; of one type, or about one entity, where given."""
        rows = self._db.rows(
            "SELECT * FROM item WHERE case_id = :case AND deleted = 0 AND (:type IS NULL OR type = :type)"
            " AND (:kind IS NULL OR kind = :kind) AND (:entity IS NULL OR entity_id = :entity)"
            " AND (created, id) > (:time, :id) ORDER BY created, id LIMIT :limit",
            {
                "case": case_id, "type": kind, "kind": target.kind, "entity": target.entity_id, "limit": limit,
                "time": after.time if after else -1, "id": after.id if after else "",
            },
        )  # fmt: skip
        return [_shape(row) for row in rows]

    def marks(self, kind: str, entity_id: str, limit: int = 200) -> list[dict[str, Any]]:
        """List what all cases say about one entity, newest first."""
        rows = self._db.rows(
            "SELECT item.* FROM item JOIN casefile ON casefile.id = item.case_id WHERE item.kind = ? AND"
            " item.entity_id = ? AND item.deleted = 0 AND casefile.deleted = 0"
            " ORDER BY item.created DESC, item.id LIMIT ?",
            (kind, entity_id, limit),
        )
        return [_shape(row) for row in rows]

    def edit(self, case_id: str, item_id: str, version: int, author: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Replace an item's body.

        Raises:
            ConflictError: `version` is not the current one.
            MissingError: The case has no such item.
            UsageError: The body does not fit the type.
        """
        with self._db.change():
            item = self._current(self.item(case_id, item_id), version)
            item |= {
                "body": json.dumps(checked(item["type"], body)), "changed": now(), "changed_by": author,
                "version": version + 1,
            }  # fmt: skip
            self._db.run(
                "UPDATE item SET body = :body, changed = :changed, changed_by = :changed_by, version = :version"
                " WHERE id = :id",
                item,
            )
            self._remember(item_id, item)
        return self.item(case_id, item_id)

    def delete(self, case_id: str, item_id: str, version: int, author: str) -> None:
        """Take an item out of its case; its history stays.

        Raises:
            ConflictError: `version` is not the current one.
            MissingError: The case has no such item.
        """
        with self._db.change():
            item = self._current(self.item(case_id, item_id), version)
            item |= {"changed": now(), "changed_by": author, "version": version + 1, "deleted": True}
            self._db.run("UPDATE item SET deleted = 1, version = ? WHERE id = ?", (version + 1, item_id))
            self._remember(item_id, item)

    def history(self, case_id: str, item_id: str) -> list[dict[str, Any]]:
        """List every version of an item, deleted or not, oldest first.

        Raises:
            MissingError: The case never had such an item.
        """
        if not self._db.row("SELECT id FROM item WHERE case_id = ? AND id = ?", (case_id, item_id)):
            raise MissingError(f"case {case_id!r} has no item {item_id!r}")
        rows = self._db.rows("SELECT * FROM history WHERE thing = ? ORDER BY version", (item_id,))
        return [
            {"version": r["version"], "time": r["time"], "author": r["author"], **json.loads(r["content"])}
            for r in rows
        ]

    def _current(self, thing: dict[str, Any], version: int) -> dict[str, Any]:
        if thing["version"] != version:
            raise ConflictError(
                f"{thing['changed_by']} changed this meanwhile: version {thing['version']} is the current one,"
                f" the edit is based on {version}",
                current=thing,
            )
        return dict(thing)

    def _remember(self, thing: str, state: Mapping[str, Any]) -> None:
        body = state.get("body")
        content = {"body": json.loads(body) if isinstance(body, str) else body} if "body" in state else {
            name: state[name] for name in _EDITABLE
        }  # fmt: skip
        content["deleted"] = bool(state.get("deleted"))
        self._db.run(
            "INSERT INTO history VALUES (?, ?, ?, ?, ?)",
            (thing, state["version"], state["changed"], state["changed_by"], json.dumps(content)),
        )


def now() -> int:
    """Give the time, µs UTC."""
    return time.time_ns() // 1000


def _shape(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row as users see it: the body read, the mark of deletion left out."""
    found = {name: value for name, value in row.items() if name != "deleted"}
    return found | {"body": json.loads(found["body"])} if "body" in found else found


def _target_of(item: Mapping[str, Any]) -> Target:
    return Target(*(item[name] for name in Target._fields))


def _check_target(kind: str, target: Target) -> None:
    if (target.kind is None) != (target.entity_id is None) or (target.relation is None) != (
        target.relationship_id is None
    ):
        raise UsageError("a target is a kind with an id, or that and a relation with its id")
    if target.kind is None and (kind in ONE_EACH or target.relation is not None):
        raise UsageError(f"a {kind} is about an entity or a relationship")


def _checked_case(fields: Mapping[str, str]) -> dict[str, str]:
    title = fields["title"].strip()
    if not 1 <= len(title) <= MAX_TITLE:
        raise UsageError(f"a case's title has 1 to {MAX_TITLE} characters")
    if len(fields["description"]) > MAX_DESCRIPTION:
        raise UsageError(f"a case's description has at most {MAX_DESCRIPTION:,} characters")
    if fields["status"] not in STATUSES:
        raise UsageError("a case is one of " + ", ".join(STATUSES))
    return {"title": title, "description": fields["description"], "status": fields["status"]}
