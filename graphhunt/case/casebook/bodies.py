"""What each type of item holds, and which of its members must be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphhunt.errors import UsageError

VERDICTS = ("malicious", "benign", "unknown")
"""What can be said of an entity or relationship."""

MAX_TEXT = 50_000
MAX_STATE = 1_000_000
MAX_EVENTS = 200

Body = dict[str, Any]


def _text(body: Mapping[str, Any], name: str, most: int = MAX_TEXT, *, needed: bool = True) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > most or (needed and not value.strip()):
        raise UsageError(f"{name} must be text of 1 to {most:,} characters" if needed else f"{name} is too long")
    return value


def _note(body: Mapping[str, Any]) -> Body:
    return {"text": _text(body, "text")}


def _tag(body: Mapping[str, Any]) -> Body:
    return {"tag": _text(body, "tag", 100).strip()}


def _verdict(body: Mapping[str, Any]) -> Body:
    if body.get("verdict") not in VERDICTS:
        raise UsageError("a verdict is one of " + ", ".join(VERDICTS))
    return {"verdict": body["verdict"], "reason": _text(body, "reason", needed=False)}


def _alias(body: Mapping[str, Any]) -> Body:
    return {"alias": _text(body, "alias", 200).strip()}


def _pin(body: Mapping[str, Any]) -> Body:
    ids = body.get("event_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_EVENTS or not all(isinstance(i, str) for i in ids):
        raise UsageError(f"pinned evidence names 1 to {MAX_EVENTS} event ids")
    return {"event_ids": list(dict.fromkeys(ids)), "comment": _text(body, "comment", needed=False)}


def _view(body: Mapping[str, Any]) -> Body:
    return {"name": _text(body, "name", 200).strip(), "state": _text(body, "state", MAX_STATE)}


ITEM_TYPES: dict[str, Callable[[Mapping[str, Any]], Body]] = {
    "note": _note, "tag": _tag, "verdict": _verdict, "alias": _alias, "pin": _pin, "view": _view,
}  # fmt: skip
"""Types of items, each with the check of its body."""

ONE_EACH = frozenset({"verdict", "alias"})
"""Types of which an entity or relationship has one at most, and which are always about one."""


def checked(kind: str, body: Mapping[str, Any]) -> Body:
    """Give an item's body with the members of its type.

    Raises:
        UsageError: There is no such type, or a member is missing or too long.
    """
    if kind not in ITEM_TYPES:
        raise UsageError(f"there is no item type {kind!r}", hint="one of " + ", ".join(ITEM_TYPES))
    return ITEM_TYPES[kind](body)
