"""Cuts a big file of independent lines into slices, so that several processes can read it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, cast, runtime_checkable

from graphhunt.sources.loading import Loader, Source

if TYPE_CHECKING:
    from typing_extensions import Buffer

SLICE_BYTES = 32 * 1024 * 1024
"""Size of a slice; a smaller file stays whole."""

_CHUNK = 1 << 20
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@runtime_checkable
class LineLoader(Protocol):
    """What a loader has beside the contract if its records are single lines that need nothing before them."""

    def by_line(self, head: bytes) -> bool:
        """Tell whether a source of this beginning may be cut at any line that begins as its first one does."""


class Part(NamedTuple):
    """Where a slice lies in its file.

    Attributes:
        start: Its first byte.
        end: The byte after its last.
        lines: Lines before it.
        sha256: Hash of the whole file.
        size: Size of the whole file.
    """

    start: int
    end: int
    lines: int
    sha256: str
    size: int


class Slice(Source):
    """A run of whole lines of a file, read as if it were a file."""

    part: Part

    @classmethod
    def of(cls, source: Source, part: Part) -> Slice:
        """Make a slice of a source."""
        made = cls(*source)
        made.part = part
        return made

    def open(self) -> BinaryIO:
        """Open the slice for reading bytes."""
        window = _Window(self.path.open("rb", buffering=0), self.part.start, self.part.end)
        return cast("BinaryIO", io.BufferedReader(window, _CHUNK))

    def head(self) -> bytes:
        """Read the beginning of the whole file: a loader reads every part of it in one style."""
        return Source(self.name, self.path).head()

    def position(self, position: str) -> str:
        """Turn a line's number in the slice into that in the file."""
        word, _, number = position.partition(" ")
        return f"line {int(number) + self.part.lines}" if word == "line" and number.isdecimal() else position


class _Window(io.RawIOBase):
    """Bytes from `start` to `end` of a file."""

    def __init__(self, raw: io.FileIO, start: int, end: int) -> None:
        super().__init__()
        self._raw = raw
        self._start = start
        self._end = end
        raw.seek(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: self._start, io.SEEK_CUR: self._raw.tell(), io.SEEK_END: self._end}[whence]
        return self._raw.seek(max(self._start, base + offset)) - self._start

    def tell(self) -> int:
        return self._raw.tell() - self._start

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)  # slicing a bytearray would copy it
        room = min(len(view), self._end - self._raw.tell())
        return self._raw.readinto(view[:room]) if room > 0 else 0

    def close(self) -> None:
        self._raw.close()
        super().close()


def cuttable(source: Source, loader: Loader) -> bool:
    """Tell whether a loader allows cutting a source between its lines."""
    if not isinstance(loader, LineLoader):
        return False
    head = source.head()
    return not head.startswith(_BYTE_ORDER_MARKS) and loader.by_line(head)


def cut(source: Source, sha256: str) -> Iterator[Slice]:
    """Cut a source into slices; each begins with a line that begins like the file's first one."""
    start = lines = 0
    with source.path.open("rb", buffering=_CHUNK) as stream:
        size, mark = stream.seek(0, io.SEEK_END), source.head()[:1]
        while start < size:
            end = _line_start(stream, start + SLICE_BYTES, size, mark)
            yield Slice.of(source, Part(start, end, lines, sha256, size))
            lines += _count(stream, start, end)
            start = end


def _line_start(stream: BinaryIO, place: int, size: int, mark: bytes) -> int:
    """Find the first line from `place` on that begins with `mark`; the file's end if there is none."""
    if place >= size:
        return size
    stream.seek(place)
    while piece := stream.readline(_CHUNK):
        if piece.endswith(b"\n") and (at := stream.tell()) < size:
            begins = stream.read(1)
            if begins == mark:
                return at
            stream.seek(at)
    return size


def _count(stream: BinaryIO, start: int, end: int) -> int:
    stream.seek(start)
    count, left = 0, end - start
    while left > 0 and (data := stream.read(min(_CHUNK, left))):
        count += data.count(b"\n")
        left -= len(data)
    return count
