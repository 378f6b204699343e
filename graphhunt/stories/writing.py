"""What stories are written with: moments, names and lists in sentences, and the records that rows rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from graphhunt.incidents.lead import Entity
from graphhunt.incidents.sentences import MOST_EVIDENCE, Segment, Sentence, Words, Writer
from graphhunt.times import iso

MOST_NAMES = 4
"""Names that a sentence lists; further ones are counted."""

MOST_ROWS = 500
"""Rows that a table lists; `total` counts all."""


class Moment(int):
    """A moment, µs UTC, as opposed to a number."""

    __slots__ = ()


class Fetched(str):
    """An address that something is fetched from: text of a record."""

    __slots__ = ()


class StoryWriter(Writer):
    """Writes sentences that also name moments."""

    def _single(self, value: Any) -> list[Segment]:
        if isinstance(value, Moment):
            return [{"time": iso(value)}]
        if isinstance(value, Fetched):
            return [{"text": "fetches "}, {"value": str(value)}]
        return super()._single(value)

    def named(self, label: str, id_: str | None) -> dict[str, Any] | None:
        """Give an entity as label, id and name; None for none."""
        if not id_:
            return None
        found: dict[str, Any] = self.entity(label, id_)["entity"]
        return found


def listed(values: Iterable[Any], most: int = MOST_NAMES) -> list[Any]:
    """Give the values that a sentence lists, each once, with the number of the others as words."""
    found = list(dict.fromkeys(value for value in values if value is not None))
    if len(found) <= most + 1:
        return found
    return [*found[:most], Words(f"{len(found) - most:,} more")]


def entities(label: str, ids: Iterable[str | None]) -> list[Any]:
    """Give the entities of some ids as a sentence lists them."""
    return listed(Entity(label, id_) for id_ in ids if id_)


def times(number: int) -> Words:
    """Say how often."""
    return Words({1: "once", 2: "twice"}.get(number, f"{number:,} times"))


def proof(evidence: Iterable[str]) -> dict[str, Any]:
    """Give the first of some records, and how many there are."""
    found = list(dict.fromkeys(evidence))
    return {"ids": found[:MOST_EVIDENCE], "total": len(found)}


def table(rows: Sequence[dict[str, Any]], **left_out: int) -> dict[str, Any]:
    """Give a table: its first rows, how many there are, and what it leaves out by kind."""
    return {"rows": list(rows[:MOST_ROWS]), "total": len(rows), "left_out": {k: n for k, n in left_out.items() if n}}


def ended(sentence: Sentence, *parts: Segment) -> Sentence:
    """Give a sentence with more at its end."""
    return {**sentence, "parts": [*sentence["parts"], *parts]}
