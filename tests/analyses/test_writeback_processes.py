"""Write-back by processes that are killed, and by two at once, beside a reader: one whole run, always."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import pytest

from graphhunt.analyses import runs
from graphhunt.store import Store
from graphhunt.store.embedded import engine_status
from tests.analyses import toy
from tests.neo4j_server import Neo4jServer

ROUNDS = 12
DATABASE_KILLS = (5, 9)
WHOLE = (4, 8, 11)
"""Rounds whose run ends before its process is killed, however slow the machine is; the first is killed at once."""
SHORT_US = 300_000


@pytest.fixture(autouse=True)
def _toy(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.install(monkeypatch.setattr)


@pytest.fixture
def graph(store: Store) -> Store:
    return toy.fill(store)


@contextmanager
def worker(store: Store, lease_us: int) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process that writes to the same graph; killed at the end if it still lives."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.analyses.toy"])
    ours, theirs = context.Pipe()
    db = store.settings.db if store.engine == "arcadedb" else store._link.url  # type: ignore[attr-defined]
    process = context.Process(
        target=toy.work, args=(theirs, store.workspace, db, store.settings, lease_us), daemon=True
    )
    process.start()
    theirs.close()
    try:
        assert ours.poll(60)
        assert ours.recv() == "ready"
        yield process, ours
    finally:
        process.kill()
        process.join(20)
        assert not process.is_alive()
        ours.close()


def kill_database(store: Store, request: pytest.FixtureRequest) -> None:
    """End the database at once and make it come back."""
    if store.engine == "neo4j":
        server: Neo4jServer = request.getfixturevalue("neo4j_home")
        server.kill()
        server.start()
        return
    os.kill(engine_status(store.workspace)["engine"], signal.SIGKILL)


def assert_whole(store: Store) -> tuple[str | None, int | None]:
    """Check that every way of reading gives one and the same whole run."""
    seen = toy.strict(store)
    assert len(set(seen)) == 1
    assert seen == toy.plain(store) == toy.nodes(store)
    assert len(seen) == toy.NODES
    return seen[0]


def test_a_killed_run_leaves_one_whole_run(graph: Store, request: pytest.FixtureRequest) -> None:
    last = runs.analyze(graph, "toy", {"value": 0})["run"]
    moments = random.Random(5)
    with worker(graph, SHORT_US) as (_, orders):
        begun = time.monotonic()
        orders.send(0)
        last = orders.recv()
        usual = time.monotonic() - begun
    outcomes = set()
    with toy.Reader(graph):
        for number in range(1, ROUNDS + 1):
            with worker(graph, SHORT_US) as (process, orders):
                orders.send(number)
                if number in WHOLE:
                    orders.recv()
                else:
                    time.sleep(moments.uniform(0, usual) * (number > 1))
                if number in DATABASE_KILLS:
                    kill_database(graph, request)
                process.kill()
                process.join(20)
            run, value = assert_whole(graph)
            assert run == last or value == number
            outcomes.add(run == last)
            last = run
    report = runs.analyze(graph, "toy", {"value": 99})
    assert assert_whole(graph) == (report["run"], 99)
    assert outcomes == {True, False}
    assert sum(r["state"] == "current" for r in runs.list_runs(graph, "toy")) == 1


def test_two_runs_at_once_never_mix(graph: Store) -> None:
    runs.analyze(graph, "toy", {"value": 0})
    with toy.Reader(graph), worker(graph, 20_000_000) as (_, one), worker(graph, 20_000_000) as (_, other):
        for number in range(1, ROUNDS + 1):
            one.send(2 * number)
            other.send(2 * number + 1)
            done = {one.recv(), other.recv()}
            run, value = assert_whole(graph)
            assert len(done) == 2
            assert run in done
            assert value in (2 * number, 2 * number + 1)
    assert sum(r["state"] == "current" for r in runs.list_runs(graph, "toy")) == 1
