"""The outer layout of EVTX files: header, chunks, records, checksums. The binary XML is the parser's.

A file is a 4 KiB header and chunks of 64 KiB. A chunk holds whole records and everything they refer to, so
that each can be read on its own, whatever happened to the rest of the file.

References:
    https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

FILE_MAGIC = b"ElfFile\0"
CHUNK_MAGIC = b"ElfChnk\0"
HEADER_SIZE = 4096
CHUNK_SIZE = 65536
_CHUNK_HEADER = 512
_RECORD_MAGIC = b"**\0\0"
_RECORD_LEAST = 28
_NUMBERS = struct.Struct("<QQQQIIII")  # first and last record number and id, header size, last record, free, checksum
_RECORD = struct.Struct("<4sIQ")
_SIZE = struct.Struct("<I")
_FILE_HEADER = struct.Struct("<8sQQQIHHHH")


class Stored(NamedTuple):
    """One record's place in its chunk; `number` is its EventRecordID."""

    offset: int
    size: int
    number: int


class Chunk(NamedTuple):
    """One chunk, ready for the parser.

    Attributes:
        data: 64 KiB, repaired where its own numbers were wrong.
        records: The records whose size is stated twice alike.
        gaps: (offset, size) of bytes between them that are no records.
        sound: True if both checksums hold.
    """

    data: bytes
    records: list[Stored]
    gaps: list[tuple[int, int]]
    sound: bool


def file_header() -> bytes:
    """Make the header of a file with one chunk."""
    start = _FILE_HEADER.pack(FILE_MAGIC, 0, 0, 2, 128, 1, 3, HEADER_SIZE, 1).ljust(120, b"\0")
    return (start + bytes(4) + _SIZE.pack(zlib.crc32(start))).ljust(HEADER_SIZE, b"\0")


def is_sound(data: bytes) -> bool:
    """Check both checksums of a chunk."""
    if not data.startswith(CHUNK_MAGIC) or len(data) != CHUNK_SIZE:
        return False
    free = _NUMBERS.unpack_from(data, 8)[6]
    if not _CHUNK_HEADER <= free <= CHUNK_SIZE:
        return False
    stated = (_SIZE.unpack_from(data, 52)[0], _SIZE.unpack_from(data, 124)[0])
    return stated == (zlib.crc32(data[_CHUNK_HEADER:free]), _header_checksum(data))


def _header_checksum(data: bytes) -> int:
    return zlib.crc32(data[128:_CHUNK_HEADER], zlib.crc32(data[:120]))


def chunk(data: bytes) -> Chunk:
    """Read a chunk's layout, and repair it where that lets the parser go on past damage."""
    sound = is_sound(data)
    whole = data.ljust(CHUNK_SIZE, b"\0")
    records, gaps = _walk(whole, _NUMBERS.unpack_from(whole, 8)[6] if sound else CHUNK_SIZE)
    return Chunk(whole if sound else _repair(whole, records, gaps), records, gaps, sound)


def _walk(data: bytes, end: int) -> tuple[list[Stored], list[tuple[int, int]]]:
    """List the records from the first on, leaping over what is none to the next one."""
    records: list[Stored] = []
    gaps: list[tuple[int, int]] = []
    at = _CHUNK_HEADER
    while at < end:
        found = _next_record(data, at, end)
        start = found.offset if found else end
        if data[at:start].strip(b"\0"):
            gaps.append((at, len(data[at:start].rstrip(b"\0")) if found is None else start - at))
        if found is None:
            break
        records.append(found)
        at = start + found.size
    return records, gaps


def _next_record(data: bytes, at: int, end: int) -> Stored | None:
    while (at := data.find(_RECORD_MAGIC, at, end)) >= 0 and at + _RECORD_LEAST <= end:
        _, size, number = _RECORD.unpack_from(data, at)
        last = at + size - 4
        if size >= _RECORD_LEAST and last + 4 <= end and _SIZE.unpack_from(data, last)[0] == size:
            return Stored(at, size, number)
        at += 4
    return None


def _repair(data: bytes, records: list[Stored], gaps: list[tuple[int, int]]) -> bytes:
    """Turn gaps into records (which the parser refuses one by one) and state the header's numbers anew."""
    if not records:
        return data
    fixed = bytearray(data)
    for offset, size in gaps:
        if size >= _RECORD_LEAST and offset < records[-1].offset:
            fixed[offset : offset + 8] = _RECORD_MAGIC + _SIZE.pack(size)
            fixed[offset + size - 4 : offset + size] = _SIZE.pack(size)
    first, last = records[0].number, records[-1].number
    free = records[-1].offset + records[-1].size
    checksum = zlib.crc32(fixed[_CHUNK_HEADER:free])
    fixed[:8] = CHUNK_MAGIC
    _NUMBERS.pack_into(fixed, 8, first, last, first, last, 128, records[-1].offset, free, checksum)
    _SIZE.pack_into(fixed, 124, _header_checksum(bytes(fixed)))
    return bytes(fixed)
