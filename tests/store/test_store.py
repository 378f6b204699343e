"""The store does the same on both engines: writes, reads, streams, limits, errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from graphhunt import queries
from graphhunt.errors import AccessError, LimitError, QueryError, StoreError
from graphhunt.store import Store, statements
from tests.conftest import raw

T = 1_700_000_000_000_000
LOGON = ("LOGGED_ON", "User", "Machine")


def people(count: int) -> list[dict[str, object]]:
    return [{"id": f"u{i}", "props": {"name": f"User {i}", "first_seen": T + i}} for i in range(count)]


def machines(count: int) -> list[dict[str, object]]:
    return [{"id": f"m{i}", "props": {"name": f"M{i}"}} for i in range(count)]


def logons(number: int, **props: object) -> list[dict[str, object]]:
    return [
        {
            "id": f"l{i}",
            "start": f"u{i % 3}",
            "end": f"m{i % 2}",
            "props": {"start": T + i, "logon_id": hex(i), **props},
        }
        for i in range(number)
    ]


@pytest.fixture
def filled(store: Store) -> Store:
    store.put_nodes("User", people(3), new=True)
    store.put_nodes("Machine", machines(2), new=True)
    store.put_relationships(LOGON, logons(6), new=True)
    return store


def test_nodes_are_written_once_however_often(store: Store) -> None:
    for new in (True, True, False):
        store.put_nodes("User", people(7), new=new)
    assert raw(store, "MATCH (n:User) RETURN count(n), max(n.first_seen)") == [[7, T + 6]]


def test_a_null_property_is_removed_and_others_stay(store: Store) -> None:
    store.put_nodes("User", [{"id": "a", "props": {"name": "x", "sid": "S-1"}}])
    raw(store, "MATCH (n:User {id: 'a'}) SET n.cluster_id = 4")
    store.put_nodes("User", [{"id": "a", "props": {"name": None, "sid": "S-2"}}])
    assert raw(store, "MATCH (n:User) RETURN properties(n)") == [[{"id": "a", "sid": "S-2", "cluster_id": 4}]]


def test_new_rows_keep_properties_beyond_the_schema_and_nothing_for_absent_ones(filled: Store) -> None:
    filled.put_nodes("User", [{"id": "a", "props": {"name": "x", "lm_score": 2}}, *people(4)[3:]], new=True)
    extra = {"id": "a1", "start": "a", "end": "m0", "props": {"open": True, "lm_hop": 3}}
    filled.put_relationships(LOGON, [extra], new=True)
    found = raw(filled, "MATCH (n:User) WHERE n.id IN ['a', 'u3'] RETURN properties(n) ORDER BY n.id")
    assert found == [[{"id": "a", "name": "x", "lm_score": 2}], [{"id": "u3", "name": "User 3", "first_seen": T + 3}]]
    found = raw(filled, "MATCH (:User {id: 'a'})-[r:LOGGED_ON]->(:Machine) RETURN properties(r)")
    assert found == [[{"id": "a1", "open": True, "lm_hop": 3}]]


def test_relationships_are_written_once_however_often(filled: Store) -> None:
    filled.put_relationships(LOGON, logons(9), new=True)
    filled.put_relationships(LOGON, logons(9, count=2))
    assert raw(filled, "MATCH (:User)-[r:LOGGED_ON]->(:Machine) RETURN count(r), sum(r.count)") == [[9, 18]]


def test_a_batch_that_holds_known_and_new_relationships_keeps_each_in_its_place(filled: Store) -> None:
    filled.put_relationships(LOGON, logons(8), new=True)
    found = raw(filled, "MATCH (u:User)-[r:LOGGED_ON]->(m:Machine) RETURN r.id, u.id, m.id ORDER BY r.start")
    assert found == [[f"l{i}", f"u{i % 3}", f"m{i % 2}"] for i in range(8)]


@pytest.mark.parametrize("new", [True, False])
def test_a_relationship_without_its_end_is_an_error(filled: Store, new: bool) -> None:
    lost = [{"id": "x", "start": "u0", "end": "nowhere", "props": {}}]
    with pytest.raises(StoreError, match="no start or no end"):
        filled.put_relationships(LOGON, lost, new=new)


def test_removing_takes_what_is_there(filled: Store) -> None:
    filled.remove_relationships("LOGGED_ON", ["l1", "l4", "missing"])
    filled.remove_nodes("User", ["u0", "missing"])
    found = raw(filled, "MATCH (u:User)-[r:LOGGED_ON]->() RETURN r.id ORDER BY r.id")
    assert found == [["l2"], ["l5"]]


def test_rows_come_in_batches_with_progress(store: Store) -> None:
    seen: list[int] = []
    rows = iter(people(25))
    done = store.write_rows(statements.merge_nodes("User"), rows, batch=10, progress=seen.append)
    assert (done.rows, done.nodes_created, seen) == (25, 25, [10, 20, 25])


def test_values_come_back_as_plain_python(filled: Store) -> None:
    row = filled.analyst("MATCH p=(u:User {id:'u1'})-[r:LOGGED_ON {id:'l1'}]->(m) RETURN u, r, p, [1.5, null, true]")
    user = {"_kind": "node", "_label": "User", "id": "u1", "name": "User 1", "first_seen": T + 1}
    logon = {
        "_kind": "relationship", "_type": "LOGGED_ON", "_start": "u1", "_end": "m1",
        "id": "l1", "start": T + 1, "logon_id": "0x1",
    }  # fmt: skip
    machine = {"_kind": "node", "_label": "Machine", "id": "m1", "name": "M1"}
    path = {"_kind": "path", "nodes": [user, machine], "relationships": [logon]}
    assert row.rows == [[user, logon, path, [1.5, None, True]]]


def test_reading_and_streaming_give_the_same(filled: Store) -> None:
    query = statements.known_relationships("LOGGED_ON")
    ids = [f"l{i}" for i in range(10)]
    assert filled.read(query, ids=ids) == list(filled.stream(query, ids=ids)) == [{"id": f"l{i}"} for i in range(6)]


def test_a_query_is_a_function(filled: Store) -> None:
    assert statements.known_relationships("LOGGED_ON")(filled, ids=["l0", "no"]) == [{"id": "l0"}]


def test_a_writing_query_is_not_read_and_a_reading_one_not_written(store: Store) -> None:
    with pytest.raises(QueryError, match="write query"):
        store.read(statements.merge_nodes("User"), rows=[])
    with pytest.raises(QueryError, match="read query"):
        store.write(statements.known_relationships("RAN"), ids=[])


def test_the_schema_is_made_once(store: Store) -> None:
    assert store.ensure_schema() == 0


def test_an_id_stays_unique(filled: Store) -> None:
    with pytest.raises(StoreError, match="already"):
        filled.write(statements.create_nodes("User"), rows=people(1))
    with pytest.raises(StoreError, match="already"):
        filled.write(statements.create_relationships(*LOGON), rows=logons(1))


def test_analysts_get_columns_rows_and_word_of_a_cut(filled: Store) -> None:
    table = filled.analyst("MATCH (u:User) RETURN u.id AS id, $x AS x ORDER BY id", {"x": 1}, limit=2)
    assert (table.columns, table.rows, table.truncated) == (["id", "x"], [["u0", 1], ["u1", 1]], True)
    whole = filled.analyst("MATCH (u:User) RETURN u.id AS id ORDER BY id", limit=3)
    assert (len(whole.rows), whole.truncated) == (3, False)


def test_a_wrong_query_of_an_analyst_is_a_query_error(store: Store) -> None:
    for wrong in ("MATCH (n RETURN n", "RETURN missing", "MATCH (u:User) RETURN u.id ORDER"):
        with pytest.raises(QueryError):
            store.analyst(wrong)


def test_analysts_may_not_write(filled: Store) -> None:
    with pytest.raises(AccessError):
        filled.analyst("MATCH (u:User) SET u.name = 'x'")


def test_a_long_query_ends(store: Store) -> None:
    store.put_nodes("Process", [{"id": str(i), "props": {"pid": i}} for i in range(2000)], new=True)
    with pytest.raises(LimitError, match="longer"):
        store.analyst(
            "MATCH (a:Process),(b:Process),(c:Process) WHERE a.pid+b.pid+c.pid=-5 RETURN count(*)", timeout=0.5
        )


def test_a_query_that_nobody_waits_for_ends_on_the_engine(store: Store) -> None:
    store.put_nodes("Process", [{"id": str(i), "props": {"pid": i}} for i in range(2000)], new=True)
    text = "MATCH (a:Process),(b:Process),(c:Process) WHERE a.pid+b.pid+c.pid=-5 RETURN count(*)"
    stop = threading.Event()
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(store.analyst, text, stop=stop), pool.submit(store.analyst, text, timeout=60.0)]
        wait_until(lambda: running(store, text) == 2)
        stop.set()
        wait_until(lambda: running(store, text) == 1)  # the other of the same words goes on until its time is over
        assert [type(one.exception()) in (LimitError, QueryError) for one in asked] == [True, True]
    wait_until(lambda: running(store, text) == 0)


def running(store: Store, text: str) -> int:
    return sum(text in str(row["currentQuery"]) for row in store.read(queries.library()["admin/running"]))


def wait_until(fits: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not fits():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("text", ["RETURN 1 AS one // 2", "RETURN 1 AS one /* 2 */", "RETURN 1 AS one  \n"])
def test_a_query_may_end_as_people_end_them(store: Store, text: str) -> None:
    assert store.analyst(text).rows == [[1]]


def test_a_wide_result_ends(store: Store) -> None:
    text = "RETURN reduce(s = '0123456789', i IN range(1, 10) | s + s) AS text"
    narrow = store.analyst(text)
    assert len(str(narrow.rows[0][0])) == 10 * 2**10
    with pytest.raises(LimitError, match="larger"):
        store.analyst("UNWIND range(1, 4000) AS x " + text.replace("range(1, 10)", "range(1, 11)"))
