"""The journal of systemd in its export format (`journalctl -o export`): a field a line, an empty line between entries.

A value that isn't one line of text stands as its length (64 bits, little-endian) and its bytes. What is kept of an
entry is its fields as a JSON object, with bytes that aren't UTF-8 written as in every other text.

Known gaps: entries that are compressed.

References:
    https://systemd.io/JOURNAL_EXPORT_FORMATS/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from graphhunt.model import FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Source
from graphhunt.sources.recognition import Line

from .. import _text
from .._record import Hints, Payload
from ._envelope import Envelope, Inner
from .journald import entry

_LENGTH = 8
_FIELD_MOST = 1024
_CUT_OFF = Rejected(_text.CUT_OFF)
_NO_FIELD = Rejected("a line that is no field")
_TOO_LARGE = Rejected(_text.TOO_LARGE)


class JournaldExportEnvelope(Envelope):
    """Reads entries of an exported journal."""

    name = "journald_export"
    signatures = (Line(rb"__(?:CURSOR|REALTIME_TIMESTAMP)=[^\n]*\n(?:[A-Z_]+[=\n])", weight=4),)

    def by_line(self, head: bytes) -> bool:
        """Entries have several lines: no."""
        return False

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give an entry's message."""
        return entry(record, hints) if isinstance(record, dict) else _NO_FIELD

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every entry; a line that is no field ends its entry, which is rejected."""
        hints = Hints(newest=int(source.path.stat().st_mtime))
        with source.open() as stream:
            number = 0
            while True:
                fields, damage, ended = _entry(stream)
                if fields or damage:
                    number += 1
                    position = f"entry {number}"
                    yield Record(_kept(fields), position, damage or self.of(fields, hints))
                    if damage in (_CUT_OFF, _TOO_LARGE):
                        yield FileWarning(source.name, self.name, damage.reason, position)
                if ended:
                    return


def _kept(fields: dict[str, Any]) -> str:
    return orjson.dumps(fields).decode()


def _entry(stream: _text.Reader) -> tuple[dict[str, Any], Rejected | None, bool]:
    """Read one entry: its fields, what is wrong with it, and whether the stream has ended."""
    fields: dict[str, Any] = {}
    damage: Rejected | None = None
    while line := stream.readline(_text.LINE_MOST + 1):
        if line == b"\n":
            return fields, damage, False
        if len(line) > _text.LINE_MOST:
            _text.skip_rest(stream)
            damage = _TOO_LARGE
            continue
        name, mark, value = line.partition(b"=")
        if mark:
            _add(fields, name, value.rstrip(b"\n"))
        elif len(line) <= _FIELD_MOST and line.strip().replace(b"_", b"").isalnum():
            size = int.from_bytes(stream.read(_LENGTH), "little")
            if size > _text.LINE_MOST:
                return fields, _TOO_LARGE, False
            data = stream.read(size + 1)
            if len(data) <= size:
                return fields, _CUT_OFF, True
            _add(fields, line.rstrip(b"\n"), data[:size])
        else:
            damage = damage or _NO_FIELD
    return fields, damage, True


def _add(fields: dict[str, Any], name: bytes, value: bytes) -> None:
    """Keep a field; one that stands there several times is a list."""
    key, text = _text.decode(name), _text.decode(value)
    if key not in fields:
        fields[key] = text
    elif isinstance(fields[key], list):
        fields[key].append(text)
    else:
        fields[key] = [fields[key], text]
