"""Split one large JSON document into the objects of its lists, in constant memory and without parsing it whole.

Lists are looked for in the document's own members and in those of an object directly below it, as in
`{"data": [{…}, …], "meta": {…}}` and `{"graph": {"nodes": [{…}], "edges": [{…}]}}`. What stands around the
objects comes last, as one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from . import _text

_CHUNK = 1024 * 1024
_RESTARTS = 64
_DEEPEST_LIST = 3
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.DOTALL)
_AGAIN = re.compile(rb'[,\[}]\s*(\{\s*"[A-Za-z]+"\s*:)')
_BETWEEN = b" \t\r\n,"


class Piece(NamedTuple):
    """An object of a list, the list's name, and why it isn't whole; the piece around all of them has no name."""

    data: bytes
    name: str
    reason: str = ""


class Pieces:
    """Iterates over the objects of a stream.

    An object that never closes, or is too long, is given up: splitting starts again at the next text that
    looks like one, a limited number of times.
    """

    def __init__(self, stream: _text.Reader) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0  # where the next token is looked for
        self._start = 0  # where the present piece begins
        self._depth = 0  # open brackets of the present object; 0 outside
        self._open: list[bytes] = []  # brackets around the objects
        self._key = self._list = ""
        self._around = bytearray()
        self._restarts = _RESTARTS

    def __iter__(self) -> Iterator[Piece]:
        while True:
            yield from self._scan()
            # A piece that isn't whole is looked through again from its last string on: twice as much is read each time.
            chunk = self._stream.read(max(_CHUNK, len(self._buffer) - self._start))
            too_long = len(self._buffer) - self._start > _text.LINE_MOST
            if too_long or (not chunk and self._depth > 0):
                yield self._give_up(_text.TOO_LARGE if too_long else _text.CUT_OFF)
            elif not chunk:
                self._leave(len(self._buffer))
                yield from self._rest()
                return
            self._buffer = self._buffer[self._start :] + chunk
            self._at -= self._start
            self._start = 0

    def _scan(self) -> Iterator[Piece]:
        for token in _TOKEN.finditer(self._buffer, self._at):
            mark = token[0]
            if mark == b'"':
                self._at = token.start()
                return
            if self._depth:
                self._depth += (mark in b"{[") - (mark in b"}]") if len(mark) == 1 else 0
                if not self._depth:
                    data = self._buffer[self._start : token.end()]
                    yield Piece(data, self._list, _text.TOO_LARGE if len(data) > _text.LINE_MOST else "")
                    self._start = token.end()
            else:
                self._outside(mark, token.start())
        self._at = len(self._buffer)
        if not self._depth:
            self._leave(self._at)

    def _outside(self, mark: bytes, at: int) -> None:
        """Follow the brackets around the objects; an object of a list begins a piece."""
        if len(mark) > 1:
            self._key = mark[1:-1].decode("utf-8", "replace")
        elif mark == b"{" and self._open[-1:] == [b"["] and 2 <= len(self._open) <= _DEEPEST_LIST:
            self._leave(at)
            self._depth = 1
        elif mark in b"{[":
            self._open.append(mark)
            self._list = self._key if mark == b"[" else self._list
        elif self._open:
            self._open.pop()

    def _leave(self, end: int) -> None:
        """Keep what stands outside of objects, but for the commas between them."""
        text = self._buffer[self._start : end]
        self._start = end
        if text.strip(_BETWEEN) and len(self._around) <= _text.KEPT_OF_LONG:
            self._around += text

    def _give_up(self, reason: str) -> Piece:
        again = _AGAIN.search(self._buffer, self._start + 1) if self._restarts else None
        end = again.start(1) if again else len(self._buffer)
        self._restarts -= 1
        piece = Piece(self._buffer[self._start : end], self._list, reason)
        self._start = self._at = end
        self._depth = 0
        self._open = self._open or [b"{", b"["]
        return piece

    def _rest(self) -> Iterator[Piece]:
        around = bytes(self._around).strip()
        if around:
            yield Piece(around, "", _text.TOO_LARGE if len(around) > _text.KEPT_OF_LONG else "")
