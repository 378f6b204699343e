"""Files of binary records of one size each, which Linux keeps of logons (wtmp, btmp, lastlog).

Such a file has no mark. It is told by its first records: each of their fields has to be what it may be, texts end with
zero bytes, and some times have to be of this age. How records are laid out differs between architectures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from struct import Struct
from typing import Any, NamedTuple

import orjson

from graphhunt.model import FileWarning, Record, Rejected
from graphhunt.sources.loading import Held, Source

from . import _json, _text
from ._record import Outcome

LOOKED_AT = 16
EARLIEST, LATEST = 631_152_000, 4_102_444_800
"""1990 and 2100: between them lie the times of a log, seconds since 1970."""

CUT_OFF = Rejected(_text.CUT_OFF)
_READ_AT_ONCE = 512
_ADDRESS = 16
"""Bytes of an address; no text has so many."""


class Layout(NamedTuple):
    """How the records of an architecture are laid out.

    Attributes:
        form: The fields, with their byte order.
        names: Their names.
    """

    form: Struct
    names: tuple[str, ...]

    def fields(self, data: bytes) -> dict[str, Any]:
        """Read one record; texts end at their first zero byte."""
        values = self.form.unpack(data)
        return {
            name: _shown(value) if isinstance(value, bytes) else value
            for name, value in zip(self.names, values, strict=True)
        }


Judge = Callable[[Layout, bytes], bool]
"""Tells whether bytes may be a record of a layout."""


def layout_of(head: bytes, layouts: tuple[Layout, ...], judge: Judge) -> Layout | None:
    """Find the layout that the first records have; None if they have none of them, or are all empty."""
    return next((layout for layout in layouts if _share(head, layout, judge) == 1), None)


def closest(head: bytes, layouts: tuple[Layout, ...], judge: Judge) -> Layout:
    """Find the layout that most of the first records have, of a file that may be damaged."""
    return max(layouts, key=lambda layout: _share(head, layout, judge))


def _share(head: bytes, layout: Layout, judge: Judge) -> float:
    size = layout.form.size
    pieces = (head[at : at + size] for at in range(0, len(head) - size + 1, size))
    told = list(islice((data for data in pieces if data.strip(b"\0")), LOOKED_AT))
    return sum(judge(layout, data) for data in told) / len(told) if told else 0.0


def records(
    source: Source, layout: Layout, name: str, outcome: Callable[[dict[str, Any]], Outcome]
) -> Iterator[Record | FileWarning]:
    """Yield every record that isn't empty, as JSON of its fields.

    Args:
        source: What is read.
        layout: Of its records.
        name: The loader's.
        outcome: Says what a record is, by its fields; `number` is its place in the file.
    """
    size, number = layout.form.size, 0
    with source.open() as stream:
        while data := stream.read(size * _READ_AT_ONCE):
            for at in range(0, len(data), size):
                piece, position = data[at : at + size], f"offset {number * size:#x}"
                number += 1
                if not piece.strip(b"\0"):
                    continue
                if len(piece) < size:
                    yield Record(piece.hex(), position, CUT_OFF)
                    yield FileWarning(source.name, name, _text.CUT_OFF, position)
                    continue
                fields = {"number": number - 1, **layout.fields(piece)}
                yield Record(orjson.dumps(fields).decode(), position, outcome(fields))


def again(held: Held, outcome: Callable[[dict[str, Any]], Outcome]) -> Outcome | None:
    """Say what a record that is kept is."""
    fields = _json.parse(_text.encoded(held.raw))
    return outcome(fields) if isinstance(fields, dict) else None


def is_text(data: bytes) -> bool:
    """Tell whether a field may be a text of the system's own."""
    return data.partition(b"\0")[0].isascii() and not any(byte < 0x20 for byte in data.partition(b"\0")[0])


def _shown(data: bytes) -> str:
    """Give a text, or in hexadecimal what is none: addresses."""
    return data.hex() if len(data) == _ADDRESS else _text.decode(data.partition(b"\0")[0])
