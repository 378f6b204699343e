"""One analyst locks nobody out: others are answered, nothing is left running, no load suffers.

The gate tries a handful of kinds; all of them: `GRAPHHUNT_BOMBS=all pytest tests/security/test_bombs.py`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphhunt import queries
from graphhunt.accounts import Accounts
from graphhunt.errors import BusyError, LimitError
from graphhunt.hunt import Hunt
from graphhunt.store import Store, open_store
from graphhunt.store.digest import graph_digest
from graphhunt.store.embedded import engine_status, stop_engine
from graphhunt.store.places import EACH, TOGETHER, Places, Seat, local_user
from tests import neo4j_server
from tests.api import case
from tests.conftest import small_settings
from tests.security import bombs

LIMIT = 1.0
PATIENCE = 60.0
"""Seconds: many times what ending and starting the engine takes, on a machine with other work to do."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    workspace = tmp_path_factory.mktemp("bombs")
    with Hunt(workspace, settings=small_settings(engine_idle=60.0, query_wait=2.0)) as hunt:
        hunt.store.ensure_schema()
        bombs.fill(hunt.store)
        yield hunt.store
    stop_engine(workspace)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A Neo4j of this module, whose tests leave nothing running."""
    with own_server(tmp_path_factory) as store:
        yield store


@pytest.fixture
def lost_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A Neo4j of one test: what it can't end goes on until it is killed, and no other test may meet it."""
    with own_server(tmp_path_factory) as store:
        yield store


@contextlib.contextmanager
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Start a Neo4j with what the statements walk through, and kill it in the end."""
    reason = neo4j_server.missing()
    if reason:
        if os.environ.get("GRAPHHUNT_REQUIRE_NEO4J") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    found = neo4j_server.Neo4jServer(tmp_path_factory.mktemp("neo4j"))
    found.start()
    settings = small_settings(db_password=found.password, query_wait=2.0)
    try:
        with Hunt(tmp_path_factory.mktemp("bombs"), db=found.url, settings=settings) as hunt:
            hunt.store.ensure_schema()
            bombs.fill(hunt.store)
            yield hunt.store
    finally:
        found.kill()
        shutil.rmtree(found.home, ignore_errors=True)


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def engine(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue({"embedded": "embedded", "neo4j": "server"}[request.param])
    return found


def attacked(store: Store, kind: str) -> None:
    """Throw one kind sixteen times at once; others must be answered, and nothing must be left."""
    with bombs.Others(store) as others:
        ends = bombs.throw(store, bombs.KINDS[kind], "mallory", LIMIT)
        assert bombs.wait_until(lambda: not [seat for seat in Places(store.workspace).seats() if seat.who != "ana"])
    assert ends.total() == bombs.AT_ONCE
    assert not others.failed
    for name, seconds in others.seconds.items():
        assert seconds, f"{name} was never answered"
        assert max(seconds) < PATIENCE, name
    assert bombs.wait_until(lambda: bombs.listed(store) == 0)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", bombs.chosen(bombs.KINDS))
def test_others_are_answered_and_no_thread_is_left(embedded: Store, kind: str) -> None:
    attacked(embedded, kind)
    assert bombs.wait_until(lambda: bombs.busy_threads(embedded) == 0, 20.0)
    assert Places(embedded.workspace).seats() == []


@pytest.mark.neo4j
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", bombs.chosen(bombs.BETWEEN))
def test_others_are_answered_by_a_server(server: Store, kind: str) -> None:
    attacked(server, kind)


@pytest.mark.timeout(580)
def test_each_kind_ends_and_the_engine_lives(engine: Store) -> None:
    """Every kind that can be ended, one after the other: its author hears of its end, and the engine still answers."""
    late = {}
    for kind, text in bombs.BETWEEN.items():
        began = time.monotonic()
        bombs.throw(engine, text, f"author of {kind}", LIMIT, 1)
        if time.monotonic() - began > PATIENCE:
            late[kind] = time.monotonic() - began
    assert not late
    assert engine.read(queries.library()["admin/ping"]) == [{"ok": True}]
    assert engine.analyst("MATCH (u:User) RETURN count(u)", who="ana").rows == [[4]]


@pytest.mark.timeout(400)
def test_an_engine_that_was_ended_is_in_the_audit_log_with_whose_statement_it_was(embedded: Store) -> None:
    before = engine_status(embedded.workspace)["engine"]
    with pytest.raises(LimitError, match="couldn't be ended"):
        embedded.analyst(bombs.KINDS["any"], timeout=LIMIT, who="mallory")
    assert engine_status(embedded.workspace)["engine"] != before
    accounts = Accounts(embedded.workspace / "access.db")
    row = accounts.audit(1)[0]
    accounts.close()
    assert (row["who"], row["action"], row["target"]) == ("mallory", "endEngine", bombs.KINDS["any"])


def seen_running(store: Store, text: str) -> bool:
    return any(text in str(row["currentQuery"]) for row in store.read(queries.library()["admin/running"]))


N = 9_000_000
LONG = f"UNWIND range(1, {N}) AS x RETURN sum(x) AS total"
TOTAL = N * (N + 1) // 2


def renew(store: Store) -> None:
    """End the engine as for somebody's statement."""
    assert store._link.renew(store._link.incarnation())


