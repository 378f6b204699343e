"""The common part of loaders of text, whose records are lines, whatever stands in the first of them.

A first line with commas or semicolons in it isn't the head of a table.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphhunt.model import FileWarning, Record, Rejected
from graphhunt.sources.loading import Held, Source

from . import _text
from ._record import Hints, Outcome, RecordLoader


class LineLoader(RecordLoader):
    """Reads text; what is left to a format is its name, its signatures and `of`."""

    def by_line(self, head: bytes) -> bool:
        """Tell that each line is a record of its own: then a big file can be read in slices."""
        return True

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every line that isn't blank; one that isn't understood is rejected, the rest goes on."""
        hints = _hints(newest(source))
        with _text.reader(source) as stream:
            for number, line in _text.lines(stream):
                position = f"line {number}"
                if len(line) > _text.LINE_MOST:
                    yield Record(_text.cut(line), position, Rejected(_text.TOO_LARGE))
                    yield FileWarning(source.name, self.name, _text.TOO_LARGE, position)
                    continue
                raw = _text.decode(line.rstrip(b"\r\n"))
                told = self.of(raw, hints)
                yield Record(raw, position, told)
                if isinstance(told, Rejected) and not line.endswith(b"\n"):
                    yield FileWarning(source.name, self.name, _text.CUT_OFF, position)

    def context(self, source: Source) -> str:
        """Give when the file was last changed, in seconds since 1970."""
        return str(newest(source))

    def again(self, held: Held) -> Outcome | None:
        """Say what a line that is kept is."""
        if held.rejected == _text.TOO_LARGE:
            return None
        first = held.context.partition(" ")[0]
        return self.of(held.raw, _hints(int(first) if first.isdecimal() else 0))


def newest(source: Source) -> int:
    """Give when a file was last changed, in seconds since 1970."""
    return int(source.path.stat().st_mtime)


def _hints(changed: int) -> Hints:
    return Hints(newest=changed)
