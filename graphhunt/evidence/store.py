"""Finds original records by event id."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphhunt import ids
from graphhunt.errors import DamageError
from graphhunt.evidence.batch import REJECTED
from graphhunt.evidence.index import pack_ids
from graphhunt.evidence.proof import prove, proved
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.evidence.segments import Segments
from graphhunt.evidence.tables import EVIDENCE_SCHEMA

_OPEN_FILES = 64
_EVENT_ID = re.compile(r"[0-9a-f]{32}")
_RECORDS = "the file of original records"
_AROUND = (
    "the record is what was loaded, but other parts of its file are damaged: file, position and outcome may not be; "
    "see: graphhunt verify"
)
_UNREADABLE = (OSError, pa.ArrowException, ValueError, TypeError, LookupError, OverflowError, MemoryError)
"""What damaged bytes make of reading Parquet."""


class EvidenceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One original record as it came, and what became of it.

    Attributes:
        event_id: Content hash of tenant, loader and record; 32 hexadecimal characters.
        file: The source it was first seen in, `position` where in it.
        host: Machine of its first fact, None without facts.
        time: Event time of its first fact, µs since the epoch, UTC; None without facts.
        outcome: `loaded`, `skipped` or `rejected`, with the `reason` for the last two.
        raw: The record itself.
        damage: What is wrong with the file that the record is in; empty if it is as it was written.
    """

    event_id: str
    client_id: str
    loader: str
    file: str
    position: str
    host: str | None
    time: int | None
    code: str
    outcome: str
    reason: str
    raw: str
    damage: str = ""


class Found(NamedTuple):
    """What a look-up gave: records, and the ids of those that aren't what was written, with the reason."""

    records: dict[str, EvidenceRecord]
    damaged: dict[str, DamageError]


class _Opened(NamedTuple):
    """A segment's records: first row of each row group, and whether the file is what was written."""

    file: pq.ParquetFile
    starts: Any
    path: Path
    whole: bool


