"""Write-back: whole runs or nothing, whatever is interrupted or runs at once; undo, compare, repair."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import polars as pl
import pytest

from graphhunt.analytics import registry, runs, writeback
from graphhunt.analytics.analysis import Analysis, Parameter, Written
from graphhunt.errors import StoreError, UsageError
from graphhunt.queries import create_nodes
from graphhunt.store import Store

NODES = 150


def _compute(_extract: Any, values: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Give every node the run's own number, so that a mixture can be seen."""
    ids = [f"p{i}" for i in range(values["first"], NODES)]
    return {"Process": pl.DataFrame({"id": ids, "toy_value": [values["value"]] * len(ids)})}


TOY = Analysis(
    name="toy",
    prefix="toy",
    summary="Writes one number everywhere.",
    compute=_compute,
    properties=(Written("Process", "toy_value", "the number"),),
    parameters=(Parameter("value", "int", 0, "the number"), Parameter("first", "int", 0, "first node")),
)


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "analyses", lambda: {"toy": TOY})
    monkeypatch.setattr(writeback, "STAGE_BATCH", 50)
    monkeypatch.setattr(writeback, "SETTLE_BATCH", 60)


@pytest.fixture
def graph(store: Store) -> Store:
    rows = [{"id": f"p{i}", "props": {"name": "n", "client_id": "default"}} for i in range(NODES)]
    store.write_rows(create_nodes("Process"), rows)
    return store


def strict(store: Store) -> list[tuple[str, int]]:
    """Read the current run the way readers are told to: (run, value) of each node."""
    found = runs.current_results(store, "toy", "Process", limit=10 * NODES)
    return [(r["run"], r["toy_value"]) for r in found]


def plain(store: Store) -> list[tuple[str | None, int | None]]:
    table = store.analyst("MATCH (n:Process) RETURN n.toy_run AS run, n.toy_value AS value", {}, limit=10 * NODES)
    return [tuple(row) for row in table.rows]


def assert_whole(seen: list[tuple[str, int]]) -> None:
    """Check that what a reader saw is one whole run."""
    assert len(set(seen)) <= 1, f"a mixture: {set(seen)}"
    assert len(seen) in (0, NODES), f"part of a run: {len(seen)}"


class Reader(threading.Thread):
    """Reads until told to stop, and keeps what wasn't one whole run."""

    def __init__(self, store: Store) -> None:
        super().__init__(daemon=True)
        self.store, self.stopped, self.reads, self.bad = store, threading.Event(), 0, []

    def run(self) -> None:
        while not self.stopped.is_set():
            seen = strict(self.store)
            self.reads += 1
            if len(set(seen)) > 1 or len(seen) not in (0, NODES):
                self.bad.append((len(seen), set(seen)))

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.join(30)
        assert not self.bad, self.bad
        assert self.reads


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


class Crash(BaseException):
    """Stands for the process's end: nothing may be cleaned up after it."""


def crashing(store: Store, after: int) -> Callable[..., Any]:
    """Make `store.write` fail at the n-th write and at all later ones, as a dead process's would."""
    real, count = store.write, [0]

    def write(*args: Any, **given: Any) -> Any:
        count[0] += 1
        if count[0] > after:
            raise Crash
        return real(*args, **given)

    return write


def test_a_crash_at_any_write_leaves_one_whole_run(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writeback, "LEASE_US", -1)  # a dead writer's right lapses at once
    last = runs.analyze(graph, "toy", {"value": 0})["run"]
    writes = random.Random(5)
    with Reader(graph):
        for number in range(1, 21):
            with monkeypatch.context() as broken, suppress(Crash):
                broken.setattr(graph, "write", crashing(graph, writes.randrange(1, 14)))
                runs.analyze(graph, "toy", {"value": number})
            assert_whole(strict(graph))
            assert strict(graph)[0][1] in (number, number - 1) or strict(graph)[0][0] == last
            last = strict(graph)[0][0]
    report = runs.analyze(graph, "toy", {"value": 99})
    assert strict(graph) == plain(graph) == [(report["run"], 99)] * NODES


def test_plain_names_are_repaired_by_the_next_run(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writeback, "LEASE_US", -1)
    runs.analyze(graph, "toy", {"value": 1})
    for after in range(1, 40):
        with monkeypatch.context() as broken:
            broken.setattr(graph, "write", crashing(graph, after))
            with suppress(Crash):
                runs.analyze(graph, "toy", {"value": 2})
        if len(set(plain(graph))) == 2:
            break
    current = strict(graph)[0]
    assert len(set(plain(graph))) == 2, "the interruption should have left plain values of two runs"
    with writeback.lease(graph, TOY) as held:
        held.repair()
    assert plain(graph) == [current] * NODES


def test_two_runs_at_once_never_mix(graph: Store) -> None:
    runs.analyze(graph, "toy", {"value": 0})
    failures: list[BaseException] = []

    def run(value: int) -> None:
        try:
            runs.analyze(graph, "toy", {"value": value})
        except BaseException as error:
            failures.append(error)

    with Reader(graph):
        for number in range(1, 21):
            pair = [threading.Thread(target=run, args=(number * 10 + i,)) for i in (0, 1)]
            for thread in pair:
                thread.start()
            for thread in pair:
                thread.join(60)
            assert not failures
            seen = strict(graph)
            assert_whole(seen)
            assert seen[0][1] in (number * 10, number * 10 + 1)
            assert plain(graph) == [seen[0]] * NODES
    assert sum(r["state"] == "current" for r in runs.list_runs(graph, "toy")) == 1


def test_a_writer_that_lost_its_right_writes_nothing(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.analyze(graph, "toy", {"value": 1})
    rows = [(f"p{i}", {"toy_value": 666}) for i in range(NODES)]
    with monkeypatch.context() as late:
        late.setattr(writeback, "LEASE_US", -1)
        with writeback.lease(graph, TOY) as slow:
            report = runs.analyze(graph, "toy", {"value": 2})
            slow.stage("Process", rows)
            with pytest.raises(StoreError, match="took over"):
                slow.flip(slow.run, None)
            slow.settled = True
    assert strict(graph) == plain(graph) == [(report["run"], 2)] * NODES


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
