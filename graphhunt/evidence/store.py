"""Finds original records by event id."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphhunt.errors import WorkspaceError
from graphhunt.evidence.batch import REJECTED
from graphhunt.evidence.index import Index, pack_ids
from graphhunt.evidence.journal import SegmentEntry
from graphhunt.evidence.segment import EVIDENCE_FILE

_OPEN_FILES = 64
_EVENT_ID = re.compile(r"[0-9a-f]{32}")


class EvidenceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One original record as it came, and what became of it.

    Attributes:
        event_id: Content hash of tenant, loader and record; 32 hexadecimal characters.
        file: The source it was first seen in, `position` where in it.
        host: Machine of its first fact, None without facts.
        time: Event time of its first fact, µs since the epoch, UTC; None without facts.
        outcome: `loaded`, `skipped` or `rejected`, with the `reason` for the last two.
        raw: The record itself.
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


class Segments(Protocol):
    """What the store needs to know of the workspace."""

    def live(self) -> list[SegmentEntry]:
        """List the segments, up to date."""

    def indexes(self) -> list[Index]:
        """Give the indexes that together cover every segment, up to date."""

    def folder(self, segment: str) -> Path:
        """Say where a segment's files are."""


class EvidenceStore:
    """Looks up original records in a workspace."""

    def __init__(self, segments: Segments) -> None:
        """Use a workspace's segments."""
        self._segments = segments
        self._files: OrderedDict[str, tuple[pq.ParquetFile, Any]] = OrderedDict()

    def get(self, event_id: str) -> EvidenceRecord | None:
        """Give the record with this id, or None if there is none."""
        found = self.get_many([event_id])
        return found[0] if found else None

    def get_many(self, event_ids: Iterable[str]) -> list[EvidenceRecord]:
        """Give the records with these ids, in the order asked; unknown ids are left out."""
        wanted = [event_id for event_id in event_ids if _EVENT_ID.fullmatch(event_id)]
        groups: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for event_id, segment, row in self._locate(wanted):
            group, offset = self._group(segment, row)
            groups.setdefault((segment, group), []).append((event_id, offset))
        records: dict[str, EvidenceRecord] = {}
        for (segment, group), picks in groups.items():
            records.update(self._read(segment, group, picks))
        return [records[event_id] for event_id in wanted if event_id in records]

    def rejects(self, limit: int = 100, offset: int = 0) -> list[EvidenceRecord]:
        """List rejected records, oldest load first, then in the order of their file."""
        paths = [self._segments.folder(s.id) / EVIDENCE_FILE for s in self._segments.live() if s.rejected]
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
        ids = pack_ids(event_ids)
        for index in self._segments.indexes():
            found = index.find(ids)
            for i in np.flatnonzero(found >= 0):
                place = found[i]
                places.append((event_ids[i], index.segments[index.segment[place]], int(index.row[place])))
        return places

    def _open(self, segment: str) -> tuple[pq.ParquetFile, Any]:
        """Open a segment's records, or take the open one: file and first row of each row group."""
        if segment in self._files:
            self._files.move_to_end(segment)
            return self._files[segment]
        path = self._segments.folder(segment) / EVIDENCE_FILE
        try:
            file = pq.ParquetFile(path, memory_map=True)
        except (OSError, pa.ArrowInvalid) as error:
            hint = "restore the workspace, or load the evidence into a new one"
            raise WorkspaceError(f"original records can't be read: {error}", where=str(path), hint=hint) from error
        sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        self._files[segment] = (file, np.cumsum([0, *sizes]))
        if len(self._files) > _OPEN_FILES:
            self._files.popitem(last=False)[1][0].close()
        return self._files[segment]

    def _group(self, segment: str, row: int) -> tuple[int, int]:
        _, starts = self._open(segment)
        group = int(np.searchsorted(starts, row, side="right")) - 1
        return group, row - int(starts[group])

    def _read(self, segment: str, group: int, picks: list[tuple[str, int]]) -> dict[str, EvidenceRecord]:
        file, _ = self._open(segment)
        table = file.read_row_group(group, use_threads=False).take([offset for _, offset in picks])
        rows = zip(picks, table.to_pylist(), strict=True)
        return {event_id: EvidenceRecord(**row) for (event_id, _), row in rows}
