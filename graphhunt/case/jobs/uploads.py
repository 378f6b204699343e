"""Files that were sent to the server and wait for their import; removed when it has ended."""

from __future__ import annotations

import re
import secrets
import shutil
import time
import unicodedata
from pathlib import Path
from typing import IO, NamedTuple

from graphhunt.errors import LimitError, MissingError, UsageError

MAX_FILES = 1000
"""Most uploads that wait."""

KEEP_SECONDS = 24 * 3600
"""An upload that nobody imported is removed after so long."""

RESERVE = 512 * 2**20
"""Bytes that stay free on the disk whatever is uploaded."""

_ID = re.compile(r"[0-9a-f]{24}")
_PART = ".part"


class Upload(NamedTuple):
    """A file that waits: its id, its name as it was sent, and its size in bytes."""

    id: str
    name: str
    size: int


class Uploads:
    """The folder of files that wait.

    Args:
        folder: Made with mode 0700 when needed; what is older than KEEP_SECONDS is removed now.
        limit: Most bytes of one file.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self._collect()

    def _collect(self) -> None:
        for found in self.folder.iterdir() if self.folder.is_dir() else ():
            if time.time() - found.stat().st_mtime > KEEP_SECONDS:
                shutil.rmtree(found, ignore_errors=True)

    def begin(self, name: str, size: int | None = None) -> Receiving:
        """Make room for a file.

        Args:
            name: Its name; no path.
            size: Bytes the sender announces, if it does.

        Raises:
            LimitError: It is too large, too many wait, or the disk is nearly full.
            UsageError: The name is no plain file name.
        """
        check_name(name)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if len(list(self.folder.iterdir())) >= MAX_FILES:
            raise LimitError(f"{MAX_FILES} uploads are waiting already", hint="import or delete them")
        if size is not None and size > self.limit:
            raise LimitError(f"an upload may have {self.limit:,} bytes", hint="split it, or load it on the server")
        if shutil.disk_usage(self.folder).free - (size or 0) < RESERVE:
            raise LimitError("the server's disk is nearly full")
        return Receiving(self, secrets.token_hex(12), name)

    def path(self, upload_id: str) -> Path:
        """Give the file of an upload.

        Raises:
            MissingError: There is none of this id.
        """
        if _ID.fullmatch(upload_id):
            for found in self._folder_of(upload_id).glob("*"):
                if found.name != _PART:
                    return found
        raise MissingError(f"there is no upload {upload_id!r}", hint="it may have been imported already")

    def list(self) -> list[Upload]:
        """List the uploads that wait, by name."""
        found = [
            Upload(place.name, path.name, path.stat().st_size)
            for place in (self.folder.iterdir() if self.folder.is_dir() else ())
            for path in place.iterdir()
            if path.name != _PART
        ]
        return sorted(found, key=lambda upload: (upload.name, upload.id))

    def remove(self, upload_id: str) -> None:
        """Remove an upload; one that isn't there is no error."""
        if _ID.fullmatch(upload_id):
            shutil.rmtree(self._folder_of(upload_id), ignore_errors=True)

    def _folder_of(self, upload_id: str) -> Path:
        return self.folder / upload_id


class Receiving:
    """A file on its way in: written part by part, kept by `finish`, removed by `drop`."""

    def __init__(self, uploads: Uploads, upload_id: str, name: str) -> None:
        self._uploads = uploads
        self.id = upload_id
        self.name = name
        self.size = 0
        self._place = uploads.folder / upload_id
        self._place.mkdir(mode=0o700)
        self._file: IO[bytes] = (self._place / _PART).open("wb")

    def write(self, part: bytes) -> None:
        """Add a part.

        Raises:
            LimitError: The file has become too large.
        """
        self.size += len(part)
        if self.size > self._uploads.limit:
            raise LimitError(f"an upload may have {self._uploads.limit:,} bytes", hint="split it")
        self._file.write(part)

    def finish(self) -> Upload:
        """Keep the file.

        Raises:
            UsageError: It is empty.
        """
        self._file.close()
        if not self.size:
            raise UsageError("the upload is empty")
        (self._place / _PART).replace(self._place / self.name)
        return Upload(self.id, self.name, self.size)

    def drop(self) -> None:
        """Remove what came so far."""
        self._file.close()
        self._uploads.remove(self.id)


def check_name(name: str) -> str:
    """Give a plain file name back.

    Raises:
        UsageError: It is empty, too long, a path, or has control or direction characters.
    """
    odd = any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in name)
    if not name.strip(". ") or len(name.encode("utf-8", "replace")) > 200 or odd or re.search(r"[/\\:]", name):
        raise UsageError("an upload's name is a plain file name of at most 200 bytes, without folders")
    return name
