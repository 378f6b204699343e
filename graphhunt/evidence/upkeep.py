"""Upkeep: packs small segments, merges indexes, removes what is no longer referred to, verifies hashes."""

from __future__ import annotations

import errno
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from graphhunt.evidence.files import Staging, collect_dead, sync_file, sync_folder
from graphhunt.evidence.index import Index, merge_indexes, pack_ids, write_index
from graphhunt.evidence.journal import IndexEntry, SegmentEntry, new_id
from graphhunt.evidence.mending import is_whole, publish, restore_entries
from graphhunt.evidence.proof import file_hash
from graphhunt.evidence.segment import (
    EVIDENCE_FILE,
    EVIDENCE_GROUP,
    INDEX_FILE,
    evidence_options,
    seal,
    write_facts,
)
from graphhunt.evidence.segments import Home
from graphhunt.evidence.tables import EVIDENCE_SCHEMA, KINDS, arrow_schema

SMALL_ROWS = 8192
"""A segment with fewer records is small: it is packed with others."""

PACK_COUNT = 24
"""Small segments that may lie about before they are packed into one."""

INDEX_COUNT = 12
"""Indexes that a look-up may have to visit before some are merged."""

GRACE = 3600.0
"""Seconds that replaced files stay, for readers that began before."""


_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


def tidy(workspace: Home) -> None:
    """Pack and merge where enough has come together."""
    if len(_small(workspace)) >= PACK_COUNT:
        with workspace.lock.held():
            workspace.refresh()
            small = _small(workspace)
            if len(small) >= PACK_COUNT:
                _pack(workspace, small)
    if len(workspace.indexes()) > INDEX_COUNT + PACK_COUNT:
        with workspace.lock.held():
            _merge(workspace)


def _small(workspace: Home) -> list[SegmentEntry]:
    covered = {segment for entry in workspace.journal.indexes() for segment in entry.segments}
    small = [s for s in workspace.journal.segments() if s.rows < SMALL_ROWS and s.id not in covered]
    if len(small) < PACK_COUNT:
        return small
    # Damage must not get a new, fitting hash.
    return [s for s in small if is_whole(workspace.folder(s.id), s)]


def _pack(workspace: Home, small: list[SegmentEntry]) -> None:
    """Write small segments as one that replaces them."""
    name = new_id()
    with Staging(workspace.home / "staging", name) as staging:
        filled = [entry for entry in small if entry.rows]
        if filled:
            _pack_files(staging.path, [workspace.folder(entry.id) for entry in filled])
        publish(workspace, staging, _packed(name, small, seal(staging.path)))


def _packed(name: str, small: list[SegmentEntry], files: dict[str, str]) -> SegmentEntry:
    kinds = sorted({kind for entry in small for kind in entry.facts})
    return SegmentEntry(
        id=name,
        rows=sum(entry.rows for entry in small),
        rejected=sum(entry.rejected for entry in small),
        id_sum=f"{sum(int(entry.id_sum, 16) for entry in small) % (1 << 128):032x}",
        facts={kind: sum(entry.facts.get(kind, 0) for entry in small) for kind in kinds},
        files=files,
        sources=[source for entry in small for source in entry.sources],
        warnings=list(dict.fromkeys(warning for entry in small for warning in entry.warnings)),
        replaces=[entry.id for entry in small],
        model=small[0].model if len({entry.model for entry in small}) == 1 else "",
    )


def _pack_files(target: Path, folders: list[Path]) -> None:
    event_ids: list[str] = []
    with pq.ParquetWriter(target / EVIDENCE_FILE, EVIDENCE_SCHEMA, **evidence_options()) as writer:
        for folder in folders:
            table = pq.read_table(folder / EVIDENCE_FILE, schema=EVIDENCE_SCHEMA)
            event_ids += table.column("event_id").to_pylist()
            writer.write_table(table, row_group_size=EVIDENCE_GROUP)
    write_index(target / INDEX_FILE, pack_ids(event_ids))
    for kind in KINDS:
        if files := [file for folder in folders if (file := folder / f"{kind}.parquet").is_file()]:
            schema = arrow_schema(KINDS[kind])
            write_facts(target / f"{kind}.parquet", pa.concat_tables([pq.read_table(f, schema=schema) for f in files]))


def _merge(workspace: Home) -> None:
    """Merge the smaller indexes: each id is merged again only when the merged size about doubles."""
    tiny = {entry.id for entry in _small(workspace)}
    indexes = sorted((i for i in workspace.indexes() if not tiny.intersection(i.segments)), key=lambda i: i.rows)
    chosen: list[Index] = []
    total = 0
    for index in indexes:
        if len(chosen) >= INDEX_COUNT and index.rows > total:
            break
        chosen.append(index)
        total += index.rows
    if len(chosen) < INDEX_COUNT:
        return
    name = new_id()
    path = workspace.home / "indexes" / f"{name}.bin"
    segments = merge_indexes(path, chosen)
    sync_file(path)
    sync_folder(path.parent)
    old = {entry.id for entry in workspace.journal.indexes()}
    replaces = [index.path.stem for index in chosen if index.path.stem in old]
    workspace.journal.append(
        IndexEntry(id=name, rows=total, segments=segments, replaces=replaces, hash=file_hash(path))
    )


def collect_garbage(workspace: Home) -> None:
    """Remove what dead processes left, and replaced files after their grace time.

    A workspace on read-only media is left as it is.
    """
    try:
        with workspace.lock.held():
            workspace.refresh()
            collect_dead(workspace.home / "staging")
            restore_entries(workspace)
            _forget_replaced(workspace)
            _remove_unknown(workspace)
    except OSError as error:
        if error.errno not in _READ_ONLY:
            raise


def _forget_replaced(workspace: Home) -> None:
    oldest = time.time() - GRACE
    for entry in workspace.journal.entries():
        if int(entry.id.split("-")[0], 16) / 1e9 < oldest:
            for name in workspace.journal.known().intersection(entry.replaces):
                # The folder goes first: without its entry it would be taken for one whose entry was lost.
                shutil.rmtree(workspace.folder(name), ignore_errors=True)
                workspace.journal.forget(name)


def _remove_unknown(workspace: Home) -> None:
    """Remove indexes without an entry: they can be made again. A segment without one is evidence and stays.

    An entry that can't be read goes with its index: without this it would be taken for that of a lost segment.
    """
    known = workspace.journal.known()
    for path in (workspace.home / "indexes").iterdir():
        if path.stem not in known:
            if not workspace.folder(path.stem).exists():
                workspace.journal.forget(path.stem)
            path.unlink(missing_ok=True)
    for path in workspace.journal.folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)
