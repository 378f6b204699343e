"""Tells formats apart by the beginning of a source: looked at once, then compared with what each format declares.

A format declares signatures: the keys that its JSON records have, the columns of its CSV, what its lines begin with,
or its magic bytes. A signature fits or doesn't; of those that fit, the one that asks for most is the source's format.
File names never decide.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import orjson

LOOKED_AT = 16 * 1024
"""Bytes of a source's beginning that are looked at."""

DELIMITERS = ",;\t|"
"""Between the values of a CSV record."""

PARQUET = b"PAR1"
"""What a Parquet file begins with; its columns are named at its end."""

_DEEPEST = 4
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],]', re.DOTALL)
_CLOSERS = {b"{": b"}", b"[": b"]"}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SHOWN_OF_WIDE = 512
_WIDE_SHARE = 0.8
_CERTAIN = 1000


class Located(NamedTuple):
    """An object near a source's beginning, and the lists it is a member of: `results`, `hits.hits`; none: itself."""

    path: str
    value: dict[str, Any]


class Head(NamedTuple):
    """What a source begins with.

    Attributes:
        raw: Its first bytes.
        text: The first of them that are looked at as UTF-8, without mark and leading blanks; empty if it is binary.
        objects: Its first JSON object, and the first members of the lists in that.
        columns: Names of the first line if it is one of CSV.
        delimiter: What stands between them.
    """

    raw: bytes
    text: bytes
    objects: tuple[Located, ...]
    columns: frozenset[str]
    delimiter: str

    @classmethod
    def of(cls, raw: bytes) -> Head:
        """Look at a source's first bytes."""
        if raw.startswith(PARQUET):
            return cls(raw, b"", (), frozenset(), "")
        text = _text(raw)
        if text[:1] in (b"{", b"["):
            return cls(raw, text, tuple(_objects(text)), frozenset(), "")
        columns, delimiter = header(text)
        return cls(raw, text, (), frozenset(columns), delimiter)

    @classmethod
    def of_table(cls, raw: bytes, shape: dict[str, Any]) -> Head:
        """Look at a table's first bytes, and at an object with the names of its columns, nested as they are."""
        return cls(raw, b"", (Located("", shape),) if shape else (), frozenset(shape), "")


class Signature(Protocol):
    """What a format declares of its sources."""

    def fits(self, head: Head) -> int:
        """Tell how much of what is asked for is there: 0 if anything is missing."""


class Keys:
    """JSON objects that have some keys; `a.b` is one below another, nested or written with the dot.

    Args:
        needed: Keys that all have to be there.
        absent: Keys none of which may be there.
    """

    def __init__(self, *needed: str, absent: tuple[str, ...] = ()) -> None:
        self.needed = needed
        self.absent = absent

    def match(self, record: dict[str, Any]) -> bool:
        """Tell whether a record has them."""
        return all(has(record, key) for key in self.needed) and not any(has(record, key) for key in self.absent)

    def fits(self, head: Head) -> int:
        """Look for them in the first object, and in the first members of its lists."""
        return len(self.needed) if any(self.match(each.value) for each in head.objects) else 0


class Columns:
    """CSV whose first line has some names."""

    def __init__(self, *needed: str) -> None:
        self.needed = frozenset(needed)

    def match(self, record: dict[str, Any]) -> bool:
        """Tell whether a row has them."""
        return self.needed <= record.keys()

    def fits(self, head: Head) -> int:
        """Look for them in the first line."""
        return len(self.needed) if self.needed <= head.columns else 0


class Line:
    """Text with a line, among the first ones, that begins in a certain way.

    Args:
        pattern: What it begins with; its cost has to be linear in the line's length.
        weight: How many keys it is worth.
    """

    def __init__(self, pattern: bytes, weight: int = 3) -> None:
        self.pattern = re.compile(pattern)
        self._anywhere = re.compile(rb"(?m)^(?:" + pattern + rb")")
        self.weight = weight

    def fits(self, head: Head) -> int:
        """Look for such a line."""
        return self.weight if head.text and self._anywhere.search(head.text) else 0


