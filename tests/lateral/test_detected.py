"""The kept result of the detector: each asker gets the answer to its own question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphhunt.graph.snapshot import Snapshot
from graphhunt.lateral import detection
from graphhunt.lateral.detection import DetectionOptions, detected


class Case(Snapshot):
    """A snapshot of a case that is always the same."""

    fingerprint = "f"


@pytest.fixture(name="runs")
def _runs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let a run of the detector give the folder and time asked about; the list tells which runs there were."""
    runs: list[Any] = []

    def run(snapshot: Snapshot, options: DetectionOptions) -> Any:
        runs.append((snapshot.folder.name, options.since))
        return runs[-1]

    monkeypatch.setattr(detection, "_run", run)
    return runs


def test_a_question_asked_in_between_does_not_change_an_answer(runs: list[Any], tmp_path: Path) -> None:
    """Another thread may ask something else just after a result was kept."""
    case = Case(tmp_path / "case")

    class Interrupted(dict[str, Any]):
        calls = 0

        def __setitem__(self, key: str, value: Any) -> None:
            super().__setitem__(key, value)
            self.calls += 1
            if self.calls == 1:
                assert detected(case, DetectionOptions(since=2)) == ("case", 2)

    case._memory = Interrupted()
    assert detected(case, DetectionOptions(since=1)) == ("case", 1)


def test_the_last_answer_is_kept_by_the_snapshot_that_gave_it(runs: list[Any], tmp_path: Path) -> None:
    """Two cases in turn, each asked twice: one run each, and one more for another question or other tables."""
    one, other = Case(tmp_path / "one"), Case(tmp_path / "other")
    for case in (one, other, one, other):
        detected(case)
    assert runs == [("one", None), ("other", None)]
    detected(one, DetectionOptions(since=1))
    assert runs[2:] == [("one", 1)]
    one.fingerprint = "g"
    detected(one, DetectionOptions(since=1))
    assert runs[3:] == [("one", 1)]


def test_without_tables_nothing_is_kept(runs: list[Any], tmp_path: Path) -> None:
    case = Snapshot(tmp_path)
    detected(case)
    detected(case)
    assert len(runs) == 2
