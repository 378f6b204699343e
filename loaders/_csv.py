"""Read CSV records one by one, each with its own text, past damage."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from json import dumps, loads
from typing import NamedTuple

from msgspec.structs import replace

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import header as header_of

from . import _text

WIDTH = Rejected("not as many values as columns")
_DAMAGED = Rejected("damaged CSV")
_RECORD_MOST = 1024 * 1024
_TOO_LARGE = Rejected("record too large: over 1 MiB")
_NOT_CLOSED = "a record isn't closed"

csv.field_size_limit(max(csv.field_size_limit(), _RECORD_MOST))  # else 128 KiB, which scripts in logs exceed

Row = dict[str, str]


class _Form(NamedTuple):
    """The names of the columns, and what stands between values."""

    columns: list[str]
    delimiter: str


def header(head: bytes) -> list[str]:
    """Read the column names of a source that starts with them; none if its first line is no CSV."""
    return header_of(_text.head_text(head))[0]


class _Lines:
    """The lines of a stream, and those taken since the last record."""

    def __init__(self, stream: _text.Reader) -> None:
        self._stream = stream
        self._number = 0
        self._again: deque[tuple[int, str]] = deque()
        self._taken: list[tuple[int, str]] = []
        self._size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        number, line = self._again.popleft() if self._again else self._read()
        self._taken.append((number, line))
        self._size += len(line)
        if self.too_large:
            raise csv.Error(_TOO_LARGE.reason)
        return line

    def _read(self) -> tuple[int, str]:
        line = self._stream.readline(_RECORD_MOST + 1)
        if not line:
            raise StopIteration
        if len(line) > _RECORD_MOST and not line.endswith(b"\n"):
            _text.skip_rest(self._stream)
        self._number += 1
        return self._number, _text.decode(line)

    @property
    def too_large(self) -> bool:
        """Tell whether the lines taken are more than a record may have."""
        return self._size > _RECORD_MOST

    @property
    def alone(self) -> str | None:
        """Give the line taken if it is one."""
        return self._taken[0][1] if len(self._taken) == 1 else None

    def record(self) -> tuple[str, str]:
        """Give the last record's text and position, and begin anew."""
        raw = "".join(line for _, line in self._taken)
        first = self._taken[0][0] if self._taken else self._number
        self._taken, self._size = [], 0
        return raw.rstrip("\r\n"), f"line {first}"

    def give_back(self) -> None:
        """Keep only the first line taken: the ones after it may be whole records."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]


Outcome = Callable[[Row], "list[Fact] | Skipped | Rejected"]
"""Says what a row is."""


def records(source: Source, loader: str, outcome: Outcome) -> Iterator[Record | FileWarning]:
    """Yield every record after the header; a quote that is never closed costs its own line only."""
    columns, delimiter = header_of(_text.head_text(source.head()))
    with _text.reader(source) as stream:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=delimiter or ",", strict=True)
        with suppress(csv.Error, StopIteration):
            next(lines)
        lines.record()
        while True:
            try:
                values = next(reader, None)
            except csv.Error:
                reader = csv.reader(lines, delimiter=delimiter or ",", strict=True)
                form = _Form(columns, delimiter or ",")
                yield from _damaged(lines, form, FileWarning(source.name, loader, _NOT_CLOSED), outcome)
                continue
            if values is None:
                return
            raw, position = lines.record()
            if raw.strip():
                yield Record(raw, position, _row(columns, values, outcome))


def context(source: Source) -> str:
    """Give the names of a source's columns, which its records need to be read again, and what stands between them."""
    columns, delimiter = header_of(_text.head_text(source.head()))
    return dumps(columns if delimiter in (",", "") else {"columns": columns, "delimiter": delimiter})


def again(held: Held, outcome: Outcome) -> list[Fact] | Skipped | Rejected | None:
    """Say what a record that is kept is; None where it was damaged."""
    if held.rejected in (_DAMAGED.reason, _TOO_LARGE.reason):
        return None
    kept = loads(held.context)
    form = _Form(kept, ",") if isinstance(kept, list) else _Form(**kept)
    try:
        values = next(csv.reader(held.raw.splitlines(keepends=True), delimiter=form.delimiter, strict=True), [])
    except csv.Error:
        values = _lenient(held.raw, form)
    return _row(form.columns, values, outcome)


def _row(columns: list[str], values: list[str], outcome: Outcome) -> list[Fact] | Skipped | Rejected:
    return outcome(dict(zip(columns, values, strict=True))) if len(values) == len(columns) else WIDTH


def _damaged(lines: _Lines, form: _Form, warning: FileWarning, outcome: Outcome) -> Iterator[Record | FileWarning]:
    """Reject the first of the lines taken; the others are read again.

    A line is found unclosed at the next odd quote at the latest, and only there can the next one begin: no line
    is read more than a few times.
    """
    line = lines.alone
    too_large = line is not None and lines.too_large
    values = [] if line is None or too_large else _lenient(line, form)
    lines.give_back()
    raw, position = lines.record()
    if values:
        yield Record(raw, position, _row(form.columns, values, outcome))
        return
    reason = _TOO_LARGE if too_large else _DAMAGED
    yield Record(raw[: _text.KEPT_OF_LONG] if too_large else raw, position, reason)
    yield replace(warning, position=position, reason=reason.reason if too_large else warning.reason)


def _lenient(line: str, form: _Form) -> list[str]:
    """Read one line whose quotes aren't doubled, as some exports write it, if its values then fit the columns."""
    try:
        values = next(csv.reader([line], delimiter=form.delimiter), [])
    except csv.Error:
        return []
    return values if len(values) == len(form.columns) else []
