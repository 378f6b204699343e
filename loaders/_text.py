r"""Read text sources as bounded UTF-8 lines, whatever their encoding and damage.

`raw` text: bytes that aren't valid in the source's encoding become `\xNN` (four characters), so that the
original bytes can be told from it and every store that asks for valid UTF-8 can hold it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Protocol

from graphhunt.sources.loading import HEAD_SIZE, Source
from graphhunt.sources.recognition import encoding_of

LINE_MOST = 16 * 1024 * 1024
"""Bytes of the longest line that is read as a record; a longer one is rejected."""

KEPT_OF_LONG = 64 * 1024
"""Bytes that are kept of a record that is too long."""

TOO_LARGE = "record too large: over 16 MiB"
NOT_UTF8 = "not UTF-8: read as Windows-1252, so that other letters than ASCII may be wrong"
CUT_OFF = "the file ends inside a record"

_BYTE = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([89a-f][0-9a-f])")
_SEEN = 512
"""Bytes at a source's beginning that show its encoding."""


class Reader(Protocol):
    """The part of a binary stream that loaders read by."""

    def readline(self, limit: int, /) -> bytes:
        """Read up to and with the next newline, at most `limit` bytes; nothing at the end."""

    def read(self, size: int, /) -> bytes:
        """Read about `size` bytes; nothing at the end."""


class _Transcoded:
    """A text stream of another encoding, read as UTF-8 bytes."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text

    def readline(self, limit: int, /) -> bytes:
        return self._text.readline(limit).encode("utf-8", "backslashreplace")

    def read(self, size: int, /) -> bytes:
        return self._text.read(size).encode("utf-8", "backslashreplace")


@contextmanager
def reader(source: Source) -> Iterator[Reader]:
    """Open a source as UTF-8 bytes, past its byte order mark; UTF-16 with a mark is transcoded."""
    with source.open() as stream:
        mark, encoding = encoding_of(stream.read(_SEEN))
        stream.seek(len(mark))
        if encoding == "utf-8":
            yield stream
        else:
            yield _Transcoded(TextIOWrapper(stream, encoding, "backslashreplace", newline=""))


def head_text(head: bytes) -> bytes:
    """Give the beginning of a source as UTF-8 bytes without its byte order mark and leading blanks."""
    mark, encoding = encoding_of(head)
    rest = head[len(mark) :]
    if encoding != "utf-8":
        rest = rest.decode(encoding, "ignore").encode("utf-8", "ignore")
    return rest.lstrip()


def lines(stream: Reader) -> Iterator[tuple[int, bytes]]:
    """Yield (number, line with its newline) of every line that isn't blank.

    A line longer than `LINE_MOST` comes as its first `LINE_MOST + 1` bytes; the caller rejects it.
    """
    number = 0
    while line := stream.readline(LINE_MOST + 1):
        number += 1
        if len(line) > LINE_MOST and not line.endswith(b"\n"):
            skip_rest(stream)
        if not line.isspace():
            yield number, line


def skip_rest(stream: Reader) -> None:
    """Read on to the line's end."""
    while (rest := stream.readline(1024 * 1024)) and not rest.endswith(b"\n"):
        pass


def legible(piece: bytes) -> tuple[str, bool]:
    """Decode a record for its facts, and tell whether its encoding was guessed.

    What isn't UTF-8 is read as Windows-1252, in which Western systems write: names that differ stay different.
    """
    try:
        return piece.decode("utf-8"), False
    except UnicodeDecodeError:
        pass
    try:
        return piece.decode("cp1252"), True
    except UnicodeDecodeError:  # it has five bytes that Windows-1252 lacks
        return piece.decode("latin-1"), True


def decode(data: bytes) -> str:
    """Give the text of a record as it is kept."""
    return data.decode("utf-8", "backslashreplace")


def encoded(text: str) -> bytes:
    r"""Give the bytes of a record in JSON that is kept, where `\xNN`, which JSON doesn't know, stands for a byte."""
    data = text.encode("utf-8", "backslashreplace")
    return _BYTE.sub(lambda found: found[1] + bytes.fromhex(found[2].decode()), data) if b"\\x" in data else data


def cut(data: bytes) -> str:
    """Give what is kept of a record that is too long."""
    return decode(data[:KEPT_OF_LONG])


def first_line(head: bytes) -> tuple[bytes, bool]:
    """Give the first line of a source's beginning, and whether it is whole."""
    line, newline, _ = head.partition(b"\n")
    return line.rstrip(), bool(newline) or len(head) < HEAD_SIZE