class Magic:
    """Bytes at a place of a source."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data = data
        self._offset = offset

    def fits(self, head: Head) -> int:
        """Look for the bytes."""
        return _CERTAIN if head.raw.startswith(self._data, self._offset) else 0


def has(record: dict[str, Any], key: str) -> bool:
    """Tell whether an object has a key, or a path of keys with dots between them."""
    if key in record:
        return True
    first, dot, rest = key.partition(".")
    inner = record.get(first)
    return bool(dot) and isinstance(inner, dict) and has(inner, rest)


def header(text: bytes) -> tuple[list[str], str]:
    """Read the names in the first line of CSV, and what stands between them; none if it isn't a line of names."""
    line, newline, _ = text.partition(b"\n")
    if not newline and len(text) >= LOOKED_AT:
        return [], ""
    names = line.strip(b"\r").decode("utf-8", "replace")
    delimiter = max(DELIMITERS, key=names.count)
    if delimiter not in names or names[:1] in "{[<#":
        return [], ""
    try:
        found = next(csv.reader([names], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return [], ""
    return (found, delimiter) if len(set(found)) == len(found) else ([], "")


def encoding_of(raw: bytes) -> tuple[bytes, str]:
    """Name the encoding that a source's first bytes show, and give their mark: UTF-16 also without one."""
    marked = next(((mark, name) for mark, name in _BOMS if raw.startswith(mark)), None)
    if marked:
        return marked
    wide = raw[:_SHOWN_OF_WIDE]
    half = len(wide) // 2
    if half >= 2:
        if wide[1::2].count(0) >= _WIDE_SHARE * half and not wide[::2].count(0):
            return b"", "utf-16-le"
        if wide[::2].count(0) >= _WIDE_SHARE * half and not wide[1::2].count(0):
            return b"", "utf-16-be"
    return b"", "utf-8"


def _text(raw: bytes) -> bytes:
    mark, encoding = encoding_of(raw)
    rest = raw[len(mark) :]
    if encoding != "utf-8":
        rest = rest[: 2 * LOOKED_AT].decode(encoding, "ignore").encode("utf-8", "ignore")
    elif b"\0" in rest[:16]:
        return b""
    return rest.lstrip()[:LOOKED_AT]


def _objects(text: bytes) -> Iterator[Located]:
    """Give the first object of a JSON text, and the first member of each list of objects in it."""
    first = _first_value(text)
    if isinstance(first, list):
        first = next((each for each in first if isinstance(each, dict)), None)
    if isinstance(first, dict):
        yield Located("", first)
        yield from _members(first, "", 1)


def _members(value: dict[str, Any], path: str, depth: int) -> Iterator[Located]:
    for key, inner in value.items():
        below = f"{path}.{key}" if path else key
        if isinstance(inner, dict) and depth < _DEEPEST:
            yield from _members(inner, below, depth + 1)
        elif isinstance(inner, list):
            found = next((each for each in inner if isinstance(each, dict)), None)
            if found is not None:
                yield Located(below, found)


def _first_value(text: bytes) -> Any:
    line, newline, _ = text.partition(b"\n")
    if newline or len(text) < LOOKED_AT:
        try:
            return orjson.loads(line)
        except orjson.JSONDecodeError:
            pass
    return _beginning(text)


def _beginning(text: bytes) -> Any:
    """Read the beginning of a value as far as it is whole: what was cut off is left out, and what is open closed."""
    stack: list[bytes] = []
    whole, closing = 0, b""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in (b"{", b"["):
            stack.append(mark)
            whole, closing = token.end(), _closers(stack)
        elif mark in (b"}", b"]"):
            if not stack:
                break
            stack.pop()
            whole, closing = token.end(), _closers(stack)
            if not stack:
                break
        elif mark == b"," and stack:
            whole, closing = token.start(), _closers(stack)
    try:
        return orjson.loads(text[:whole] + closing)
    except orjson.JSONDecodeError:
        return None


def _closers(stack: list[bytes]) -> bytes:
    return b"".join(_CLOSERS[mark] for mark in reversed(stack))