def kill(store: Store) -> None:
    """Have the engine die, as it does when a statement has eaten its memory."""
    os.kill(engine_status(store.workspace)["engine"], signal.SIGKILL)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("lose", [renew, kill])
def test_another_analysts_statement_is_repeated_by_itself(tmp_path: Path, lose: Callable[[Store], None]) -> None:
    with open_store(tmp_path, "", small_settings(engine_idle=60.0, query_timeout=PATIENCE)) as store:
        rows: list[list[object]] = []
        asking = threading.Thread(target=lambda: rows.extend(store.analyst(LONG, who="ana").rows))
        asking.start()
        assert bombs.wait_until(lambda: seen_running(store, LONG))
        lose(store)
        asking.join()
    stop_engine(tmp_path)
    assert rows == [[TOTAL]]


HEADER = "// test/long\n// Takes long.\n// mode: read\n// params: none\n// returns: total: int\n"


@pytest.mark.timeout(400)
def test_own_reads_are_repeated_by_themselves(embedded: Store) -> None:
    query = queries.load_query(HEADER + LONG, "test/long", "long.cypher")
    rows: list[dict[str, object]] = []
    asking = threading.Thread(target=lambda: rows.extend(embedded.read(query)))
    asking.start()
    assert bombs.wait_until(lambda: seen_running(embedded, LONG))
    renew(embedded)
    asking.join()
    assert rows == [{"total": TOTAL}]


def test_own_rows_that_arrive_go_on_where_they_were(embedded: Store) -> None:
    query = queries.library()["admin/all_nodes"]
    whole = list(embedded.stream(query))
    assert len(whole) == 907
    many = queries.load_query(
        HEADER.replace("total", "x") + "UNWIND range(1, 300000) AS x RETURN x", "test/long", "long.cypher"
    )
    rows = embedded.stream(many)
    first = [next(rows)["x"] for _ in range(1500)]
    renew(embedded)
    assert first + [row["x"] for row in rows] == list(range(1, 300_001))


@pytest.mark.timeout(400)
def test_whoever_writes_is_waited_for(embedded: Store) -> None:
    before = engine_status(embedded.workspace)["engine"]
    with embedded.writer():
        with pytest.raises(LimitError):
            embedded.analyst(bombs.KINDS["any"], timeout=LIMIT, who="mallory")
        embedded.put_nodes("User", [{"id": "late", "props": {}}])
        assert engine_status(embedded.workspace)["engine"] == before, "the engine was ended during a write"
        assert [(seat.who, seat.ending) for seat in Places(embedded.workspace).seats()] == [("mallory", True)]
    assert bombs.wait_until(lambda: engine_status(embedded.workspace).get("engine", before) != before)
    assert bombs.wait_until(lambda: Places(embedded.workspace).seats() == [])
    assert embedded.analyst("MATCH (u:User) RETURN count(u)", who="ana").rows == [[5]]
    embedded.remove_nodes("User", ["late"])


