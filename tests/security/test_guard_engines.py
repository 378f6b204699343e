"""The guard and what stands behind it, on real engines: nothing hostile changes or reaches anything."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from graphhunt.errors import AccessError, GraphhuntError, QueryError
from graphhunt.store import Store, guard
from tests.conftest import raw
from tests.security import bombs
from tests.security.corpus import AMBIGUOUS, CORPUS, LEGAL, statements

PARAMS = {"id": "u0", "name": "User 0", "rows": [{"id": "evil"}], "url": "http://127.0.0.1:{port}/x"}


@pytest.fixture
def filled(store: Store) -> Store:
    bombs.fill(store)
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
