"""A Neo4j server named by its address: no secret in the address, clear errors, back after its death."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphhunt.errors import StoreError, UsageError
from graphhunt.store import Store, open_store
from graphhunt.store.server_link import check_address
from tests.conftest import small_settings
from tests.neo4j_server import Neo4jServer


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("bolt://db", "bolt://db:7687"),
        ("neo4j://db:7000", "neo4j://db:7000"),
        ("neo4j+s://x.databases.neo4j.io", "neo4j+s://x.databases.neo4j.io:7687"),
        ("bolt+ssc://[::1]", "bolt+ssc://[::1]:7687"),
    ],
)
def test_addresses(url: str, used: str) -> None:
    assert check_address(url) == used


@pytest.mark.parametrize("url", ["http://db:7474", "db:7687", "bolt://", "bolt://db/graph", "bolt://db:port", ""])
def test_wrong_addresses_are_usage_errors(url: str) -> None:
    with pytest.raises(UsageError):
        check_address(url)


@pytest.mark.parametrize(
    "url", ["bolt://neo4j:canary@db:7687", "neo4j://:canary@db", "bolt://canary@db", "x://a:canary@b"]
)
def test_a_password_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_address(url)
    assert "canary" not in str(caught.value)


def test_a_missing_password_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="password isn't set"):
        open_store(tmp_path, "bolt://127.0.0.1:1", small_settings())


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be reached"):
        open_store(tmp_path, "bolt://127.0.0.1:1", small_settings(db_password="x"))


@pytest.mark.neo4j
def test_a_wrong_password_is_said_and_not_repeated(tmp_path: Path, neo4j_home: Neo4jServer) -> None:
    with pytest.raises(StoreError, match="refused the user name or password") as caught:
        open_store(tmp_path, neo4j_home.url, small_settings(db_password="canary-canary"))
    assert "canary" not in str(caught.value)


@pytest.mark.neo4j
def test_an_unknown_database_is_said(tmp_path: Path, neo4j_home: Neo4jServer) -> None:
    settings = small_settings(db_password=neo4j_home.password, db_name="nowhere")
    with open_store(tmp_path, neo4j_home.url, settings) as store, pytest.raises(StoreError):
        store.ensure_schema()


@pytest.mark.neo4j
@pytest.mark.slow
def test_writes_go_on_after_the_server_was_killed(tmp_path: Path) -> None:
    server = Neo4jServer(tmp_path / "home")
    server.start()
    try:
        with open_store(tmp_path / "w", server.url, small_settings(db_password=server.password)) as store:
            store.ensure_schema()
            put(store, 1, 50)
            server.kill()
            server.start()
            put(store, 26, 100)
            assert store.analyst("MATCH (u:User) RETURN count(u)").rows == [[100]]
    finally:
        server.kill()


def put(store: Store, first: int, last: int) -> None:
    store.put_nodes("User", [{"id": str(i), "props": {}} for i in range(first, last + 1)], new=True)
