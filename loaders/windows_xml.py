"""Windows events as XML text: saved by the Event Viewer, `wevtutil qe /f:xml`, EVTX dump tools, Splunk.

One `<Events>` document, events one after another without a root, or one a line behind a syslog header;
UTF-8, or UTF-16 with a byte order mark. Each `<Event>…</Event>` is cut out and parsed alone, so that one
damaged event costs no other, memory stays constant, and no declaration before it (document type, entities,
outside references) is ever read: an event that uses one is rejected.

Event time is `TimeCreated`; Sysmon's `UtcTime` comes first. `raw` is the event's text. Characters that XML
forbids, which Windows exports all the same, become U+FFFD in the values.

Known gaps: events in a prefixed namespace (`<e:Event>`), and encodings other than UTF-8 and UTF-16.

References:
    https://learn.microsoft.com/en-us/windows/win32/wes/eventschema-schema
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import Line

from . import _event_xml, _text, _windows
from ._record import Hints, Payload

_START = re.compile(rb"<Event[\s>]")
_SYSTEM = re.compile(rb"<System[\s>]")
_END = b"</Event>"
_CHUNK = 1024 * 1024
_NO_ID = Rejected("no Windows event id")
_NOT_XML = Rejected("not well-formed XML")
_NO_END = Rejected("an event without its end")
_NO_START = Rejected("an event without its start")
_CUT_OFF = Rejected(_text.CUT_OFF)
_TOO_LARGE = Rejected(_text.TOO_LARGE)
_PIECES = frozenset(piece.reason for piece in (_NO_END, _NO_START, _CUT_OFF, _TOO_LARGE))
_BYTE = re.compile(r"\\x[89a-f][0-9a-f]")
_SURE = 0.9
_BEHIND_A_HEADER = 0.5


class WindowsXmlLoader:
    """Reads Windows events from exported XML."""

    name = "windows_xml"
    text = True
    judges = True
    signatures = (Line(rb"<Event[\s>]"),)

    def of(self, record: Payload, hints: Hints) -> list[Fact] | Skipped | Rejected:
        """Say what an event that came inside another record is."""
        return _outcome(record) if isinstance(record, str) else _NOT_XML

    def sniff(self, head: bytes, name: str) -> float:
        """Look for an `Event` element with a `System` element after it."""
        start = _text.head_text(head)
        event = _START.search(start)
        if event is None or not _SYSTEM.search(start, event.start()):
            return 0.0
        if start[:1] in (b"{", b"["):
            return 0.0
        return _SURE if start[:1] == b"<" else _BEHIND_A_HEADER

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every event; one that isn't well-formed is rejected, the rest goes on."""
        with _text.reader(source) as stream:
            for number, (piece, reason) in enumerate(_pieces(stream), 1):
                position = f"record {number}"
                if reason is None:
                    text, guessed = _text.legible(piece)
                    yield Record(_text.decode(piece), position, _outcome(text))
                    if guessed:
                        yield FileWarning(source.name, self.name, _text.NOT_UTF8, position)
                    continue
                yield Record(_text.cut(piece), position, reason)
                if reason in (_CUT_OFF, _TOO_LARGE):
                    yield FileWarning(source.name, self.name, reason.reason, position)
        if b"<!DOCTYPE" in source.head():
            yield FileWarning(source.name, self.name, "the document type declaration was not read")

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        r"""Say what a record that is kept is; None for pieces, and for `\xNN`, which may be a byte that isn't UTF-8."""
        if held.rejected in _PIECES or _BYTE.search(held.raw):
            return None
        return _outcome(held.raw)


def _outcome(piece: str) -> list[Fact] | Skipped | Rejected:
    element = _event_xml.parse(piece)
    if element is None:
        return _NOT_XML
    event = _event_xml.event_of_element(element)
    return _NO_ID if event is None else _windows.outcome(event)


def _pieces(stream: _text.Reader) -> Iterator[tuple[bytes, Rejected | None]]:
    """Cut a stream into events in constant memory; a piece that is no whole event comes with its reason."""
    buffer, searched = b"", 0
    while chunk := stream.read(max(_CHUNK, len(buffer))):
        buffer += chunk
        start = 0
        while (end := buffer.find(_END, max(start, searched))) >= 0:
            yield from _split(buffer[start : end + len(_END)])
            start = end + len(_END)
        buffer = buffer[start:]
        searched = max(0, len(buffer) - len(_END))
        if len(buffer) > _text.LINE_MOST:
            yield buffer, _TOO_LARGE
            buffer, searched = buffer[-len(_END) :], 0
    if _START.search(buffer) or _SYSTEM.search(buffer):
        yield buffer, _CUT_OFF


def _split(piece: bytes) -> Iterator[tuple[bytes, Rejected | None]]:
    """Part what ends with an event's end into that event and what stands before it."""
    starts = [found.start() for found in _START.finditer(piece)]
    if not starts:
        yield piece, _NO_START
        return
    for start, end in pairwise(starts):
        yield piece[start:end], _TOO_LARGE if end - start > _text.LINE_MOST else _NO_END
    last = piece[starts[-1] :]
    yield last, _TOO_LARGE if len(last) > _text.LINE_MOST else None
