"""Take values out of nested objects, whether their names are nested or written with dots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import _values as v

_DEEPEST = 16
"""Names of a path that are nested; what is deeper stays as it is written."""


def at(record: dict[str, Any], key: str) -> Any:
    """Give the value of a path such as `process.parent.pid`; None where it isn't there."""
    if key in record:
        return record[key]
    first_name, dot, rest = key.partition(".")
    inner = record.get(first_name)
    return at(inner, rest) if dot and isinstance(inner, dict) else None


def nested(record: dict[str, Any]) -> dict[str, Any]:
    """Nest the values of a record whose names are written with dots; where two say different, the first counts."""
    made: dict[str, Any] = {}
    for key, value in record.items():
        *around, last = key.split(".", _DEEPEST)
        inner = made
        for name in around:
            below = inner.setdefault(name, {})
            if not isinstance(below, dict):
                break
            inner = below
        else:
            inner.setdefault(last, value)
    return made


def part(record: dict[str, Any], key: str) -> dict[str, Any]:
    """Give the object at a path; an empty one where there is none."""
    found = at(record, key)
    return found if isinstance(found, dict) else {}


def listed(value: object) -> Iterator[Any]:
    """Give the members of a list; a value that is none stands for itself, and None for nothing."""
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def first(value: object) -> Any:
    """Give the first member of a list, or the value itself."""
    return next(listed(value), None)


def texts(value: object) -> list[str]:
    """Give the texts of a list, or of one value."""
    return [text for text in map(v.text, listed(value)) if text]


def digests(value: object) -> dict[str, Any]:
    """Read hashes that are told apart by their lengths alone."""
    found: dict[str, Any] = {}
    for text in texts(value):
        name = {32: "md5", 40: "sha1", 64: "sha256"}.get(len(text))
        if name and (digits := v.digest(text, len(text))):
            found.setdefault(name, digits)
    return found
