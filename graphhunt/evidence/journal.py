"""The journal: one small JSON file per committed piece; what isn't in it doesn't exist.

Each entry carries its own hash, and a segment's folder has a copy of its entry: a damaged or lost entry is
written again from there.
"""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from graphhunt.errors import DamageError
from graphhunt.evidence.files import write_atomic
from graphhunt.evidence.proof import damage, seal, unbroken
from graphhunt.model import FileWarning

ENTRY_FILE = "entry.json"
"""A segment's copy of its journal entry."""

_LOG = logging.getLogger(__name__)


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What one segment took from one source file.

    Attributes:
        file: The source's name, such as `case.zip!logs/security.evtx`.
        loader: The loader that read it.
        sha256: Hash of the source's bytes.
        bytes: Its size.
        read: Records read; always `loaded + sum(skipped) + rejected`.
        client_id: The tenant that the records belong to.
        version: Version of the loader; empty if it states none.
        part: Where what was read begins and ends in the source, in bytes; None if another file was read for it.
        records: Records of that part, stated by the segment with which it was read to its end without a warning.
        held: How many of these came in batches of which nothing was kept, as the workspace held it all.
        context: What the loader has to know of the file to read its records again; empty if that is nothing.
    """

    file: str
    loader: str
    sha256: str
    bytes: int
    read: int = 0
    loaded: int = 0
    skipped: dict[str, int] = {}
    rejected: int = 0
    client_id: str = ""
    version: str = ""
    part: tuple[int, int] | None = None
    records: int | None = None
    held: int = 0
    context: str = ""


class SegmentEntry(msgspec.Struct, frozen=True, kw_only=True, tag="segment"):
    """A committed segment: original records, their facts by kind, their index.

    Attributes:
        id: Name of the segment's folder.
        rows: Original records in it.
        rejected: How many of them were rejected.
        id_sum: Sum of its event ids modulo 2**128, hexadecimal.
        facts: Rows of each kind's file.
        files: BLAKE2b hash of each file.
        replaces: Entries whose content this one took over.
        model: Which facts there were to be told when it was written; empty if that isn't known.
    """

    id: str
    rows: int
    rejected: int
    id_sum: str
    facts: dict[str, int]
    files: dict[str, str]
    sources: list[SourceEntry]
    warnings: list[FileWarning] = []
    replaces: list[str] = []
    model: str = ""


class IndexEntry(msgspec.Struct, frozen=True, kw_only=True, tag="index"):
    """A committed index over several segments, used in place of their own; `hash` is that of its file."""

    id: str
    rows: int
    segments: list[str]
    replaces: list[str] = []
    hash: str = ""


Entry = SegmentEntry | IndexEntry
_DECODER = msgspec.json.Decoder(Entry)


def new_id() -> str:
    """Make a name for a piece; names sort by the time they were made."""
    return f"{time.time_ns():016x}-{secrets.token_hex(4)}"


def encode_entry(entry: Entry) -> bytes:
    """Write an entry as its file holds it, with its hash."""
    return seal(msgspec.json.format(msgspec.json.encode(entry)))


def decode_entry(path: Path, name: str) -> Entry:
    """Read the entry called `name` from a file.

    Raises:
        DamageError: The file isn't there, or isn't that entry as it was written.
    """
    what = f"the journal entry {name}"
    with damage(path, what):
        data = path.read_bytes()
    try:
        entry: Entry = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamageError(f"{what} is damaged: {error}", where=str(path)) from error
    if entry.id != name or not unbroken(data):
        raise DamageError(f"{what} differs from what was written", where=str(path))
    return entry


class Journal:
    """Reads and appends the entries of one workspace."""

    def __init__(self, folder: Path) -> None:
        """Use the folder of entries."""
        self.folder = folder
        self._entries: dict[str, Entry] = {}

    def refresh(self) -> bool:
        """Read the entries that came since the last look; tell whether anything changed."""
        names = {path.stem for path in self.folder.glob("*.json")}
        gone, new = self._entries.keys() - names, names - self._entries.keys()
        for name in gone:
            del self._entries[name]
        for name in sorted(new):
            self._add(name)
        return bool(gone or new)

    def _add(self, name: str) -> None:
        path = self.folder / f"{name}.json"
        try:
            entry: Entry | None = decode_entry(path, name)
        except DamageError as error:
            if not path.exists():  # removed by another process since the folder was listed
                return
            entry = self._mended(name, error)
        if entry is not None:
            self._entries[name] = entry

    def _mended(self, name: str, error: DamageError) -> Entry | None:
        """Give the entry that a damaged file should hold; None for that of a merged index, which can be done without.

        Raises:
            DamageError: The segment's copy is damaged as well.
        """
        home = self.folder.parent
        if not (home / "segments" / name).is_dir() and (home / "indexes" / f"{name}.bin").is_file():
            _LOG.warning("%s; the index is left out, the segments have their own", error.message)
            return None
        try:
            entry = decode_entry(home / "segments" / name / ENTRY_FILE, name)
        except DamageError:
            raise error from None
        with suppress(OSError):  # a workspace on read-only media can be read all the same
            write_atomic(self.folder / f"{name}.json", encode_entry(entry))
        _LOG.warning("%s; it is written again from the copy in its segment", error.message)
        return entry

    def append(self, entry: Entry) -> None:
        """Commit a piece: from here on it counts."""
        write_atomic(self.folder / f"{entry.id}.json", encode_entry(entry))
        self._entries[entry.id] = entry

    def entries(self) -> list[Entry]:
        """List every entry, also replaced ones, oldest first."""
        return [entry for _, entry in sorted(self._entries.items())]

    def replaced(self) -> set[str]:
        """Name the entries that later ones took over."""
        return {name for entry in self._entries.values() for name in entry.replaces}

    def segments(self) -> list[SegmentEntry]:
        """List the live segments, oldest first."""
        dead = self.replaced()
        return [e for _, e in sorted(self._entries.items()) if isinstance(e, SegmentEntry) and e.id not in dead]

    def indexes(self) -> list[IndexEntry]:
        """List the live merged indexes."""
        dead = self.replaced()
        return [e for _, e in sorted(self._entries.items()) if isinstance(e, IndexEntry) and e.id not in dead]

    def segment(self, name: str) -> SegmentEntry | None:
        """Give a segment's entry, also a replaced one."""
        entry = self._entries.get(name)
        return entry if isinstance(entry, SegmentEntry) else None

    def known(self) -> set[str]:
        """Name every entry, also replaced ones."""
        return set(self._entries)

    def forget(self, name: str) -> None:
        """Remove a replaced entry."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)
        self._entries.pop(name, None)
