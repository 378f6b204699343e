"""Lists the members of ZIP and tar archives within limits, without trusting what they say of themselves."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

from graphhunt.errors import ArchiveError
from graphhunt.sources.archives.limits import Budget
from graphhunt.sources.archives.streams import DAMAGE

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_DIRECTORY_ENTRY = 46
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
_HEADER_BYTES = 256 * 1024


class Unpackable(Protocol):
    """A stream that gives what it has at once: what precedes a damage comes before the error."""

    def read1(self, size: int, /) -> bytes:
        """Read at most `size` bytes; none at the end."""


class Member(NamedTuple):
    """One member: its name, and a stream of its bytes or the reason why it is refused."""

    name: str
    stream: Unpackable | None
    refused: str = ""


def zip_members(path: Path, budget: Budget) -> Iterator[Member]:
    """List the files of a ZIP archive by name.

    Raises:
        ArchiveError: There are too many, or the directory is damaged.
    """
    _check_directory(path, budget)
    try:
        with zipfile.ZipFile(path) as archive:
            for info in sorted(archive.infolist(), key=lambda i: (i.filename, i.header_offset)):
                if not info.is_dir():
                    yield from _zip_member(archive, info)
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError) as error:
        raise ArchiveError(f"the archive is damaged: {error}", where=budget.where) from error


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Member]:
    kind = info.external_attr >> 28
    if info.flag_bits & 1:
        yield Member(info.filename, None, "the member is encrypted; unpack it with its password first")
    elif info.compress_type not in _METHODS:
        yield Member(info.filename, None, f"compression method {info.compress_type} isn't supported")
    elif info.create_system == 3 and kind not in (0, 8):
        yield Member(info.filename, None, "the member is a link or a device")
    else:
        try:
            stream = archive.open(info)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            yield Member(info.filename, None, f"the member is damaged: {error}")
            return
        with stream:
            yield Member(info.filename, cast("Unpackable", stream))


def _check_directory(path: Path, budget: Budget) -> None:
    """Count the directory's entries before `zipfile` makes an object of each."""
    with path.open("rb", buffering=1 << 20) as stream:
        place, size = _directory(stream, budget.where)
        stream.seek(max(0, place))
        count, read = 0, 0
        while read + _DIRECTORY_ENTRY <= size:
            header = stream.read(_DIRECTORY_ENTRY)
            if len(header) < _DIRECTORY_ENTRY or header[:4] != b"PK\x01\x02":
                break
            tail = sum(struct.unpack_from("<3H", header, 28))
            stream.read(tail)
            read += _DIRECTORY_ENTRY + tail
            count += 1
            budget.check_files(count)


def _directory(stream: BinaryIO, where: str) -> tuple[int, int]:
    """Find the central directory: (place, size)."""
    length = stream.seek(0, io.SEEK_END)
    start = max(0, length - _END.size - 65535)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise ArchiveError("the archive is cut off or damaged: it has no directory", where=where)
    end = start + at
    size = _END.unpack_from(tail, at)[5]
    locator = end - _LOCATOR64.size
    if locator < _END64.size:
        return end - size, size
    stream.seek(locator)
    if stream.read(4) != b"PK\x06\x07":
        return end - size, size
    stream.seek(locator - _END64.size)
    fields: tuple[Any, ...] = _END64.unpack(stream.read(_END64.size))
    size = fields[8]
    return locator - _END64.size - size, size


class _Forward:
    """A forward-only file for `tarfile` that refuses endless headers."""

    def __init__(self, stream: io.BufferedReader, where: str) -> None:
        self._stream = stream
        self._where = where
        self._at = 0
        self._last = b""
        self._error: Exception | None = None
        self.header_left = _HEADER_BYTES
        self.in_header = True

    def ended_well(self) -> bool:
        """Tell whether the last header read was the empty block that ends an archive."""
        return len(self._last) == tarfile.BLOCKSIZE and not any(self._last)

    def tell(self) -> int:
        return self._at

    def seek(self, place: int, whence: int = 0) -> int:
        if whence or place < self._at:
            raise OSError("a tar stream can only be read forwards")
        while self._at < place:
            data = self._read_whole(min(1 << 20, place - self._at))
            if not data:
                break
            self._at += len(data)
        return self._at

    def read(self, size: int = -1) -> bytes:
        if self.in_header:
            self.header_left -= size if size >= 0 else _HEADER_BYTES
            if self.header_left < 0:
                raise ArchiveError("the archive has an endless header", where=self._where)
        data = self._last = self._read_whole(size)
        self._at += len(data)
        return data

    def _read_whole(self, size: int) -> bytes:
        """Read all of it, or up to a damage, which is raised by the next reading."""
        parts: list[bytes] = []
        while size and self._error is None:
            try:
                data = self._stream.read1(size)
            except DAMAGE as error:
                self._error = error
                break
            if not data:
                break
            parts.append(data)
            size -= len(data)
        if self._error and not parts:
            raise self._error
        return b"".join(parts)


def tar_members(stream: io.BufferedReader, budget: Budget) -> Iterator[Member]:
    """List the files of a tar stream, in its order.

    Raises:
        ArchiveError: The archive is damaged.
    """
    forward = _Forward(stream, budget.where)
    try:
        with tarfile.open(fileobj=forward, mode="r:", errorlevel=1) as archive:  # type: ignore[call-overload]
            while True:
                forward.in_header, forward.header_left = True, _HEADER_BYTES
                info = archive.next()
                if info is None:
                    break
                archive.members.clear()
                forward.in_header = False
                yield from _tar_member(archive, info, budget)
    except (tarfile.TarError, RecursionError, *DAMAGE) as error:
        raise ArchiveError(f"the archive is damaged: {error}", where=budget.where) from error
    if not forward.ended_well():
        raise ArchiveError("the archive is cut off or damaged: its end is missing", where=budget.where)


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Iterator[Member]:
    if info.isdir():
        budget.take_file()
    elif info.issparse():
        yield Member(info.name, None, "the member is a sparse file")
    elif info.isreg():
        yield Member(info.name, cast("Unpackable", archive.extractfile(info)))
    else:
        yield Member(info.name, None, "the member is a link or a device")
