"""Analytics' properties under plain names: what an analyst may write, on both engines, and what stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from graphhunt.analyses import registry, runs, writeback
from graphhunt.questions import pivots
from graphhunt.schema import NODES, RELATIONSHIPS
from graphhunt.store import Store
from graphhunt.store.plain_names import rename
from graphhunt.store.published import view_of
from graphhunt.store.statements import create_nodes, create_relationships
from tests.analyses import toy

NAMES = {"toy_value": "toy_value__b", "session_id": "session_id__b"}


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("RETURN n.toy_value AS v", "RETURN coalesce(n.toy_value__b, n.toy_value) AS v"),
        ("RETURN n . `toy_value`", "RETURN coalesce(n.toy_value__b, n.`toy_value`)"),
        ("RETURN nodes(p)[0].toy_value", "RETURN nodes(p)[0].toy_value__b"),
        ("RETURN startNode(r).toy_value", "RETURN startNode(r).toy_value__b"),
        ("RETURN n {.name, .toy_value}", "RETURN n {.name, toy_value__b: coalesce(n.toy_value__b, n.toy_value)}"),
        ("MATCH (n:Process {toy_value: 1}) RETURN n", "MATCH (n:Process {toy_value__b: 1}) RETURN n"),
        ("RETURN n['toy_value']", "RETURN coalesce(n['toy_value__b'], n['toy_value'])"),
        ("RETURN nodes(p)[0]['toy_value']", "RETURN nodes(p)[0]['toy_value__b']"),
        ("MATCH (n) WHERE n.name IN ['toy_value'] RETURN n", None),
        ("RETURN ['toy_value'] AS names, size(['toy_value'])", None),
        ("UNWIND ['toy_value'] AS x WITH x, ['toy_value'] AS y RETURN [x] + ['toy_value']", None),
        ("RETURN $given['toy_value'], $rows[0].toy_value, $rows[0]['toy_value'], $a.b[size([1])].toy_value", None),
        ("RETURN n.name = \"n['toy_value']\", '\\'n.toy_value' /* n.toy_value */", None),
        ("RETURN n /* its */ . /* own */ toy_value", "RETURN coalesce(n.toy_value__b, n.toy_value)"),
        ("MATCH (toy_value:Process) RETURN toy_value, toy_value.name, n.name AS toy_value", None),
        ("MATCH (toy_value) RETURN toy_value.toy_value",
         "MATCH (toy_value) RETURN coalesce(toy_value.toy_value__b, toy_value.toy_value)"),
        ("RETURN any(x IN [n, toy_value:Process] WHERE x)", None),
        ("WITH {toy_value: 1} AS m RETURN m.toy_value",
         "WITH {toy_value__b: 1} AS m RETURN coalesce(m.toy_value__b, m.toy_value)"),
        ("RETURN `toy_value`.`name`, n.`toy_value ` AS `n.toy_value`", None),
        ("RETURN 'n.toy_value' AS t // n.toy_value", "RETURN 'n.toy_value' AS t // n.toy_value"),
        ("RETURN $given.toy_value, toy_value", "RETURN $given.toy_value, toy_value"),
        ("MATCH ()-[r:REMOTE_LOGON {logon_session_id: 'x'}]->() RETURN r.id", None),
        ("MATCH ()-[r:LOGGED_ON {session_id: 'x'}]->() RETURN r.id",
         "MATCH ()-[r:LOGGED_ON {session_id__b: 'x'}]->() RETURN r.id"),
        ("RETURN 'open n.toy_value", None),
    ],
)  # fmt: skip
def test_names_are_turned_where_they_are_properties(written: str, run: str | None) -> None:
    assert rename(written, NAMES) == (run or written)


def test_columns_and_values_get_their_plain_names_back() -> None:
    view = view_of([{"head": "h", "current": "toy/1b", "previous": None, "names": list(NAMES)}])
    for text in ("n.toy_value", "nodes(p)[0].toy_value", "n.name"):
        assert view.column(view.renamed(text)) == text
    node: dict[str, Any] = {"id": "p", "toy_value__a": 1, "toy_value__b": 2, "other__b": 3}
    assert view.shown([node, {"nodes": [node]}]) == [
        {"id": "p", "toy_value": 2, "other__b": 3},
        {"nodes": [{"id": "p", "toy_value": 2, "other__b": 3}]},
    ]


def test_no_analytic_shares_a_name_with_the_graph_itself() -> None:
    own = {w.property for a in registry.analyses().values() for w in a.properties}
    kinds = [kind.properties for kind in NODES.values()] + [kind.properties for kind in RELATIONSHIPS.values()]
    assert own & {name for properties in kinds for name in properties} == set()


def test_an_analyst_and_the_entities_see_plain_names(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.install(monkeypatch.setattr)
    toy.fill(store)

    def ask(cypher: str, **params: Any) -> list[list[Any]]:
        return store.analyst(cypher, params, limit=1000).rows

    value = "MATCH (n:Process {id: 'p7'}) RETURN n.toy_value"
    assert ask(value) == [[None]]
    for number in range(1, 6):
        run = runs.analyze(store, "toy", {"value": number})["run"]
        assert store.analyst(value, {}) == (["n.toy_value"], [[number]], False)
    assert ask("MATCH (n:Process) WHERE n.toy_value > $least RETURN count(n)", least=4) == [[toy.NODES]]
    assert ask("MATCH (n:Process {toy_value: 5, id: 'p1'}) RETURN n {.id, .toy_value} AS m") == [
        [{"id": "p1", "toy_value": 5}]
    ]
    assert ask("MATCH (n:Process) RETURN DISTINCT n.toy_run ORDER BY n.toy_run") == [[run]]
    shown = str(pivots.entity(store, pivots.Ref("Process", "p3")))
    assert f"'toy_value': 5, 'toy_run': '{run}'" in shown or f"'toy_run': '{run}', 'toy_value': 5" in shown
    assert "__" not in shown
    runs.undo(store, "toy")
    assert ask(value) == [[4]]
    runs.undo(store, "toy")
    assert ask(value) == [[None]]
    ((node,),) = ask("MATCH (n:Process {id: 'p7'}) RETURN n")
    assert not [key for key in node if key.startswith("toy_")]


def test_lists_maps_and_parameters_keep_their_meaning(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.install(monkeypatch.setattr)
    toy.fill(store)
    runs.analyze(store, "toy", {"value": 3})

    def ask(cypher: str, **params: Any) -> list[Any]:
        (row,) = store.analyst(cypher, params).rows
        return row

    assert ask("RETURN ['toy_value'] AS l, 'toy_value' IN ['toy_value'] AS t") == [["toy_value"], True]
    assert ask("RETURN $m['toy_value'] AS a, $m.toy_value AS b", m={"toy_value": 7}) == [7, 7]
    assert ask("RETURN $rows[0].toy_value AS a", rows=[{"toy_value": 7}]) == [7]
    assert ask("UNWIND $rows AS r RETURN r['toy_value'] AS a, r.toy_value AS b", rows=[{"toy_value": 7}]) == [7, 7]
    assert ask("WITH {toy_value: 1} AS m RETURN m, m.toy_value AS a") == [{"toy_value": 1}, 1]
    assert ask("MATCH (n:Process {id: 'p1'}) RETURN n['toy_value'] AS a, properties(n).toy_value AS b") == [3, 3]


def test_a_first_run_that_is_being_written_shows_nowhere(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.install(monkeypatch.setattr)
    toy.fill(store)
    ask = "MATCH (n:Process) RETURN n, n.toy_value AS v"
    before = store.analyst(ask, {}, limit=1000).rows
    with writeback.lease(store, toy.TOY) as held:
        held.stage({"Process": [(f"p{i}", {"toy_value": 1}) for i in range(40)]})
        assert sorted(map(str, store.analyst(ask, {}, limit=1000).rows)) == sorted(map(str, before))
        shown = str(pivots.entity(store, pivots.Ref("Process", "p3")))
        assert "toy_" not in shown


def test_a_remote_logons_own_session_stays_readable(store: Store) -> None:
    for label, one in (("Machine", "m0"), ("Machine", "m1"), ("User", "u0")):
        store.write_rows(create_nodes(label), [{"id": one, "props": {"name": one}}])
    remote = {"start": "m0", "end": "m1", "id": "r0", "props": {"logon_session_id": "logon-7", "start": 5}}
    store.write_rows(create_relationships("REMOTE_LOGON", "Machine", "Machine"), [remote])
    logon = {"start": "u0", "end": "m1", "id": "l0", "props": {"start": 5}}
    store.write_rows(create_relationships("LOGGED_ON", "User", "Machine"), [logon])
    runs.analyze(store, "sessions")
    mine = store.analyst("MATCH (:Machine)-[r:REMOTE_LOGON]->(:Machine) RETURN r.logon_session_id", {})
    assert mine.rows == [["logon-7"]]
    keyed = "MATCH (:Machine)-[r:REMOTE_LOGON {logon_session_id: 'logon-7'}]->(:Machine) RETURN r.id"
    assert store.analyst(keyed, {}).rows == [["r0"]]
    ((session, events),) = store.analyst(
        "MATCH (:User)-[r:LOGGED_ON]->(:Machine) RETURN r.session_id, r.session_events", {}
    ).rows
    assert len(session) >= 16
    assert events == 1
