"""Mends what can be mended: lost journal entries from their segments, damaged indexes from the records.

What is written again is proved by the hashes that the journal has of it; one line of the log says what was done.
"""

from __future__ import annotations

import logging
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphhunt.errors import DamageError
from graphhunt.evidence.files import Staging, sync_file, write_atomic
from graphhunt.evidence.index import Ids, Index, pack_ids, write_index
from graphhunt.evidence.journal import ENTRY_FILE, IndexEntry, SegmentEntry, decode_entry, encode_entry
from graphhunt.evidence.proof import damage, prove, proved
from graphhunt.evidence.segment import EVIDENCE_FILE, INDEX_FILE
from graphhunt.evidence.segments import Home

_LOG = logging.getLogger(__name__)


def publish(workspace: Home, staging: Staging, entry: SegmentEntry) -> None:
    """Make a finished folder a segment that counts; its own copy of the entry goes with it.

    Raises:
        OSError: The disk refuses; the workspace is as before.
    """
    copy = staging.path / ENTRY_FILE
    copy.write_bytes(encode_entry(entry))
    sync_file(copy)
    try:
        staging.move_to(workspace.folder(entry.id))
        workspace.journal.append(entry)
    except BaseException:
        # The entry goes first, as one without a folder would be damage; it may be there if syncing it failed.
        workspace.journal.forget(entry.id)
        shutil.rmtree(workspace.folder(entry.id), ignore_errors=True)
        raise


def restore_entries(workspace: Home) -> None:
    """Write the journal entry of each whole segment that has none, and the copies that segments lack.

    A segment without an entry is one whose commit was cut off at the last step, or whose entry was lost: it is
    whole either way, as its folder gets its name last. Its records may have been loaded again since: it must not
    count then. It goes if others hold all of it, and stays where it is, for `verify` to name, if they hold some.
    """
    known = workspace.journal.known()
    for folder in sorted((workspace.home / "segments").iterdir()):
        entry = workspace.journal.segment(folder.name)
        if entry is not None and not (folder / ENTRY_FILE).exists():
            write_atomic(folder / ENTRY_FILE, encode_entry(entry))
        elif folder.name not in known and (found := whole_entry(folder)) is not None:
            _restore(workspace, folder, found)


def _restore(workspace: Home, folder: Path, entry: SegmentEntry) -> None:
    try:
        known, holders = _held_elsewhere(workspace, folder, entry)
    except DamageError:  # which records the others hold can't be told now
        return
    if not known:
        workspace.journal.append(entry)
        _LOG.warning("the journal entry of segment %s was missing and is written again", folder.name)
    elif known == entry.rows and _all_whole(workspace, holders):
        shutil.rmtree(folder, ignore_errors=True)
        _LOG.warning("segment %s had no journal entry and is removed: its records were loaded again", folder.name)


def _all_whole(workspace: Home, names: set[str]) -> bool:
    entries = [workspace.journal.segment(name) for name in names]
    return all(entry is not None and is_whole(workspace.folder(entry.id), entry) for entry in entries)


def _held_elsewhere(workspace: Home, folder: Path, entry: SegmentEntry) -> tuple[int, set[str]]:
    """Count the records of a segment that others hold, and name these; those that it replaces don't matter."""
    if not entry.rows:
        return 0, set()
    workspace.mend_indexes()
    own = Index(folder / INDEX_FILE, [entry.id])
    known, holders = np.zeros(own.rows, dtype=bool), set[str]()
    for index in workspace.indexes():
        places = index.find(Ids(own.high, own.low))
        others = np.array([name not in entry.replaces for name in index.segments])
        counts = np.flatnonzero(places >= 0)
        counts = counts[others[index.segment[places[counts]]]]
        known[counts] = True
        holders.update(index.segments[n] for n in np.unique(index.segment[places[counts]]))
    return int(known.sum()), holders


def whole_entry(folder: Path) -> SegmentEntry | None:
    """Give the entry that a segment's folder holds itself; None if the segment isn't whole."""
    try:
        entry = decode_entry(folder / ENTRY_FILE, folder.name)
    except DamageError:
        return None
    return entry if isinstance(entry, SegmentEntry) and is_whole(folder, entry) else None


def is_whole(folder: Path, entry: SegmentEntry) -> bool:
    """Tell whether a segment's files are as they were written."""
    return all(proved(folder / name, known) for name, known in entry.files.items())


def mend_indexes(workspace: Home) -> bool:
    """Prove every index; write damaged ones again from the records. Tell whether any was damaged.

    Raises:
        DamageError: An index and the records it is made from are damaged.
    """
    workspace.refresh()
    mended = [entry.id for entry in workspace.journal.indexes() if not _merged_proved(workspace, entry)]
    for name in mended:
        with damage(workspace.journal.folder / f"{name}.json", "the entry of a damaged index"):
            workspace.journal.forget(name)
        _LOG.warning("the merged index %s was damaged and is left out; the segments have their own", name)
    for entry in workspace.journal.segments():
        path = workspace.folder(entry.id) / INDEX_FILE
        if entry.rows and not proved(path, entry.files[INDEX_FILE]):
            _write_again(path, entry)
            mended.append(entry.id)
    return bool(mended)


def _merged_proved(workspace: Home, entry: IndexEntry) -> bool:
    """Tell whether a merged index is whole; one of before its hash was kept is made anew in time."""
    path = workspace.home / "indexes" / f"{entry.id}.bin"
    return proved(path, entry.hash) if entry.hash else path.is_file()


def _write_again(path: Path, entry: SegmentEntry) -> None:
    records = path.with_name(EVIDENCE_FILE)
    prove(records, entry.files[EVIDENCE_FILE], "the file of original records")
    try:
        event_ids = pq.read_table(records, columns=["event_id"]).column("event_id").to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise DamageError(f"an index is damaged and can't be made again: {error}", where=str(path)) from error
    waiting = path.with_name(f".{INDEX_FILE}.{secrets.token_hex(4)}.new")
    try:
        write_index(waiting, pack_ids(event_ids))
        sync_file(waiting)
        waiting.replace(path)
    except OSError as error:
        reason = f"an index is damaged and can't be written again: {error.strerror or error}"
        raise DamageError(reason, where=str(path)) from error
    finally:
        with suppress(OSError):
            waiting.unlink(missing_ok=True)
    prove(path, entry.files[INDEX_FILE], "the index")
    _LOG.warning("the index of segment %s was damaged and is made again from its records", entry.id)
