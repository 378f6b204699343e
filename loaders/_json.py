"""Read JSON records: one a line, or values of an array or one after another over many lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import orjson

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _text

NOT_JSON = "not valid JSON"
NOT_AN_OBJECT = "not a JSON object"
_CHUNK = 1024 * 1024
_RESTARTS = 64
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}]', re.DOTALL)
_LINE_START = re.compile(rb"\n[^\S\n]*+\{")
_BETWEEN = b" \t\r\n,[]"
_OF_FILE = frozenset({_text.TOO_LARGE, _text.CUT_OFF, NOT_AN_OBJECT})
"""Reasons to reject that the text of a record alone doesn't tell."""


def parse(data: bytes) -> dict[str, Any] | str:
    """Parse one object; a text says why it is none.

    Bytes that aren't UTF-8 and unpaired surrogates, both seen in real logs, become U+FFFD in the values.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = _tolerant(data)
    if isinstance(value, dict):
        return value
    return NOT_JSON if value is None else NOT_AN_OBJECT


def _tolerant(data: bytes) -> Any:
    """Parse what the strict parser refuses: other encodings' bytes, control characters, lone surrogates."""
    try:
        value = json.loads(data.decode("utf-8", "replace"), strict=False, parse_constant=_refuse)
        return _clean(value)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def is_lines(head: bytes) -> bool:
    """Tell from a source's beginning whether it holds one record a line."""
    line, _ = _text.first_line(_text.head_text(head))
    return line.startswith(b"{") and line[-1:] not in b"{[,"


Outcome = Callable[[dict[str, Any]], Any]
"""Says what an object is: facts, skipped or rejected."""


def records(source: Source, loader: str, outcome: Outcome) -> Iterator[Record | FileWarning]:
    """Yield every record of a JSON source."""
    style = _by_line if is_lines(source.head()) else _by_value
    with _text.reader(source) as stream:
        yield from style(stream, source.name, loader, outcome)


def again(held: Held, outcome: Outcome) -> list[Fact] | Skipped | Rejected | None:
    """Say what a record that is kept is; None where it was the file that was damaged there."""
    if held.rejected in _OF_FILE:
        return None
    value = parse(_text.encoded(held.raw))
    return Rejected(value) if isinstance(value, str) else cast("list[Fact] | Skipped | Rejected", outcome(value))


def _by_line(stream: _text.Reader, name: str, loader: str, outcome: Outcome) -> Iterator[Record | FileWarning]:
    loads, decode = orjson.loads, _text.decode
    for number, line in _text.lines(stream):
        position = f"line {number}"
        if len(line) > _text.LINE_MOST:
            yield Record(_text.cut(line), position, Rejected(_text.TOO_LARGE))
            yield FileWarning(name, loader, _text.TOO_LARGE, position)
            continue
        try:
            value = loads(line)
        except orjson.JSONDecodeError:
            value = None
        if value.__class__ is not dict:
            value = parse(line)
        raw = decode(line.rstrip(b"\r\n"))
        if value.__class__ is dict:
            yield Record(raw, position, outcome(value))
            continue
        yield Record(raw, position, Rejected(value))
        if value == NOT_JSON and not line.endswith(b"\n"):
            yield FileWarning(name, loader, _text.CUT_OFF, position)


def _by_value(stream: _text.Reader, name: str, loader: str, outcome: Outcome) -> Iterator[Record | FileWarning]:
    for number, piece in enumerate(_Values(stream), 1):
        position = f"record {number}"
        value = piece.reason or parse(piece.data)
        raw = _text.cut(piece.data) if piece.reason else _text.decode(piece.data)
        if isinstance(value, dict):
            yield Record(raw, position, outcome(value))
        else:
            yield Record(raw, position, Rejected(value))
        if piece.reason in (_text.TOO_LARGE, _text.CUT_OFF):
            yield FileWarning(name, loader, piece.reason, position)


class _Piece(NamedTuple):
    """A top-level object's bytes, or bytes that are none and why."""

    data: bytes
    reason: str = ""


class _Values:
    """Splits a stream into its top-level objects in constant memory, without parsing them.

    An object that never closes takes everything after it along; then splitting starts again at the next
    line that begins an object, at most `_RESTARTS` times (each one reads the rest anew).
    """

    def __init__(self, stream: _text.Reader) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0  # where the next token is looked for
        self._start = 0  # where the present piece begins
        self._depth = 0
        self._restarts = _RESTARTS

    def __iter__(self) -> Iterator[_Piece]:
        while True:
            yield from self._scan()
            # A piece that isn't whole is looked through again from its last string on: twice as much is read each time.
            chunk = self._stream.read(max(_CHUNK, len(self._buffer) - self._start))
            if self._depth == 0:
                yield from self._between(self._at)
            too_long = len(self._buffer) - self._start > _text.LINE_MOST
            if too_long or (not chunk and self._depth > 0):
                yield from self._give_up(_text.TOO_LARGE if too_long else _text.CUT_OFF)
            elif not chunk:
                yield from self._between(len(self._buffer))
                return
            self._buffer = self._buffer[self._start :] + chunk
            self._at -= self._start
            self._start = 0

    def _scan(self) -> Iterator[_Piece]:
        for token in _TOKEN.finditer(self._buffer, self._at):
            mark = token[0]
            if mark == b'"':
                self._at = token.start()
                return
            if mark == b"{":
                if self._depth == 0:
                    yield from self._between(token.start())
                    self._start = token.start()
                self._depth += 1
            elif mark == b"}" and self._depth > 0:
                self._depth -= 1
                if self._depth == 0:
                    data = self._buffer[self._start : token.end()]
                    piece = _Piece(data, _text.TOO_LARGE if len(data) > _text.LINE_MOST else "")
                    self._start = token.end()
                    yield piece
        self._at = len(self._buffer)

    def _between(self, end: int) -> Iterator[_Piece]:
        """Reject what stands between objects, unless it is punctuation."""
        left = self._buffer[self._start : end].strip(_BETWEEN)
        self._start = end
        if left:
            yield _Piece(left, NOT_AN_OBJECT)

    def _give_up(self, reason: str) -> Iterator[_Piece]:
        again = _LINE_START.search(self._buffer, self._start + 1) if self._restarts else None
        end = again.end() - 1 if again else len(self._buffer)
        self._restarts -= 1
        yield _Piece(self._buffer[self._start : end], reason)
        self._start = self._at = end
        self._depth = 0
