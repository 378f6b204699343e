"""The guard and what stands behind it, on real engines: nothing hostile changes or reaches anything."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from graphhunt import guard
from graphhunt.errors import AccessError, GraphhuntError, LimitError, QueryError
from graphhunt.queries import library
from graphhunt.store import Store
from tests.conftest import raw
from tests.security.corpus import AMBIGUOUS, CORPUS, LEGAL, statements

PARAMS = {"id": "u0", "name": "User 0", "rows": [{"id": "evil"}], "url": "http://127.0.0.1:{port}/x"}


@pytest.fixture
def filled(store: Store) -> Store:
    store.put_nodes("User", [{"id": f"u{i}", "props": {"name": f"User {i}", "first_seen": i}} for i in range(4)])
    store.put_nodes("Machine", [{"id": f"m{i}", "props": {"name": f"M{i}"}} for i in range(3)])
    store.put_nodes("Process", [{"id": f"p{i}", "props": {"pid": i, "command_line": "a -enc b"}} for i in range(900)])
    logons = [{"id": f"l{i}", "start": f"u{i % 4}", "end": f"m{i % 3}", "props": {"start": i}} for i in range(12)]
    store.put_relationships(("LOGGED_ON", "User", "Machine"), logons)
    return store


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port that counts who calls."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def state(store: Store) -> object:
    """Give everything that a statement could have changed."""
    return (
        raw(store, "MATCH (n:User) RETURN properties(n) ORDER BY n.id"),
        raw(store, "MATCH (n) RETURN labels(n) AS l, count(*) AS c ORDER BY l"),
        raw(store, "MATCH ()-[r]->() RETURN type(r) AS t, count(*), sum(r.start) ORDER BY t"),
        sorted(str(row) for row in raw(store, "SHOW INDEXES YIELD name RETURN name")),
        sorted(str(row) for row in raw(store, "SHOW CONSTRAINTS YIELD name RETURN name")),
    )


def called(listener: socket.socket) -> bool:
    try:
        listener.accept()
    except BlockingIOError:
        return False
    return True


def aim(text: str, listener: socket.socket) -> str:
    return text.replace("{port}", str(listener.getsockname()[1]))


def test_nothing_hostile_changes_or_reaches_anything(filled: Store, listener: socket.socket) -> None:
    before = state(filled)
    for text in CORPUS:
        with pytest.raises(AccessError):
            filled.analyst(aim(text, listener), PARAMS)
    for text in statements(AMBIGUOUS):
        try:
            filled.analyst(text, PARAMS)
        except QueryError:
            continue
    assert state(filled) == before
    assert not called(listener)


def test_the_engine_holds_without_the_guard(
    filled: Store, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second layer alone: the reader user, or the read session with the plan's check."""
    monkeypatch.setattr(guard, "check", lambda text: None)
    before = state(filled)
    params = {**PARAMS, "url": aim(str(PARAMS["url"]), listener)}
    for text in CORPUS:
        if "TERMINATE" in text.upper() or "-[" in text or ")--" in text:
            continue
        try:
            filled.analyst(aim(text, listener), params, timeout=2.0)
        except GraphhuntError:
            continue
    assert state(filled) == before
    assert not called(listener)


@pytest.mark.neo4j
def test_the_read_session_holds_alone(
    neo4j_store: Store, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third layer alone, on Neo4j: no guard and no look at the plan."""
    monkeypatch.setattr(guard, "check", lambda text: None)
    monkeypatch.setattr(guard, "check_plan", lambda query_type, plan: None)
    neo4j_store.put_nodes("User", [{"id": "u0", "props": {"name": "User 0"}}])
    before = state(neo4j_store)
    for text in CORPUS:
        if any(word in text.upper() for word in ("TERMINATE", "-[", ")--", "DBMS.", "STATS")):
            continue
        try:
            neo4j_store.analyst(aim(text, listener), PARAMS, timeout=2.0)
        except GraphhuntError:
            continue
    assert state(neo4j_store) == before
    assert not called(listener)


def test_legal_statements_run(filled: Store) -> None:
    """None is refused, and both engines know what it says."""
    failed = {}
    for text in statements(LEGAL):
        try:
            filled.analyst(text, PARAMS)
        except QueryError as error:
            failed[text] = str(error)
    assert not failed


BOMBS = [
    "MATCH (a:Process), (b:Process), (c:Process) WHERE a.pid + b.pid + c.pid = -5 RETURN count(*)",
    "MATCH (a), (b), (c), (d) RETURN count(*)",
    "MATCH (a:Process), (b:Process), (c:Process) RETURN a.pid + b.pid + c.pid AS x ORDER BY x DESC LIMIT 3",
    "MATCH (a:User)-[*1..15]-(b) RETURN count(*)",
    "MATCH p = (a:User)-[*1..15]-(b:Machine) RETURN p",
    "UNWIND range(1, 100000000) AS x RETURN sum(x % 7)",
    "UNWIND range(1, 100000) AS x UNWIND range(1, 100000) AS y RETURN count(*)",
    "RETURN size(collect { UNWIND range(1, 100000000) AS x RETURN x })",
    "UNWIND range(1, 100000000) AS x WITH collect(x) AS xs RETURN size(xs)",
    "UNWIND range(1, 100000000) AS x WITH DISTINCT x RETURN count(x)",
    "UNWIND range(1, 50000000) AS x WITH x ORDER BY -x RETURN x LIMIT 1",
    "RETURN reduce(s = 'x', i IN range(1, 40) | s + s)",
    "RETURN size(reduce(s = 'x', i IN range(1, 34) | s + s))",
    "RETURN reduce(a = 0, i IN range(1, 1000000000) | a + i)",
    "RETURN reduce(a = 0, i IN range(1, 30000) | a + reduce(b = 0, j IN range(1, 30000) | b + j))",
    "RETURN [x IN range(1, 1000000000) | x * 2][5]",
    "UNWIND range(1, 30) AS i RETURN ('" + "a" * 34 + "!') =~ '(a+)+b' AS slow",
    "MATCH (a:Process) WITH collect(a) AS xs UNWIND xs AS x UNWIND xs AS y UNWIND xs AS z RETURN count(*)",
    "MATCH (a:Process), (b:Process) RETURN collect(a.command_line + b.command_line)",
    "UNWIND range(1, 2000000) AS x RETURN {a: x, b: toString(x)} AS m",
    "MATCH p = allShortestPaths((a:User)-[*..15]-(b:User)) WHERE a.id <> b.id RETURN count(p)",
]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_bombs_end_and_the_engine_lives(filled: Store) -> None:
    """Each ends in time or within its limits; a few at once do too, and then the engine still answers."""
    limit = 1.0
    late = {}
    for text in BOMBS:
        began = time.monotonic()
        bounded(filled, text, limit)
        if time.monotonic() - began > limit + 12:  # the engine may have to be started anew meanwhile
            late[text] = time.monotonic() - began
    assert not late
    threads = [threading.Thread(target=bounded, args=(filled, text, limit)) for text in BOMBS[:4] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert filled.read(library()["admin/ping"]) == [{"ok": True}]
    assert filled.analyst("MATCH (u:User) RETURN count(u)").rows == [[4]]


def bounded(store: Store, text: str, limit: float) -> None:
    try:
        store.analyst(text, limit=1000, timeout=limit)
    except (LimitError, QueryError):
        return