class EvidenceStore:
    """Looks up original records in a workspace."""

    def __init__(self, segments: Segments) -> None:
        """Use a workspace's segments."""
        self._segments = segments
        self._files: OrderedDict[str, _Opened] = OrderedDict()

    def get(self, event_id: str) -> EvidenceRecord | None:
        """Give the record with this id, or None if there is none.

        Raises:
            DamageError: The record, or the file it is in, isn't what was written.
        """
        found = self.get_many([event_id])
        return found[0] if found else None

    def get_many(self, event_ids: Iterable[str]) -> list[EvidenceRecord]:
        """Give the records with these ids, in the order asked; unknown ids are left out.

        Raises:
            DamageError: One of them isn't what was written; `look_up` gives the others all the same.
        """
        wanted = list(event_ids)
        found = self.look_up(wanted)
        for error in found.damaged.values():
            raise error
        return [found.records[event_id] for event_id in wanted if event_id in found.records]

    def look_up(self, event_ids: Iterable[str]) -> Found:
        """Give the records with these ids that are what was written, and name the damaged ones."""
        wanted = list(dict.fromkeys(event_id for event_id in event_ids if _EVENT_ID.fullmatch(event_id)))
        found = self._look_up(wanted)
        # An index that isn't what was written may have lost an id, or point to another row.
        if len(found.records) < len(wanted) and self._segments.mend_indexes():
            found = self._look_up(wanted)
        return found

    def _look_up(self, wanted: list[str]) -> Found:
        rows: dict[str, list[tuple[str, int]]] = {}
        for event_id, segment, row in self._locate(wanted):
            rows.setdefault(segment, []).append((event_id, row))
        found = Found({}, {})
        for segment, picks in rows.items():
            self._read_segment(segment, picks, found)
        return found

    def damaged_in(self, segment: str) -> list[str]:
        """List the ids of a segment's records that can't be read, or aren't what was written."""
        try:
            opened = self._open(segment)
        except DamageError:
            return []
        damaged: list[str] = []
        for group in range(opened.file.num_row_groups):
            try:
                rows = opened.file.read_row_group(group, use_threads=False).to_pylist()
            except _UNREADABLE:
                continue
            damaged += [row["event_id"] for row in rows if not _proved(EvidenceRecord(**row))]
        return damaged

    def rejects(self, limit: int = 100, offset: int = 0) -> list[EvidenceRecord]:
        """List rejected records, oldest load first, then in the order of their file.

        Raises:
            DamageError: A file of original records isn't what was written.
        """
        paths = []
        for segment in self._segments.live():
            if segment.rejected:
                paths.append(self._segments.folder(segment.id) / EVIDENCE_FILE)
                prove(paths[-1], segment.files[EVIDENCE_FILE], _RECORDS)
        if not paths:
            return []
        import polars as pl  # not at the top: processes that only load have no use for it

        frame = pl.scan_parquet(paths, glob=False).filter(pl.col("outcome") == REJECTED).slice(offset, limit).collect()
        return [EvidenceRecord(**row) for row in frame.iter_rows(named=True)]

    def _locate(self, event_ids: list[str]) -> list[tuple[str, str, int]]:
        """Find (event id, segment, row) of the known ones."""
        places: list[tuple[str, str, int]] = []
        if not event_ids:
            return places
        words = pack_ids(event_ids)
        for index in self._segments.indexes():
            found = index.find(words)
            for i in np.flatnonzero(found >= 0):
                segment = int(index.segment[found[i]])
                if segment < len(index.segments):  # a damaged index may say anything
                    places.append((event_ids[i], index.segments[segment], int(index.row[found[i]])))
        return places

    def _open(self, segment: str) -> _Opened:
        """Open a segment's records, or take the open file.

        Raises:
            DamageError: It can't be read at all.
        """
        if segment in self._files:
            self._files.move_to_end(segment)
            return self._files[segment]
        path = self._segments.folder(segment) / EVIDENCE_FILE
        entry = self._segments.entry(segment)
        try:
            file = pq.ParquetFile(path, memory_map=True, page_checksum_verification=True)
            sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
            foreign = file.schema_arrow.names != EVIDENCE_SCHEMA.names
        except _UNREADABLE as error:
            raise DamageError(f"{_RECORDS} can't be read: {error}", where=str(path)) from error
        if foreign:
            raise DamageError(f"{_RECORDS} has other columns than were written", where=str(path))
        whole = entry is not None and proved(path, entry.files[EVIDENCE_FILE])
        self._files[segment] = _Opened(file, np.cumsum([0, *sizes]), path, whole)
        if len(self._files) > _OPEN_FILES:
            self._files.popitem(last=False)[1].file.close()
        return self._files[segment]

    def _read_segment(self, segment: str, picks: list[tuple[str, int]], found: Found) -> None:
        """Add a segment's records, read a row group at a time, to those found."""
        try:
            opened = self._open(segment)
        except DamageError as error:
            found.damaged.update((event_id, error) for event_id, _ in picks)
            return
        groups: dict[int, list[tuple[str, int]]] = {}
        for event_id, row in picks:
            groups.setdefault(int(np.searchsorted(opened.starts, row, side="right")) - 1, []).append((event_id, row))
        for group, rows in groups.items():
            self._read_group(opened, group, rows, found)

    def _read_group(self, opened: _Opened, group: int, rows: list[tuple[str, int]], found: Found) -> None:
        start = int(opened.starts[group])
        try:
            table = opened.file.read_row_group(group, use_threads=False).take([row - start for _, row in rows])
            records = [EvidenceRecord(**row) for row in table.to_pylist()]
        except _UNREADABLE as error:
            for event_id, row in rows:
                found.damaged[event_id] = _lost(event_id, f"can't be read: {error}", opened.path, row)
            return
        for (event_id, row), record in zip(rows, records, strict=True):
            if record.event_id != event_id or not _proved(record):
                found.damaged[event_id] = _lost(event_id, "isn't what was loaded", opened.path, row)
            else:
                found.records[event_id] = record if opened.whole else msgspec.structs.replace(record, damage=_AROUND)


def _proved(record: EvidenceRecord) -> bool:
    """Compare a record with its id, which is its hash."""
    return ids.digest(record.client_id, record.loader, record.raw) == record.event_id


def _lost(event_id: str, what: str, path: Path, row: int) -> DamageError:
    return DamageError(f"the record {event_id} {what}", where=f"{path}, row {row}")
