"""Write-back: whole runs or nothing, repeated, compared, undone; and the right to write."""

from __future__ import annotations

import pytest

from graphhunt.analyses import runs, writeback
from graphhunt.analyses.analysis import Rows
from graphhunt.errors import StoreError, UsageError
from graphhunt.store import Store
from tests.analyses.toy import NODES, TOY, fill, install, plain, strict


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch.setattr)


@pytest.fixture
def graph(store: Store) -> Store:
    return fill(store)


def test_a_run_is_recorded_and_its_results_are_there(graph: Store) -> None:
    report = runs.analyze(graph, "toy", {"value": 7})
    assert report["written"] == {"Process": NODES}
    assert strict(graph) == [(report["run"], 7)] * NODES
    assert plain(graph) == [(report["run"], 7)] * NODES
    (listed,) = runs.list_runs(graph, "toy")
    assert (listed["id"], listed["state"], listed["counts"]) == (report["run"], "current", {"Process": NODES})
    assert listed["parameters"]["value"] == 7
    assert listed["start"] <= listed["end"]


def test_a_repeated_run_gives_the_same_and_can_be_compared(graph: Store) -> None:
    first = runs.analyze(graph, "toy", {"value": 1})
    with pytest.raises(UsageError, match="two runs"):
        runs.compare(graph, "toy")
    second = runs.analyze(graph, "toy", {"value": 1})
    same = runs.compare(graph, "toy")
    assert (same["previous"], same["current"]) == (first["run"], second["run"])
    assert same["targets"] == {"Process": {"added": [], "removed": [], "changed": []}}
    runs.analyze(graph, "toy", {"value": 2, "first": 3})
    changed = runs.compare(graph, "toy")["targets"]["Process"]
    assert changed["removed"] == ["p0", "p1", "p2"]
    assert (len(changed["changed"]), changed["added"]) == (NODES - 3, [])


def test_what_a_new_run_does_not_cover_loses_its_values(graph: Store) -> None:
    runs.analyze(graph, "toy", {"value": 1})
    report = runs.analyze(graph, "toy", {"value": 2, "first": NODES - 1})
    assert strict(graph) == [(report["run"], 2)]
    assert sorted(plain(graph), key=str) == sorted([(None, None)] * (NODES - 1) + [(report["run"], 2)], key=str)


def test_undo_brings_the_run_before_back(graph: Store) -> None:
    first = runs.analyze(graph, "toy", {"value": 1})
    second = runs.analyze(graph, "toy", {"value": 2})
    assert runs.undo(graph, "toy") == {"name": "toy", "undone": second["run"], "current": first["run"]}
    assert strict(graph) == plain(graph) == [(first["run"], 1)] * NODES
    runs.undo(graph, "toy")
    assert strict(graph) == []
    assert plain(graph) == [(None, None)] * NODES
    with pytest.raises(UsageError, match="no run to undo"):
        runs.undo(graph, "toy")
    assert [r["state"] for r in runs.list_runs(graph, "toy")] == ["undone", "undone"]


def test_a_writer_that_lost_its_right_writes_nothing(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.analyze(graph, "toy", {"value": 1})
    rows: Rows = [(f"p{i}", {"toy_value": 666}) for i in range(NODES)]
    with monkeypatch.context() as late:
        late.setattr(writeback, "LEASE_US", -1)
        with writeback.lease(graph, TOY) as slow:
            report = runs.analyze(graph, "toy", {"value": 2})
            slow.stage({"Process": rows})
            with pytest.raises(StoreError, match="took over"):
                slow.flip(slow.run, None)
    assert strict(graph) == plain(graph) == [(report["run"], 2)] * NODES


@pytest.mark.parametrize("failing", [1, 4, NODES // 15])
def test_a_failing_batch_leaves_the_run_before_whole(
    graph: Store, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    first = runs.analyze(graph, "toy", {"value": 1})
    real, written = writeback.Lease._write, []

    def write(held: writeback.Lease, target: str, rows: Rows) -> None:
        written.append(rows)
        if len(written) == failing:
            raise StoreError("the disk is full")
        real(held, target, rows)

    with monkeypatch.context() as broken:
        broken.setattr(writeback.Lease, "_write", write)
        with pytest.raises(StoreError, match="disk is full"):
            runs.analyze(graph, "toy", {"value": 100})
    assert strict(graph) == plain(graph) == [(first["run"], 1)] * NODES
    assert [r["state"] for r in runs.list_runs(graph, "toy")].count("current") == 1
    last = runs.analyze(graph, "toy", {"value": 2})  # the right to write was given back, at once
    assert strict(graph) == plain(graph) == [(last["run"], 2)] * NODES
    assert runs.compare(graph, "toy")["previous"] == first["run"]
    runs.undo(graph, "toy")
    assert strict(graph) == plain(graph) == [(first["run"], 1)] * NODES


def test_a_held_right_is_waited_for_and_then_reported(graph: Store) -> None:
    with writeback.lease(graph, TOY), pytest.raises(StoreError, match="another run"), writeback.lease(graph, TOY, 0.2):
        pass


def test_unknown_names_are_reported(graph: Store) -> None:
    with pytest.raises(UsageError, match="'nope'"):
        runs.analyze(graph, "nope")
    with pytest.raises(UsageError, match="'speed'"):
        runs.analyze(graph, "toy", {"speed": 1})
    with pytest.raises(UsageError, match="writes nothing to User"):
        runs.current_results(graph, "toy", "User")
