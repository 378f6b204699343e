"""Results taken elsewhere: pandas, polars, networkx, pyvis, and py2neo on a real Neo4j."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from graphhunt.entities import File, Machine, Process, Subgraph, User, pyvis_page
from graphhunt.entities.edge import Edge
from graphhunt.entities.py2neo_objects import from_py2neo
from graphhunt.errors import UsageError
from graphhunt.store import Store
from tests.conftest import raw
from tests.entities.conftest import StoreHunt

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script> href=javascript:alert(3)"


def test_polars_and_pandas_hold_the_same(sample: StoreHunt) -> None:
    rows = Machine(["machine-1", "machine-2"], hunt=sample).get_executions()
    first, second = rows.to_pandas(), rows.to_polars()
    assert list(first.columns) == second.columns
    assert len(first) == second.height > 0
    for name in ("DateTime", "ChildFilename", "ChildPid", "RemoteSession"):
        mine = [None if pd.isna(value) else value for value in first[name]]
        assert mine == second[name].to_list()


def test_networkx_gets_the_entities_of_rows_and_the_relationships(sample: StoreHunt) -> None:
    """Of the sample, machine n runs process n, and machine 1 also process 2, 2 also 3, 3 also 1."""
    rows = Machine("machine-1", hunt=sample).get_executions(operation="create")
    named = rows.to_networkx()
    assert {key for key, held in named.nodes(data="label") if held == "Process"} == {
        ("Process", row.process_id) for row in rows
    }
    graph = Machine("machine-1", hunt=sample).graph(relation="RAN").to_networkx()
    assert {(a[1], b[1]) for a, b in graph.edges()} == {("machine-1", "process-1"), ("machine-1", "process-2")}
    assert {held["type"] for _, _, held in graph.edges(data=True)} == {"RAN"}
    assert graph.nodes["Process", "process-1"]["name"] == "explorer.exe"
    among = rows.graph().to_networkx()
    assert {a for edge in among.edges() for a in edge} <= set(among.nodes)
    assert ("Machine", "machine-1") in among.nodes


def test_pyvis_pages_open_offline_and_run_nothing_of_the_logs(tmp_path: Any) -> None:
    pytest.importorskip("pyvis")
    nodes = {("Process", f"{EVIL}{n}"): {"name": EVIL, "command_line": EVIL} for n in range(3)}
    keys = list(nodes)
    graph = Subgraph(nodes, [Edge("SPAWNED", "e", keys[0], keys[1], {"x": EVIL})])
    net = graph.to_pyvis()
    assert [node["id"] for node in net.nodes] == [0, 1, 2]
    assert all(node["physics"] is False for node in net.nodes)
    assert not any("<" in str(node["title"]) or "href" in str(node["title"]) for node in net.nodes)
    page = graph.to_pyvis(tmp_path / "page.html").read_text(encoding="utf-8")
    assert not re.search(r"<(?:script|link)\b[^>]*\b(?:src|href)\s*=", page, re.I)
    assert "onerror=alert(1)>" not in page
    assert "alert(2)</script>" not in page


def test_a_big_graph_is_cut_and_the_page_says_so() -> None:
    pytest.importorskip("pyvis")
    nodes: dict[tuple[str, str], dict[str, Any]] = {("IP", str(n)): {} for n in range(200)}
    keys = list(nodes)
    edges = [Edge("FLOWED_TO", str(n), keys[n % 200], keys[n * 7 % 200], {}) for n in range(20_500)]
    page = pyvis_page.page(Subgraph(nodes, edges))
    assert "500 more relationships are not drawn" in page


def test_nodes_of_the_driver_name_entities(sample: StoreHunt) -> None:
    node: Any
    [[node]] = raw(sample.store.inner, "MATCH (n:Machine {id: 'machine-2'}) RETURN n")
    assert Machine(node, hunt=sample).ids == ["machine-2"]
    assert User(["user-1", "user-2"], hunt=sample).get_executions(muid=node).df["Muid"].unique().tolist() == [
        "machine-2"
    ]


@pytest.mark.neo4j
def test_py2neo_takes_and_gives_the_graph(neo4j_store: Store, request: pytest.FixtureRequest) -> None:
    """A part of the graph is merged into a real Neo4j by py2neo, read back by py2neo, and asked about."""
    py2neo = pytest.importorskip("py2neo")
    server = request.getfixturevalue("neo4j_home")
    nodes: dict[tuple[str, str], dict[str, Any]] = {
        ("Machine", "m1"): {"name": "M1", "client_id": "default", "first_seen": 1, "last_seen": 9, "search": "m1"},
        ("Process", "m1|1"): {"name": "a.exe", "machine_id": "m1", "client_id": "default", "first_seen": 1,
                              "last_seen": 9, "start": 1, "stub": False},
    }  # fmt: skip
    link = Edge("RAN", "r1", ("Machine", "m1"), ("Process", "m1|1"), {"start": 1, "end": 9, "evidence": ["e1"]})
    graph = Subgraph(nodes, [link])
    database = py2neo.Graph(server.url, auth=("neo4j", server.password))
    request.addfinalizer(database.service.connector.close)
    for _ in range(2):
        database.merge(graph.to_py2neo())
    assert raw(neo4j_store, "MATCH (m)-[r]->(p) RETURN m.id, type(r), r.id, p.id") == [["m1", "RAN", "r1", "m1|1"]]
    found = from_py2neo(database.match(r_type="RAN").first())
    assert found.nodes.keys() == nodes.keys()
    assert found.edges[0].properties["evidence"] == ["e1"]
    assert found.to_networkx().number_of_edges() == 1
    hunt = StoreHunt(neo4j_store)
    [node] = database.nodes.match("Machine")
    made: Any = Machine(node, hunt=hunt).get_executions(operation="create")
    [row] = made
    assert (row.process_id, row.child_filename, row.event_ids) == ("m1|1", "a.exe", ["e1"])
    assert Process.of(["m1|1"], hunt=hunt).get_machine().ids == ["m1"]


def test_py2neo_objects_are_checked() -> None:
    py2neo = pytest.importorskip("py2neo")
    for wrong in (object(), py2neo.Node("Machine", name="no id"), py2neo.Node(id="no label")):
        with pytest.raises(UsageError):
            from_py2neo(wrong)
    node = py2neo.Node("File", id="f1", name="x")
    assert list(from_py2neo(node).nodes) == [("File", "f1")]
    assert File(name=node, hunt=object()).names == ["f1"]  # type: ignore[arg-type]
