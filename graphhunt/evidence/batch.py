"""Records on their way into the workspace: ids, rows and facts of one future segment."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

import msgspec

from graphhunt.evidence.journal import SourceEntry
from graphhunt.model import Fact, FileWarning, Record, Skipped

DUPLICATE = "duplicate"
"""The skip reason of a record that the workspace already holds."""

LOADED, SKIPPED, REJECTED = "loaded", "skipped", "rejected"


class EventIds:
    """Makes the event ids of one tenant and loader: `ids.digest(client_id, loader, raw)`, with a shared start."""

    def __init__(self, client_id: str, loader: str) -> None:
        """Hash what all ids have in common."""
        self._start = hashlib.blake2b(digest_size=16)
        for part in (client_id, loader):
            data = part.encode()
            self._start.update(len(data).to_bytes(8, "little"))
            self._start.update(data)

    def of(self, data: bytes) -> str:
        """Give the id of an original record (UTF-8): 32 hexadecimal characters."""
        h = self._start.copy()
        h.update(len(data).to_bytes(8, "little"))
        h.update(data)
        return h.hexdigest()


class Row(NamedTuple):
    """One original record (`data`, UTF-8) with what became of it; `source` is its file's number in the batch."""

    event_id: str
    source: int
    position: str
    outcome: str
    reason: str
    data: bytes
    facts: list[Fact]


class Batch:
    """Collects records until they are committed as one segment.

    Args:
        client_id: The tenant that the records belong to.
    """

    def __init__(self, client_id: str = "default") -> None:
        self.client_id = client_id
        self.rows: list[Row] = []
        self.sources: list[SourceEntry] = []
        self.warnings: list[FileWarning] = []
        self.size = 0
        self.counts: Counter[tuple[int, str, str]] = Counter()
        self._seen: set[str] = set()
        self._ids = EventIds(client_id, "")

    def begin(self, source: SourceEntry) -> None:
        """Say which file the next records come from."""
        self.sources.append(source)
        self._ids = EventIds(self.client_id, source.loader)

    def add(self, record: Record) -> None:
        """Take a record; one that the batch already holds is only counted."""
        data = _encode(record.raw)
        event_id = self._ids.of(data)
        number = len(self.sources) - 1
        if event_id in self._seen:
            self.counts[number, SKIPPED, DUPLICATE] += 1
            return
        self._seen.add(event_id)
        outcome = record.outcome
        if isinstance(outcome, list):
            row = Row(event_id, number, record.position, LOADED, "", data, outcome)
        elif isinstance(outcome, Skipped):
            row = Row(event_id, number, record.position, SKIPPED, outcome.reason, data, [])
        else:
            row = Row(event_id, number, record.position, REJECTED, outcome.reason, data, [])
        self.rows.append(row)
        self.size += len(data)

    def drop(self, known: Collection[str]) -> None:
        """Count the records with these ids as duplicates instead of keeping them."""
        kept = []
        for row in self.rows:
            if row.event_id in known:
                self.counts[row.source, SKIPPED, DUPLICATE] += 1
            else:
                kept.append(row)
        self.rows = kept

    def reject(self, reasons: dict[int, str]) -> None:
        """Turn rows (by place) into rejected ones: their facts can't be kept."""
        for place, reason in reasons.items():
            self.rows[place] = self.rows[place]._replace(outcome=REJECTED, reason=reason, facts=[])

    def tally(self) -> list[SourceEntry]:
        """Give the sources with their counts."""
        counts = self.counts + Counter(
            (row.source, row.outcome, row.reason if row.outcome == SKIPPED else "") for row in self.rows
        )
        return [_counted(source, number, counts) for number, source in enumerate(self.sources)]


def _counted(source: SourceEntry, number: int, counts: Counter[tuple[int, str, str]]) -> SourceEntry:
    skipped = {reason: n for (i, outcome, reason), n in sorted(counts.items()) if (i, outcome) == (number, SKIPPED)}
    loaded, rejected = counts[number, LOADED, ""], counts[number, REJECTED, ""]
    read = loaded + rejected + sum(skipped.values())
    return msgspec.structs.replace(source, read=read, loaded=loaded, skipped=skipped, rejected=rejected)


def _encode(raw: str) -> bytes:
    """Give UTF-8; lone surrogates, which have none, become escapes."""
    try:
        return raw.encode()
    except UnicodeEncodeError:
        return raw.encode("utf-8", "backslashreplace")
