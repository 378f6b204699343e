"""What nodes and edges of a BloodHound OpenGraph file say."""

from __future__ import annotations

import re
from typing import Any

from graphhunt.model import DirectoryObject, Fact, PossibleRight, Rejected, Skipped

from . import _values as v
from ._sharphound import Stated, object_id

_ACCOUNT = re.compile(r"S-1-5-21-[\d-]+")
_KINDS = ("User", "Computer", "Group")
_LONGEST = 512
_BY = ("id", "name")
_NO_ID = Rejected("a node without an id")
_NO_ENDS = Rejected("an edge without kind, start or end")
_OTHER_MATCH = Skipped("an edge whose ends are matched by other properties than id and name")


def node(item: dict[str, Any], stated: Stated) -> list[Fact] | Rejected:
    """Say what a node is."""
    own = object_id(item.get("id"))
    if own is None:
        return _NO_ID
    kinds, given = item.get("kinds"), item.get("properties")
    known = [str(kind) for kind in kinds if isinstance(kind, str)] if isinstance(kinds, list) else []
    properties: dict[str, Any] = given if isinstance(given, dict) else {}
    kind = next((kind for kind in _KINDS if kind in known), known[0][:_LONGEST] if known else "Base")
    name = v.text(properties.get("name")) or v.text(properties.get("displayname"))
    account = kind == "User" and _ACCOUNT.fullmatch(own) is not None
    plain = v.text(properties.get("samaccountname")) or (name.partition("@")[0].lower() if name else None)
    domain = v.text(properties.get("domain")) or (name.partition("@")[2] or None if name else None)
    return [
        DirectoryObject(
            time=stated.time, guessed_time=stated.guessed, code=stated.code, object_id=own, type=kind, name=name,
            user=plain if account else None, domain=domain if account else None, sid=own if account else None,
        )
    ]  # fmt: skip


def edge(item: dict[str, Any], stated: Stated) -> list[Fact] | Rejected | Skipped:
    """Say what right an edge is."""
    right, start, end = v.text(item.get("kind")), item.get("start"), item.get("end")
    if right is None or not isinstance(start, dict) or not isinstance(end, dict):
        return _NO_ENDS
    ways = [v.text(side.get("match_by")) or "id" for side in (start, end)]
    if not set(ways) <= set(_BY):
        return _OTHER_MATCH
    ids = [object_id(side.get("value")) for side in (start, end)]
    if not all(ids):
        return _NO_ENDS
    kinds = [(v.text(side.get("kind")) or "Base")[:_LONGEST] for side in (start, end)]
    return [
        PossibleRight(
            time=stated.time, guessed_time=stated.guessed, code=stated.code, right=right[:_LONGEST],
            start_id=ids[0], start_type=kinds[0], start_by=ways[0], end_id=ids[1], end_type=kinds[1], end_by=ways[1],
        )
    ]  # fmt: skip
