"""The common part of loaders whose records stand for themselves, whatever they are kept in.

Such a loader says what its records look like (`signatures`) and what one of them is (`of`). How records are cut out of
a source is decided here, by what the source begins with: JSON with one a line, one after another, in an array or in a
list of a document (`{"results": [{…}]}`); CSV; Parquet, whose rows are kept as JSON; lines of text. What stands
around the list of a document is no record.

The same `of` is asked about a record that came inside another one (`loaders/envelopes`); what the outer record says of
it comes as `Hints`, which never beat what the record says itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, ClassVar, NamedTuple, TypeAlias

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source, beginning
from graphhunt.sources.recognition import PARQUET, Columns, Head, Keys, Line, Signature

from . import _csv, _json, _nested, _text, _times

Outcome: TypeAlias = "list[Fact] | Skipped | Rejected"
Payload: TypeAlias = "dict[str, Any] | str"

NO_TIME = Rejected("no usable event time")


class Hints(NamedTuple):
    """What is known of a record from around it.

    Attributes:
        newest: When its source was last changed, seconds since 1970: no record is newer. 0 if that isn't known.
        time: When its envelope says that it was written or taken, µs since the epoch.
        guessed: Whether the year or the zone of that was.
        day_first: Whether the day stands before the month in its file; None if no date there tells.
        host: The machine its envelope names as the one it was taken from; never a relay or a collector.
        program: What wrote it, as its envelope names that (a syslog tag, `SYSLOG_IDENTIFIER`).
        pid: The process that wrote it.
        around: The envelopes it came in, from the outermost.
    """

    newest: int = 0
    time: int | None = None
    guessed: bool = False
    day_first: bool | None = None
    host: str | None = None
    program: str | None = None
    pid: int | None = None
    around: tuple[str, ...] = ()


class RecordLoader:
    """Reads sources whose records stand for themselves: what is left to a format is its name, `signatures` and `of`.

    Attributes:
        name: As in `--format NAME`.
        signatures: What tells the format; JSON objects by `Keys`, CSV by `Columns`, text by `Line`.
    """

    name: str
    text = True
    signatures: ClassVar[tuple[Signature, ...]]

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a record is: an object, a row by column, or a line."""
        raise NotImplementedError

    def sniff(self, head: bytes, name: str) -> float:
        """Compare a source's beginning with the signatures."""
        look = Head.of(head)
        return 0.9 if any(each.fits(look) for each in self.signatures) else 0.0

    def by_line(self, head: bytes) -> bool:
        """Tell whether each line is a record of its own: then a big file can be read in slices."""
        look = Head.of(head)
        if head.startswith(PARQUET):
            return False
        return not look.columns and (_json.is_lines(head) if look.objects else True) and not self._list(look)

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every record; one that is damaged is rejected, the rest goes on."""
        look = beginning(source)
        hints = Hints(newest=_newest(source), day_first=_times.day_first(look.text))
        if look.raw.startswith(PARQUET):
            return self._rows(source, hints)
        if look.columns and not self._fits(look, Line):
            return _csv.records(source, self.name, lambda row: self.of(row, hints))
        if not look.objects:
            return self._lines(source, hints)
        within = self._list(look)
        if within:
            return self._members(source, within, hints)
        return _json.records(source, self.name, lambda record: self.of(record, hints))

    def context(self, source: Source) -> str:
        """Give when the file was last changed, how it writes dates, and the names of its columns if it has some."""
        look = Head.of(source.head())
        order = {None: "?", True: "d", False: "m"}[_times.day_first(look.text)]
        return (
            f"{_newest(source)} {order} {_csv.context(source) if look.columns and not self._fits(look, Line) else ''}"
        )

    def again(self, held: Held) -> Outcome | None:
        """Say what a record that is kept is."""
        newest, order, columns = (*held.context.split(" ", 2), "", "", "")[:3]
        hints = Hints(newest=int(newest or 0), day_first={"d": True, "m": False}.get(order))
        if columns:
            row = Held(held.raw, held.position, held.file, columns, held.rejected)
            return _csv.again(row, lambda found: self.of(found, hints))
        if held.raw[:1] == "{":
            return _json.again(held, lambda record: self.of(record, hints))
        return None if held.rejected in (_text.TOO_LARGE, _text.CUT_OFF) else self.of(held.raw, hints)

    def _fits(self, look: Head, kind: type[Signature]) -> bool:
        return any(isinstance(each, kind) and each.fits(look) for each in self.signatures)

    def _list(self, look: Head) -> str:
        """Give the list of a document that has the records; empty if the document is one itself."""
        keys = [each for each in self.signatures if isinstance(each, (Keys, Columns))]
        found = [each.path for each in look.objects if any(key.match(each.value) for key in keys)]
        return found[0].rpartition(".")[2] if found else ""

    def _members(self, source: Source, within: str, hints: Hints) -> Iterator[Record | FileWarning]:
        with _text.reader(source) as stream:
            number = 0
            for piece in _nested.Pieces(stream):
                if piece.name != within:
                    continue
                position = f"{within}[{number}]"
                number += 1
                raw = _text.cut(piece.data) if piece.reason else _text.decode(piece.data)
                value = piece.reason or _json.parse(piece.data)
                yield Record(raw, position, Rejected(value) if isinstance(value, str) else self.of(value, hints))
                if piece.reason:
                    yield FileWarning(source.name, self.name, piece.reason, position)

    def _rows(self, source: Source, hints: Hints) -> Iterator[Record | FileWarning]:
        number = 0
        try:
            for data in import_module("graphhunt.sources.parquet").rows(source.path):
                number += 1
                value = _json.parse(data)
                outcome = Rejected(value) if isinstance(value, str) else self.of(value, hints)
                yield Record(_text.decode(data), f"row {number}", outcome)
        except OSError:
            yield FileWarning(source.name, self.name, "the Parquet file is damaged", f"row {number + 1}")

    def _lines(self, source: Source, hints: Hints) -> Iterator[Record | FileWarning]:
        with _text.reader(source) as stream:
            for number, line in _text.lines(stream):
                position = f"line {number}"
                if len(line) > _text.LINE_MOST:
                    yield Record(_text.cut(line), position, Rejected(_text.TOO_LARGE))
                    yield FileWarning(source.name, self.name, _text.TOO_LARGE, position)
                    continue
                raw = _text.decode(line.rstrip(b"\r\n"))
                yield Record(raw, position, self.of(raw, hints))


def _newest(source: Source) -> int:
    return int(source.path.stat().st_mtime)
