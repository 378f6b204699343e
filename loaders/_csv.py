"""Read CSV records one by one, each with its own text, past damage."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

from graphhunt.loading import Source
from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped

from . import _text

WIDTH = Rejected("not as many values as columns")
_DAMAGED = Rejected("damaged CSV")
_RECORD_MOST = 1024 * 1024

Row = dict[str, str]


def header(head: bytes) -> list[str]:
    """Read the column names of a source that starts with them; none if its first line is no CSV."""
    line, whole = _text.first_line(_text.head_text(head))
    if not whole or line[:1] in b'{[<#"' or b"," not in line:
        return []
    try:
        return next(csv.reader([line.decode("utf-8", "replace")]), [])
    except csv.Error:
        return []


class _Lines:
    """The lines of a stream, and those taken since the last record."""

    def __init__(self, stream: _text.Reader) -> None:
        self._stream = stream
        self.number = 0
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_RECORD_MOST)
        self._size += len(line)
        if not line:
            raise StopIteration
        if self._size > _RECORD_MOST:
            raise csv.Error(_text.TOO_LONG)
        self.number += 1
        self.taken.append(_text.decode(line))
        return self.taken[-1]

    def record(self) -> tuple[str, str]:
        """Give the last record's text and position, and begin anew."""
        raw = "".join(self.taken)
        first = self.number - len(self.taken) + 1
        self.taken, self._size = [], 0
        return raw.rstrip("\r\n"), f"line {first}"


Outcome = Callable[[Row], "list[Fact] | Skipped | Rejected"]
"""Says what a row is."""


def records(source: Source, loader: str, outcome: Outcome) -> Iterator[Record | FileWarning]:
    """Yield every record after the header; a quote that is never closed costs at most 1 MiB."""
    columns = header(source.head())
    with _text.reader(source) as stream:
        lines = _Lines(stream)
        next(lines, None)
        lines.record()
        reader = csv.reader(lines, strict=True)
        while True:
            try:
                values = next(reader, None)
            except csv.Error:
                reader = csv.reader(lines, strict=True)
                values = _lenient(lines.taken, len(columns))
            if values is None:
                return
            raw, position = lines.record()
            if not values and raw.strip():
                yield Record(raw, position, _DAMAGED)
                yield FileWarning(source.name, loader, "a record isn't closed", position)
            elif raw.strip():
                fits = len(values) == len(columns)
                yield Record(raw, position, outcome(dict(zip(columns, values, strict=True))) if fits else WIDTH)


def _lenient(taken: list[str], width: int) -> list[str]:
    """Read one line whose quotes aren't doubled, as some exports write it, if its values then fit the columns."""
    try:
        values = next(csv.reader(taken), []) if len(taken) == 1 else []
    except csv.Error:
        return []
    return values if len(values) == width else []