@pytest.mark.timeout(300)
def test_a_load_under_fire_gives_the_graph_of_a_quiet_one(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    logs = case.write(tmp_path / "logs")
    with Hunt(tmp_path / "quiet", settings=small_settings()) as quiet:
        quiet.load(logs)
        wanted = graph_digest(quiet.store)
    stop_engine(tmp_path / "quiet")
    with Hunt(tmp_path / "loud", settings=small_settings(engine_idle=60.0, query_wait=0.5)) as loud:
        store, over = loud.store, threading.Event()

        def fire() -> None:
            while not over.is_set():
                bombs.throw(store, bombs.KINDS["any"], "mallory", LIMIT, 2)

        firing = threading.Thread(target=fire)
        firing.start()
        try:
            assert bombs.wait_until(lambda: len(Places(loud.folder).seats()) == EACH)
            report = loud.load(logs)
            for _ in range(2):  # loads that find nothing new, while the engine is ended and started
                loud.load(logs)
        finally:
            over.set()
            firing.join()
        assert report["events_loaded"] > 0
        assert graph_digest(store) == wanted
    stop_engine(tmp_path / "loud")


CLIENT = """
import sys
from pathlib import Path
from graphhunt.store import open_store
from tests.conftest import small_settings
with open_store(Path(sys.argv[1]), "", small_settings(engine_idle=60.0)) as store:
    print("ready", flush=True)
    store.analyst(sys.argv[2], timeout=60.0, who="gone")
"""


@pytest.mark.timeout(400)
def test_a_killed_client_leaves_no_statement_behind(embedded: Store) -> None:
    text = bombs.KINDS["any"]
    process = subprocess.Popen([sys.executable, "-c", CLIENT, str(embedded.workspace), text], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    assert bombs.wait_until(lambda: seen_running(embedded, text))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert bombs.one(embedded)
    assert bombs.wait_until(lambda: Places(embedded.workspace).seats() == [])
    assert bombs.listed(embedded) == 0
    assert bombs.busy_threads(embedded) == 0


def command(store: Store, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Run the command line on the workspace."""
    line = [str(Path(sys.executable).with_name("graphhunt")), "--workspace", str(store.workspace), *arguments]
    return subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", ["product of filters", "any"])
def test_stopping_the_command_stops_its_statement(embedded: Store, kind: str) -> None:
    process = command(embedded, "query", bombs.KINDS[kind], GRAPHHUNT_QUERY_TIMEOUT="300")
    assert bombs.wait_until(lambda: seen_running(embedded, bombs.KINDS[kind]))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert bombs.wait_until(lambda: bombs.listed(embedded) == 0)
    assert Places(embedded.workspace).seats() == []


@pytest.mark.timeout(400)
def test_the_command_line_says_that_no_place_is_free(embedded: Store) -> None:
    held = [Places(embedded.workspace).take(seat(local_user()), PATIENCE) for _ in range(EACH)]
    process = command(embedded, "query", "RETURN 1", GRAPHHUNT_QUERY_WAIT="0.2")
    out, err = process.communicate(timeout=PATIENCE)
    shown = command(embedded, "status").communicate(timeout=PATIENCE)[0]
    for place in held:
        place.release()
    assert (process.returncode, out) == (1, "")
    assert "you have 2 queries running already" in err
    assert shown.count(f"query of {local_user()} since 1970-01-01T00:00:00") == EACH


@pytest.mark.neo4j
@pytest.mark.timeout(400)
def test_on_a_server_the_place_stays_taken_and_status_says_so(lost_server: Store) -> None:
    """Nothing but the server's end ends these statements."""
    for _ in range(EACH):
        with pytest.raises(LimitError, match="hasn't ended it yet"):
            lost_server.analyst(bombs.KINDS["any"], who="mallory")  # a second is little for planning on a cold server
    with pytest.raises(BusyError, match="you have 2 queries running already"):
        lost_server.analyst("RETURN 1", who="mallory")
    assert bombs.one(lost_server)
    assert bombs.found(lost_server)
    with Hunt(lost_server.workspace, db="bolt://not.asked", settings=lost_server.settings) as hunt:
        assert [(row["who"], row["ending"]) for row in hunt.status()["queries"]] == [("mallory", True)] * EACH


def seat(who: str) -> Seat:
    return Seat(who, "RETURN 1", "// x", 0.0)


def test_each_analyst_has_two_places_and_all_have_a_quarter(tmp_path: Path) -> None:
    """Places of several openings of one workspace count together, as those of several processes do."""
    held = [Places(tmp_path).take(seat(f"analyst {number // EACH}"), 0.0) for number in range(TOGETHER)]
    assert len(held) == 4
    with pytest.raises(BusyError, match="4 analysts' queries"):
        Places(tmp_path).take(seat("another"), 0.2)
    with pytest.raises(BusyError, match="you have 2"):
        Places(tmp_path).take(seat("analyst 0"), 0.0)
    held.pop().release()
    with pytest.raises(BusyError, match="you have 2"):
        Places(tmp_path).take(seat("analyst 0"), 0.0)
    waiting = threading.Timer(0.3, held.pop().release)
    waiting.start()
    Places(tmp_path).take(seat("another"), PATIENCE)
    Places(tmp_path).take(seat("another"), PATIENCE).release()
    assert [found.who for found in Places(tmp_path).seats()] == ["analyst 0", "analyst 0", "another"]
