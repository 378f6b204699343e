"""Opens zip, gzip and tar given as bytes, in memory and within limits; what can't be opened gives nothing."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 16_000_000
"""Bytes unpacked out of one archive at most; the rest is left out."""

MAX_MEMBERS = 200
"""Members read out of one archive at most."""

Items = dict[str, bytes]


def archive_items(binary: bytes) -> tuple[str, Items]:
    """Name the kind of an archive (zip, gzip, tar; unknown for none) and give its members."""
    if binary.startswith(b"\x1f\x8b"):
        return "gzip", gzip_items(binary)
    if b"PK\x05\x06" in binary[-66_000:] and binary.startswith(b"PK"):
        return "zip", zip_items(binary)
    if binary[257:262] == b"ustar":
        return "tar", tar_items(binary)
    return "unknown", {}


def gzip_items(binary: bytes) -> Items:
    """Give the content of a gzip as far as it goes; a tar inside gives its members."""
    machine = zlib.decompressobj(wbits=31)
    try:
        content = machine.decompress(binary, MAX_BYTES)
    except zlib.error:
        return {}
    if content[257:262] == b"ustar":
        return tar_items(content)
    return {"gzip_file": content} if content else {}


def zip_items(binary: bytes) -> Items:
    """Give the members of a zip; locked and damaged ones are left out."""
    found: Items = {}
    try:
        with zipfile.ZipFile(io.BytesIO(binary)) as archive:
            for info in archive.infolist()[:MAX_MEMBERS]:
                room = MAX_BYTES - sum(map(len, found.values()))
                if not info.is_dir() and room > 0:
                    _keep(found, info.filename, partial(_read_zip, archive, info, room))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        pass
    return found


def _read_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    with archive.open(info) as member:
        return member.read(room)


def tar_items(binary: bytes) -> Items:
    """Give the plain files of a tar, whatever their modes; a cut one as far as it goes."""
    found: Items = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(binary), mode="r:") as archive:
            for _ in range(MAX_MEMBERS):
                member = archive.next()
                room = MAX_BYTES - sum(map(len, found.values()))
                if member is None or room <= 0:
                    break
                if member.isfile():
                    _keep(found, member.name, partial(_read_tar, archive, member, room))
    except (tarfile.TarError, OSError, ValueError):
        pass
    return found


def _read_tar(archive: tarfile.TarFile, member: tarfile.TarInfo, room: int) -> bytes:
    source = archive.extractfile(member)
    return source.read(room) if source else b""


def _keep(found: Items, name: str, read: Callable[[], bytes]) -> None:
    """Read one member; a damaged or locked one is left out."""
    try:
        found[name] = read()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, tarfile.TarError):
        return
