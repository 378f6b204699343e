"""Proof that a file is what was written: hashes, compared before anything in the file is believed.

A file is hashed once per process and state (size, time of change, inode). Small files carry their hash with them.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphhunt import ids
from graphhunt.errors import DamageError

_SEAL = re.compile(rb',\s*"check": "([0-9a-f]{32})"\s*\}\s*$')
_State = tuple[str, int, int, int]


class _Hashes:
    """The hashes of files as this process saw them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[_State, str]] = {}

    def of(self, path: Path) -> str:
        """Give a file's hash; it is read again only when its state has changed."""
        stat = path.stat()
        state = (str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            known = self._known.get(state[0])
        if known is not None and known[0] == state:
            return known[1]
        found = file_hash(path)
        with self._lock:
            self._known[state[0]] = (state, found)
        return found


_HASHES = _Hashes()


def file_hash(path: Path) -> str:
    """Hash a file as the journal does."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()[:32]


@contextmanager
def damage(path: Path, what: str) -> Iterator[None]:
    """Turn what the operating system refuses about a file that must be there into a `DamageError`.

    Args:
        path: The file.
        what: What it holds, as the beginning of a sentence.

    Raises:
        DamageError: An OSError came up inside the block.
    """
    try:
        yield
    except OSError as error:
        raise DamageError(f"{what} can't be read: {error.strerror or error}", where=str(path)) from error


def prove(path: Path, expected: str, what: str) -> None:
    """Compare a file with the hash it had when it was written.

    Args:
        path: The file.
        expected: Its hash.
        what: What it holds, as the beginning of a sentence.

    Raises:
        DamageError: It is missing, can't be read, or differs.
    """
    with damage(path, what):
        found = _HASHES.of(path)
    if found != expected:
        raise DamageError(f"{what} differs from what was written", where=str(path))


def proved(path: Path, expected: str) -> bool:
    """Tell whether a file is there and has the hash it was written with."""
    try:
        prove(path, expected, "")
    except DamageError:
        return False
    return True


def seal(document: bytes) -> bytes:
    """Put the hash of a JSON object into it, as its last member `check`."""
    body = document.rstrip()[:-1].rstrip()
    return body + b',\n  "check": "' + ids.digest(body).encode() + b'"\n}'


def sealed(document: bytes) -> bool:
    """Tell whether a JSON object has its seal and is as it was written."""
    found = _SEAL.search(document)
    return found is not None and ids.digest(document[: found.start()]).encode() == found[1]


def unbroken(document: bytes) -> bool:
    """Tell whether a sealed JSON object is as it was written; one of before there were seals passes."""
    return _SEAL.search(document) is None or sealed(document)


def write_kept(path: Path, data: bytes) -> None:
    """Write a computed result that may be thrown away at any time, with its hash before it."""
    waiting = path.with_name(f".{path.name}.{threading.get_ident()}.new")
    try:
        waiting.write_bytes(bytes.fromhex(ids.digest(data)) + data)
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)


def read_kept(path: Path) -> bytes | None:
    """Read a computed result; None if it isn't there or isn't what was written, and must be computed."""
    try:
        found = path.read_bytes()
    except OSError:
        return None
    data = found[16:]
    return data if ids.digest(data) == found[:16].hex() else None
