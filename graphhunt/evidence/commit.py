"""Commits a batch: files first, then the journal entry that makes them count.

Files are written and synced without the lock. Under it, only ids that others committed in the meantime are
looked at; when there are any (overlapping loads at the same time), the files are written again without them.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphhunt.evidence.batch import REJECTED, Batch
from graphhunt.evidence.contents import parts
from graphhunt.evidence.files import Staging
from graphhunt.evidence.index import Index, pack_ids, set_sum
from graphhunt.evidence.journal import SegmentEntry, SourceEntry, new_id
from graphhunt.evidence.mending import publish
from graphhunt.evidence.segment import Tables
from graphhunt.evidence.segments import Home
from graphhunt.evidence.tables import model_version


def commit(workspace: Home, batch: Batch) -> list[SourceEntry]:
    """Commit a batch and give the counts per source."""
    workspace.mend_indexes()  # a damaged index would let records in twice
    before = _drop_known(workspace.indexes(), batch)
    fresh = set(batch.warnings) - set(workspace.warnings())
    if not batch.rows and not fresh and not _completes(workspace, batch):
        return batch.tally()
    batch.warnings = [warning for warning in dict.fromkeys(batch.warnings) if warning in fresh]
    name = new_id()
    with Staging(workspace.home / "staging", name) as staging:
        written = _write(staging, batch)
        with workspace.lock.held():
            since = [index for index in workspace.indexes() if index not in before]
            rows = len(batch.rows)
            _drop_known(since, batch)
            if len(batch.rows) != rows:
                written = _write(staging, batch)
            if batch.rows or batch.warnings or _completes(workspace, batch):
                publish(workspace, staging, _entry(name, batch, *written))
                batch.kept = True
    return batch.tally()


def _completes(workspace: Home, batch: Batch) -> bool:
    """Tell whether the batch ends files, or parts of some, that the journal doesn't know as read."""
    known = parts(workspace.contents())
    ended = parts(batch.sources)
    return batch.repeated or any(found.keys() - known.get(content, {}).keys() for content, found in ended.items())


def _drop_known(indexes: Iterable[Index], batch: Batch) -> list[Index]:
    """Take the records out of the batch that an index knows; give the indexes looked at."""
    looked = list(indexes)
    if batch.rows:
        ids = pack_ids(row.event_id for row in batch.rows)
        known = {batch.rows[i].event_id for index in looked for i in (index.find(ids) >= 0).nonzero()[0]}
        if known:
            batch.drop(known)
    return looked


def _write(staging: Staging, batch: Batch) -> tuple[Tables, dict[str, str]]:
    for path in staging.path.iterdir():
        path.unlink()
    tables = Tables(batch)
    return tables, tables.write(staging.path) if batch.rows else {}


def _entry(name: str, batch: Batch, tables: Tables, files: dict[str, str]) -> SegmentEntry:
    return SegmentEntry(
        id=name,
        rows=len(batch.rows),
        rejected=sum(row.outcome == REJECTED for row in batch.rows),
        id_sum=f"{set_sum(tables.ids):032x}",
        facts={kind: table.num_rows for kind, table in sorted(tables.facts.items())},
        files=files,
        sources=batch.tally(),
        warnings=batch.warnings,
        model=model_version(),
    )
