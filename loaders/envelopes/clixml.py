"""Events of PowerShell's Get-WinEvent as Export-Clixml writes them: the members of an event record by name.

Each `<Obj>` at the top is cut out and parsed alone, as events of XML exports are; what stands for an object that was
written before (`<Ref>`) is nothing.

Known gaps: what `<Ref>` points to.

References:
    https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-psrp/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from graphhunt.model import FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import Line

from .. import _event_xml, _text
from .._record import Hints, Outcome, Payload
from ._envelope import Envelope, Inner
from .get_winevent import of_record

_TAG = re.compile(rb"<(/?)Obj(?=[\s>])[^>]*?(/?)>")
_CHUNK = 1024 * 1024
_NOT_XML = Rejected("not well-formed XML")
_CUT_OFF = Rejected(_text.CUT_OFF)
_TOO_LARGE = Rejected(_text.TOO_LARGE)
_NOT_EVENT = Skipped("clixml: an object that is no event")


class ClixmlEnvelope(Envelope):
    """Reads event records that PowerShell exported."""

    name = "clixml"
    signatures = (
        Line(rb"<Objs [^>]*schemas\.microsoft\.com/powershell/2004/04", weight=4),
        Line(rb"#< CLIXML", weight=4),
    )

    def by_line(self, head: bytes) -> bool:
        """Objects have several lines: no."""
        return False

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give an object's event."""
        if not isinstance(record, str):
            return _NOT_XML
        element = _event_xml.parse(record)
        if element is None:
            return _NOT_XML
        members = _members(element)
        return of_record(members, hints) if "Properties" in members and "Id" in members else _NOT_EVENT

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every object; one that isn't well-formed is rejected, the rest goes on."""
        hints = Hints(newest=int(source.path.stat().st_mtime))
        with _text.reader(source) as stream:
            for number, (piece, damage) in enumerate(_objects(stream), 1):
                position = f"object {number}"
                text = _text.cut(piece) if damage else _text.decode(piece)
                yield Record(text, position, damage or self.of(text, hints))
                if damage:
                    yield FileWarning(source.name, self.name, damage.reason, position)

    def again(self, held: Held) -> Outcome | None:
        """Say what an object that is kept is."""
        return None if held.rejected in (_CUT_OFF.reason, _TOO_LARGE.reason) else self.of(held.raw, Hints())


def _objects(stream: _text.Reader) -> Iterator[tuple[bytes, Rejected | None]]:
    """Cut a stream into its outermost objects, in constant memory."""
    buffer, at, start, depth = b"", 0, 0, 0
    while chunk := stream.read(max(_CHUNK, len(buffer))):
        buffer += chunk
        for tag in _TAG.finditer(buffer, at):
            at = tag.end()
            if tag[1]:
                depth = max(depth - 1, 0)
                if depth == 0:
                    yield buffer[start:at], None
                    start = at
            elif not tag[2]:
                start = tag.start() if depth == 0 else start
                depth += 1
        keep = start if depth else max(at, len(buffer) - _text.KEPT_OF_LONG)
        if len(buffer) - keep > _text.LINE_MOST:
            yield buffer[keep:], _TOO_LARGE
            buffer, at, start, depth = b"", 0, 0, 0
            continue
        # A tag that is cut through is looked at again.
        open_tag = buffer.rfind(b"<", at)
        buffer, at = buffer[keep:], max((open_tag if open_tag >= 0 else len(buffer)) - keep, 0)
        start = 0
    if depth:
        yield buffer, _CUT_OFF


def _members(element: Element) -> dict[str, Any]:
    """Read the named members of an object."""
    props = next((child for child in element if _local(child) in ("Props", "MS")), None)
    found = {} if props is None else {child.get("N", ""): _value(child) for child in props}
    return {name: value for name, value in found.items() if name}


def _value(element: Element) -> Any:
    kind = _local(element)
    if kind in ("Nil", "Ref"):
        return None
    if kind != "Obj":
        return element.text
    listed = next((child for child in element if _local(child) in ("LST", "IE", "STK", "QUE")), None)
    if listed is not None:
        return [_value(child) for child in listed]
    members = _members(element)
    if members:
        return members
    shown = next((child for child in element if _local(child) == "ToString"), None)
    return None if shown is None else {"Value": shown.text}


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
