"""Binary Windows event logs (EVTX), of Windows Vista and later.

A chunk is read only after its checksums were compared. Sound chunks come first, in the file's order; chunks
that fail (damaged, truncated, or copied from a running machine) come last, as a damaged one may make the
native parser loop: then the worker that this loader runs in is killed, and only they are lost. Their records
carry `recovered` in their position. A record that the parser can't read is rejected with its bytes in
hexadecimal.

`raw` is the parser's JSON of the event (`{"Event": {"System": …}}`), which keeps every field. Event time is
`TimeCreated`; Sysmon's `UtcTime` comes first. Which event becomes which
fact: docs/windows-events.md.

Known gaps: EVT files of Windows XP and 2003 are another format. Rendered messages aren't part of EVTX.

References:
    https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc
    https://github.com/omerbenamram/evtx
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from graphhunt.errors import LoadError
from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _event_xml, _json, _text, _windows
from . import _evtx_chunk as layout
from . import _values as v

_DAMAGED = Rejected("damaged binary XML")
_NO_ID = Rejected("no Windows event id")
_SPARE_STEPS = 64


class EvtxLoader:
    """Reads binary Windows event logs, chunk by chunk."""

    name = "evtx"
    magic = ((0, layout.FILE_MAGIC), (0, layout.CHUNK_MAGIC), (layout.HEADER_SIZE, layout.CHUNK_MAGIC))

    def sniff(self, head: bytes, name: str) -> float:
        """Compare the magic number of the file or, where its header is lost, of a first chunk."""
        if head.startswith(layout.FILE_MAGIC):
            return 1.0
        return 0.8 if any(head.startswith(mark, offset) for offset, mark in self.magic) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every record of the sound chunks, then what can be recovered from the others.

        Raises:
            LoadError: It is no EVTX file.
        """
        damaged: list[int] = []
        yield from self._header(source)
        for offset, data in _chunks(source):
            if not data.strip(b"\0"):
                continue
            if layout.is_sound(data):
                yield from _records(layout.chunk(data))
            else:
                damaged.append(offset)
        for offset in damaged:
            yield from self._recover(source, offset)

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a record that is kept is; one that the parser couldn't read stays rejected."""
        value = _json.parse(_text.encoded(held.raw)) if held.rejected != _DAMAGED.reason else ""
        return None if isinstance(value, str) else _told(value, "")

    def _header(self, source: Source) -> Iterator[FileWarning]:
        head = source.head()
        if not head:
            yield FileWarning(source.name, self.name, "the file is empty")
        elif self.sniff(head, source.name) == 0:
            raise LoadError("not an EVTX file", where=source.name)
        elif not head.startswith(layout.FILE_MAGIC):
            yield FileWarning(source.name, self.name, "the file header is damaged")
        elif len(head) <= layout.HEADER_SIZE:
            yield FileWarning(source.name, self.name, "the file ends before its first chunk")

    def _recover(self, source: Source, offset: int) -> Iterator[Record | FileWarning]:
        with source.open() as stream:
            stream.seek(offset)
            data = stream.read(layout.CHUNK_SIZE)
        chunk = layout.chunk(data)
        cut_off = len(data) < layout.CHUNK_SIZE
        reason = "the file ends inside a chunk" if cut_off else "a chunk failed its checksum"
        position = f"offset {offset:#x}"
        yield FileWarning(source.name, self.name, f"{reason}; its records are recovered as far as possible", position)
        for start, size in chunk.gaps:
            place = f"offset {offset + start:#x} to {offset + start + size:#x}"
            yield FileWarning(source.name, self.name, "bytes that are no record", place)
        yield from _records(chunk)


def _chunks(source: Source) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, data) of every chunk; a file that lost its header starts with one."""
    with source.open() as stream:
        offset = 0 if stream.read(8) == layout.CHUNK_MAGIC else layout.HEADER_SIZE
        stream.seek(offset)
        while data := stream.read(layout.CHUNK_SIZE):
            yield offset, data
            offset += len(data)


def _records(chunk: layout.Chunk) -> Iterator[Record]:
    """Yield the chunk's records, and as rejected those that the parser didn't give."""
    mark = "" if chunk.sound else " (recovered)"
    missing = Counter(record.number for record in chunk.records)
    for parsed in _parse(chunk.data, len(chunk.records) + len(chunk.gaps)):
        number = parsed["event_record_id"]
        if missing[number] <= 0:
            # A gap that was dressed as a record: its bytes were warned about.
            continue
        missing[number] -= 1
        yield Record(parsed["data"], f"record {number}{mark}", _outcome(parsed))
    for record in chunk.records:
        if missing[record.number] > 0:
            missing[record.number] -= 1
            data = chunk.data[record.offset : record.offset + record.size]
            yield Record(data.hex(), f"record {record.number}{mark}", _DAMAGED)


def _parse(data: bytes, stored: int) -> Iterator[dict[str, Any]]:
    """Let the native parser read one chunk; it goes on after a record that it refuses.

    It is stopped after as many steps as there are records, so that no error can repeat for ever.
    """
    # Imported here, as listing loaders must not load a native library.
    from evtx import PyEvtxParser

    try:
        parser = PyEvtxParser(io.BytesIO(layout.file_header() + data), number_of_threads=1)
        records = parser.records_json()
    except (OSError, RuntimeError, ValueError):
        return
    for _ in range(stored + _SPARE_STEPS):
        try:
            parsed = next(records, None)
        except (OSError, RuntimeError, ValueError):
            continue
        if parsed is None:
            return
        yield parsed


def _outcome(parsed: dict[str, Any]) -> list[Fact] | Skipped | Rejected:
    value = _json.parse(parsed["data"].encode("utf-8", "surrogatepass"))
    return _told(value if isinstance(value, dict) else {}, str(parsed["timestamp"]))


def _told(value: dict[str, Any], timestamp: str) -> list[Fact] | Skipped | Rejected:
    tree = value.get("Event")
    event = _event_xml.event_of_tree(tree) if isinstance(tree, dict) else None
    if event is None:
        return _NO_ID
    if event.time is None:
        written = v.micros(timestamp.removesuffix(" UTC"))
        event.time = written[0] if written else None
    return _windows.outcome(event)
