"""Counting a batch by source: the sums, and a cost that is linear in its files."""

from __future__ import annotations

import random
from typing import Any

import pytest

from graphhunt.evidence import Batch, SourceEntry
from graphhunt.model import Record, Rejected, Skipped
from tests.growth import steeper_than_linear


def source(number: int) -> SourceEntry:
    return SourceEntry(file=f"{number}.evtx", loader="fake", sha256="", bytes=1)


def filled(files: int, each: int = 1) -> Batch:
    batch = Batch()
    for number in range(files):
        batch.begin(source(number))
        for row in range(each):
            batch.add(Record(f"{number} {row}", "", Skipped(f"reason {number % 3}")))
    return batch


def test_every_record_is_counted_once_with_its_file():
    chances, batch, expected = random.Random(5), Batch(), []
    for number in range(40):
        batch.begin(source(number))
        counts = {"loaded": 0, "rejected": 0, "b": 0, "a": 0, "duplicate": 0}
        for row in range(chances.randrange(30)):
            kind = chances.choice([*counts])
            counts[kind] += 1
            told: dict[str, Any] = {"loaded": [], "rejected": Rejected("broken")}
            outcome = told.get(kind, Skipped(kind))
            batch.add(Record("the same" if kind == "duplicate" else f"{number} {row}", "", outcome))
        expected.append(counts)
    # The first of all records that are the same is no duplicate of anything.
    first = next(number for number, counts in enumerate(expected) if counts["duplicate"])
    known = {row.event_id for row in batch.rows if row.source in (7, 11)}
    batch.drop(known)
    for number, (found, counts) in enumerate(zip(batch.tally(), expected, strict=True)):
        read = sum(counts.values())
        dropped = number in (7, 11)
        skipped = {reason: counts[reason] for reason in ("a", "b", "duplicate") if counts[reason]}
        assert (found.file, found.read) == (f"{number}.evtx", read)
        assert found.loaded == (0 if dropped else counts["loaded"])
        assert found.rejected == (0 if dropped else counts["rejected"])
        assert found.skipped == ({"duplicate": read} if dropped and read else {} if dropped else skipped)
        assert number != first or dropped or found.skipped["duplicate"] == counts["duplicate"]
    assert [*batch.tally()[0].skipped] == sorted(batch.tally()[0].skipped)


@pytest.mark.parametrize("each", [1, 5])
def test_the_cost_is_linear_in_the_files(each):
    batches = {files: filled(files, each) for files in (200, 2_000)}
    assert steeper_than_linear(lambda files: batches[files].tally(), [*batches]) == ""
