"""A caller who hangs up ends the work done for them: over a real connection, on the embedded engine."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from graphhunt import queries
from graphhunt.attention import Attention, attention, check_wanted, waited_for
from graphhunt.errors import CancelledError
from graphhunt.graph.snapshot import Snapshot
from graphhunt.hunt import Hunt
from graphhunt.lateral.paths import LogonTable, find_paths
from graphhunt.questions.pivots import Window, addresses
from graphhunt.questions.pivots.difference import Windows, difference
from graphhunt.store.embedded import stop_engine
from tests.api import case
from tests.conftest import small_settings
from tests.ui.serving import served

LONG = (
    "MATCH (a:Process),(b:Process),(c:Process),(d:Process),(e:Process),(f:Process),(g:Process) "
    "WHERE a.pid + b.pid + c.pid + d.pid + e.pid + f.pid + g.pid = -5 RETURN count(*) AS found"
)
HEADER = "// test/long\n// Takes very long.\n// mode: read\n// params: none\n// returns: found: int\n"
PATIENCE = 60
"""Seconds: much longer than ending takes, much shorter than the statement may take."""


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    """The case, in a workspace whose statements may take ten minutes."""
    folder = tmp_path_factory.mktemp("attention")
    (folder / "logs").mkdir()
    with Hunt(folder / "case", settings=small_settings(query_timeout=600.0, engine_idle=60.0)) as found:
        found.load(case.write(folder / "logs"))
        yield found
    stop_engine(folder / "case")


@pytest.fixture(scope="module")
def caller(hunt: Hunt) -> Iterator[httpx.Client]:
    """Somebody who hangs up after three seconds."""
    with served(hunt) as environment:
        name, _, value = environment["GRAPHHUNT_COOKIE"].partition("=")
        address = environment["GRAPHHUNT_URL"].split("/?")[0] + "/api/v1"
        headers = {"Sec-Fetch-Site": "same-origin"}
        with httpx.Client(base_url=address, cookies={name: value}, headers=headers, timeout=3.0) as client:
            yield client


def running(hunt: Hunt) -> int:
    rows = hunt.store.read(queries.library()["admin/running"])
    return sum(LONG in str(row["currentQuery"]) for row in rows)


def wait_until(fits: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not fits():
        assert time.monotonic() < end, "it goes on though nobody waits"
        time.sleep(0.05)


@contextlib.contextmanager
def hanging_up() -> Iterator[None]:
    with pytest.raises(httpx.ReadTimeout):
        yield


@pytest.mark.slow
def test_hanging_up_ends_an_analysts_statement(hunt: Hunt, caller: httpx.Client) -> None:
    with hanging_up():
        caller.post("/query", json={"cypher": LONG})
    wait_until(lambda: running(hunt) == 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "where",
    ["/counts", "/neighbors?relation=RAN&neighbour_kind=Process", "/timeline", "/heatmap"],
)
def test_hanging_up_ends_what_the_page_asks_about_an_entity(
    hunt: Hunt, caller: httpx.Client, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    long = queries.load_query(HEADER + LONG, "test/long", "long.cypher")
    module = {"/neighbors": "neighbours", "/counts": "entity"}.get(where.partition("?")[0], "timeline")
    asked: list[int] = []

    def slowly(store: Any, name: str, **params: Any) -> list[dict[str, Any]]:
        threading.Timer(1.5, lambda: asked.append(running(hunt))).start()
        return list(store.read(long))

    monkeypatch.setattr(importlib.import_module(f"graphhunt.questions.pivots.{module}"), "run", slowly)
    with hanging_up():
        caller.get(f"/entities/Machine/bravo{where}")
    wait_until(lambda: running(hunt) == 0)
    assert asked == [1], "the statement had begun when the caller hung up"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("route", "work"),
    [
        ("/paths", "graphhunt.lateral.attack_paths.find_paths"),
        ("/difference", "graphhunt.questions.pivots.difference._counted"),
    ],
)
def test_hanging_up_ends_work_in_the_server(
    caller: httpx.Client, monkeypatch: pytest.MonkeyPatch, route: str, work: str
) -> None:
    ends: list[str] = []

    def forever(*_: Any, **__: Any) -> None:
        try:
            while True:
                check_wanted()
                time.sleep(0.01)
        except CancelledError as error:
            ends.append(error.message)
            raise

    monkeypatch.setattr(work, forever)
    times = [f"{case.DAY}T{hour:02}:00:00Z" for hour in (9, 11, 13)]
    windows = [{"since": since, "until": until} for since, until in itertools.pairwise(times)]
    with hanging_up():
        caller.post(route, json={"before": windows[0], "after": windows[1]} if route == "/difference" else {})
    wait_until(lambda: len(ends) == 1)


@pytest.mark.slow
def test_who_waits_gets_the_answer(hunt: Hunt, caller: httpx.Client) -> None:
    answer = caller.get("/entities/Machine/bravo/counts").json()["items"]
    ran = next(row for row in answer if row["relation"] == "RAN")
    # wininit and services, cmd, powershell, and one process per payload
    assert ran["neighbours"] == 4 + len(case.PAYLOADS)


def test_a_statement_that_nobody_waits_for_does_not_begin(hunt: Hunt) -> None:
    gone = Attention()
    gone.lose()
    with waited_for(gone), pytest.raises(CancelledError):
        hunt.store.read(queries.library()["admin/running"])
    assert hunt.store.read(queries.library()["admin/running"]) is not None


def test_paths_end_between_two_steps() -> None:
    count = 40
    hops = np.arange(count)
    table = LogonTable.from_arrays(hops * 1000, hops, hops + 1, np.zeros(count, dtype=np.int32))
    assert find_paths(table, scores=np.ones(count)).paths
    gone = Attention()
    gone.lose()
    with waited_for(gone), pytest.raises(CancelledError):
        find_paths(table, scores=np.ones(count))


def test_counting_tables_ends_between_two_of_them(hunt: Hunt) -> None:
    snapshot = Snapshot(hunt.folder / "graph")
    windows = Windows(Window(0, 10**15), Window(10**15, 2 * 10**15))
    assert difference(snapshot, windows)["relations"]
    gone = Attention()
    gone.lose()
    with waited_for(gone):
        with pytest.raises(CancelledError):
            difference(snapshot, windows)
        with pytest.raises(CancelledError):
            addresses.addresses(snapshot)


def test_work_is_told_to_end_until_it_does() -> None:
    waiting, told = Attention(), threading.Semaphore(0)
    with waited_for(waiting), waiting.ending(told.release):
        assert attention() is waiting
        waiting.lose()
        for _ in range(3):
            assert told.acquire(timeout=PATIENCE)
    while told.acquire(blocking=False):
        pass
    time.sleep(0.2)
    assert not told.acquire(blocking=False), "it has ended"
    with pytest.raises(CancelledError), waiting.ending(told.release):
        pytest.fail("nothing begins for somebody who has gone")
    assert attention() is None
    check_wanted()
