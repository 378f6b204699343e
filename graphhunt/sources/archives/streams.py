"""Compressed streams that are metered while they unpack, with bounded memory."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import zstandard

from graphhunt.sources.archives.limits import Budget

_MEMORY = 128 * 1024 * 1024
_CHUNK = 256 * 1024
_READ = 64 * 1024
_PIECE = 1024
_PADDING = b"\0\r\n \t"

_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"MSCF\x00\x00\x00\x00", "cab"),
)

SUFFIXES = {
    ".zip": "zip",
    ".tar": "tar",
    ".tgz": "gz",
    ".gz": "gz",
    ".bz2": "bz2",
    ".tbz2": "bz2",
    ".xz": "xz",
    ".txz": "xz",
    ".zst": "zst",
    ".tzst": "zst",
}
"""The kind of archive that a name promises."""

_DOCUMENTS = {".xlsx", ".docx", ".pptx", ".ods", ".odt", ".jar", ".apk", ".whl"}
_INNER = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}

DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, ValueError)
"""What the decompressors raise for damaged data."""


def kind_of(head: bytes, name: str) -> str | None:
    """Tell the kind of archive by its first bytes; None for anything else.

    Office documents and the like are ZIP files too, but no archives of evidence.
    """
    suffix = Path(name).suffix.lower()
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return None if kind == "zip" and suffix in _DOCUMENTS else kind
    return "tar" if is_tar(head, name) else None


def is_tar(head: bytes, name: str) -> bool:
    """Tell whether a stream is a tar file; old ones without a mark are told by their name and checksum."""
    if head[257:262] == b"ustar":
        return True
    return Path(name).suffix.lower() == ".tar" and len(head) >= 512 and _checksum_fits(head[:512])


def _checksum_fits(header: bytes) -> bool:
    try:
        stated = int(header[148:156].rstrip(b"\0 ").strip() or b"x", 8)
    except ValueError:
        return False
    return stated == sum(header[:148]) + 8 * 32 + sum(header[156:])


def inner_name(name: str) -> str:
    """Give the name of what is inside a compressed file: `conn.log.gz` holds `conn.log`."""
    path = Path(name)
    suffix = path.suffix.lower()
    return path.stem + _INNER.get(suffix, "") if suffix in SUFFIXES else path.name


def open_compressed(path: Path, kind: str, budget: Budget) -> io.BufferedReader:
    """Open a compressed file for reading what is inside, counted against the budget while it is read.

    What was whole before a damage is given before the damage is raised, if read with `read1`.
    """
    return io.BufferedReader(_Unpacked(path.open("rb"), _DECODERS[kind], budget), _CHUNK)


class _Decoder(Protocol):
    """What all decompressors here have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """One member of a gzip file."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)
        self._drained = True

    @property
    def needs_input(self) -> bool:
        return self._drained

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        self._drained = not self._zlib.unconsumed_tail and len(out) < max_length
        return out


class _Zstd:
    """One frame of a zstd file.

    Its decoder has no limit on the output of one call, so it is fed in pieces that give 32 MiB at most.
    """

    def __init__(self) -> None:
        self._zstd = zstandard.ZstdDecompressor(max_window_size=_MEMORY).decompressobj()
        self._input = b""
        self._output = b""

    @property
    def eof(self) -> bool:
        return self._zstd.eof and not self._output

    @property
    def unused_data(self) -> bytes:
        return self._zstd.unused_data + self._input

    @property
    def needs_input(self) -> bool:
        return not self._input and not self._output

    def decompress(self, data: bytes, max_length: int) -> bytes:
        self._input += data
        while not self._output and self._input and not self._zstd.eof:
            piece, self._input = self._input[:_PIECE], self._input[_PIECE:]
            self._output = self._zstd.decompress(piece)
        out, self._output = self._output[:max_length], self._output[max_length:]
        return out


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gz": _Gzip,
    "zst": _Zstd,
    "bz2": cast("Callable[[], _Decoder]", bz2.BZ2Decompressor),
    "xz": lambda: cast("_Decoder", lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY)),
}


class _Unpacked(io.RawIOBase):
    """Reads the members of a compressed file one after the other."""

    def __init__(self, raw: BinaryIO, new: Callable[[], _Decoder], budget: Budget) -> None:
        super().__init__()
        self._raw = raw
        self._new = new
        self._decoder = new()
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._next(len(buffer))
        self._budget.take(len(data))
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        while True:
            if self._decoder.eof:
                rest = self._after_end()
                if not rest:
                    return b""
                self._decoder = self._new()
            else:
                rest = self._raw.read(_READ) if self._decoder.needs_input else b""
                if not rest and self._decoder.needs_input:
                    raise EOFError("it ends in the middle of the compressed data")
            if data := self._decoder.decompress(rest, size):
                return data

    def _after_end(self) -> bytes:
        """Give what follows a member, without padding."""
        rest = self._decoder.unused_data.lstrip(_PADDING)
        while not rest and (block := self._raw.read(_READ)):
            rest = block.lstrip(_PADDING)
        return rest

    def close(self) -> None:
        self._raw.close()
        super().close()
