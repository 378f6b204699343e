"""Write small EVTX files from XML text, for tests: plain binary XML without templates, true checksums."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

CHUNK = 65536
_START = 512


class _Body:
    """Binary XML of one record; offsets in it count from the chunk's start."""

    def __init__(self, offset: int) -> None:
        self.data = bytearray(b"\x0f\x01\x01\x00")
        self.offset = offset

    def name(self, text: str) -> None:
        """Write a name in place: its own offset, then the name structure."""
        here = self.offset + len(self.data) + 4
        checksum = 0
        for letter in text:
            checksum = (checksum * 65599 + ord(letter)) & 0xFFFFFFFF
        encoded = text.encode("utf-16-le")
        self.data += struct.pack("<IIHH", here, 0, checksum & 0xFFFF, len(text)) + encoded + b"\0\0"

    def value(self, text: str) -> None:
        encoded = text.encode("utf-16-le", "surrogatepass")
        self.data += struct.pack("<BBH", 0x05, 0x01, len(encoded) // 2) + encoded

    def element(self, node: ET.Element) -> None:
        tag = str(node.tag).rpartition("}")[2]
        self.data.append(0x41 if node.attrib else 0x01)
        size_at = len(self.data)
        self.data += bytes(4)
        self.name(tag)
        if node.attrib:
            self.attributes(list(node.attrib.items()))
        if node.text or len(node):
            self.data += b"\x02"
            if node.text and node.text.strip():
                self.value(node.text)
            for child in node:
                self.element(child)
            self.data += b"\x04"
        else:
            self.data += b"\x03"
        struct.pack_into("<I", self.data, size_at, len(self.data) - size_at - 4)

    def attributes(self, pairs: Sequence[tuple[str, str]]) -> None:
        size_at = len(self.data)
        self.data += bytes(4)
        for index, (name, text) in enumerate(pairs):
            self.data += bytes([0x06 if index == len(pairs) - 1 else 0x46])
            self.name(name)
            self.value(text)
        struct.pack_into("<I", self.data, size_at, len(self.data) - size_at - 4)


def record(number: int, xml: str, offset: int) -> bytes:
    """Write one record that stands at `offset` of its chunk."""
    body = _Body(offset + 24)
    body.element(ET.fromstring(xml))
    body.data += b"\0"
    size = 24 + len(body.data) + 4
    filetime = int((datetime(2026, 3, 2, tzinfo=UTC).timestamp() + 11644473600) * 10**7)
    return struct.pack("<4sIQQ", b"**\0\0", size, number, filetime) + bytes(body.data) + struct.pack("<I", size)


def chunk(first: int, events: Sequence[str]) -> bytes:
    """Write one chunk; the events must fit."""
    data = bytearray(_START)
    last = _START
    for number, xml in enumerate(events, first):
        last = len(data)
        data += record(number, xml, last)
    free, end = len(data), first + len(events) - 1
    data[:8] = b"ElfChnk\0"
    struct.pack_into("<QQQQIIII", data, 8, first, end, first, end, 128, last, free, zlib.crc32(data[_START:free]))
    struct.pack_into("<I", data, 124, zlib.crc32(data[128:_START], zlib.crc32(data[:120])))
    return bytes(data).ljust(CHUNK, b"\0")


def evtx(chunks: Sequence[Sequence[str]]) -> bytes:
    """Write a whole file: one inner list of event XML per chunk."""
    parts, first = [], 1
    for events in chunks:
        parts.append(chunk(first, events))
        first += len(events)
    head = struct.pack("<8sQQQIHHHH", b"ElfFile\0", 0, max(len(parts) - 1, 0), first, 128, 1, 3, 4096, len(parts))
    head = head.ljust(120, b"\0") + bytes(4)
    return (head[:124] + struct.pack("<I", zlib.crc32(head[:120]))).ljust(4096, b"\0") + b"".join(parts)
