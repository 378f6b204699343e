"""Graph measures against networkx's own, and equal results on both sides of each switch."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import polars as pl
import pytest

from graphhunt.analyses.extract import EDGES
from graphhunt.analyses.measures import chosen_relations
from graphhunt.analyses.runs import analyze, current_results
from graphhunt.errors import LimitError, UsageError
from graphhunt.store import Store
from graphhunt.store.statements import create_nodes, create_relationships
from graphhunt.toolbox import graph_measures as gm

Shape = Callable[[int], pl.DataFrame]


def random_edges(seed: int, nodes: int = 60, edges: int = 240) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, nodes, edges), (rng.integers(0, nodes, edges) ** 2) // nodes
    return pl.DataFrame({"source": [f"m{i}" for i in a], "target": [f"m{i}" for i in b]})


def forest(seed: int, nodes: int = 200) -> pl.DataFrame:
    """Five deep trees, as process trees are."""
    rng = np.random.default_rng(seed)
    up = [int(rng.integers(max(0, i - 30), i)) for i in range(5, nodes)]
    return pl.DataFrame({"source": [f"p{u}" for u in up], "target": [f"p{i}" for i in range(5, nodes)]})


def stars(seed: int) -> pl.DataFrame:
    """Many processes that talk to few addresses, with weights."""
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {"source": [f"p{i % 90}" for i in range(150)], "target": [f"10.0.0.{i}" for i in rng.geometric(0.3, 150)],
         "weight": rng.integers(1, 50, 150)}
    )  # fmt: skip


def cliques() -> pl.DataFrame:
    sizes = {"a": 9, "b": 7, "c": 6, "d": 5}
    inner = [(f"{g}{i}", f"{g}{j}") for g, n in sizes.items() for i in range(n) for j in range(i)]
    return pl.DataFrame([*inner, ("a0", "b0"), ("b1", "c0"), ("c1", "d0")], schema=["source", "target"], orient="row")


def expected(edges: pl.DataFrame) -> tuple[nx.DiGraph[str], nx.Graph[str]]:
    directed: nx.DiGraph[str] = nx.DiGraph()
    directed.add_nodes_from({*edges["source"], *edges["target"]})
    if "weight" not in edges.columns:
        edges = edges.with_columns(weight=pl.lit(1))
    for a, b, weight in edges.filter(pl.col("source") != pl.col("target")).iter_rows():
        directed.add_edge(a, b, weight=directed.get_edge_data(a, b, {"weight": 0})["weight"] + weight)
    return directed, nx.Graph(directed)


@pytest.fixture(params=["networkx", "arrays and rustworkx"])
def side(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test on both sides of the switch by size."""
    if request.param != "networkx":
        pytest.importorskip("rustworkx")
        monkeypatch.setattr(gm, "SMALL_NODES", 3)
    return str(request.param)


@pytest.mark.parametrize("shape", [random_edges, forest, stars])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.usefixtures("side")
def test_every_measure_equals_networkx(shape: Shape, seed: int) -> None:
    edges = shape(seed)
    found = {row["id"]: row for row in gm.graph_measures(edges).iter_rows(named=True)}
    directed, plain = expected(edges)
    ranks = nx.pagerank(directed, tol=1e-12, max_iter=500)
    between, core = nx.betweenness_centrality(plain), nx.core_number(plain)
    for name, row in found.items():
        assert row["degree"] == plain.degree[name]
        assert (row["in_degree"], row["out_degree"]) == (directed.in_degree[name], directed.out_degree[name])
        assert row["pagerank"] == pytest.approx(ranks[name], abs=1e-8)
        assert row["betweenness"] == pytest.approx(between[name], abs=1e-9)
        assert (row["core"], row["betweenness_exact"]) == (core[name], True)
    assert set(found) == set(edges["source"]) | set(edges["target"])


@pytest.mark.parametrize("shape", [random_edges, forest, stars])
@pytest.mark.parametrize("pivots", [1, 7, 40, 10_000])
def test_estimated_betweenness_equals_networkx_with_the_same_pivots(
    shape: Shape, pivots: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    edges = gm.EdgeList(shape(4))
    for name, value in (("SMALL_NODES", 3), ("EXACT_NODES", 3), ("PIVOTS", pivots)):
        monkeypatch.setattr(gm, name, value)
    shares, exact = gm.betweenness(edges)
    wanted = nx.betweenness_centrality(edges.undirected(), k=min(pivots, len(edges)), seed=0)
    assert not exact
    np.testing.assert_allclose(shares, [wanted[i] for i in range(len(edges))], atol=1e-9)


def test_without_rustworkx_the_rest_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    edges = random_edges(8)
    small = gm.graph_measures(edges)
    monkeypatch.setattr(gm, "SMALL_NODES", 3)
    monkeypatch.setattr(gm, "_installed", lambda package: False)
    large = gm.graph_measures(edges)
    exact = ["id", "degree", "in_degree", "out_degree", "community", "core"]
    assert large.select(exact).equals(small.select(exact))
    np.testing.assert_allclose(large["pagerank"], small["pagerank"], atol=1e-8)
    np.testing.assert_allclose(large["betweenness"], small["betweenness"], atol=1e-9)  # every node is a pivot
    assert set(large["betweenness_exact"]) == {False}


def test_communities_cover_all_nodes_and_the_same_graph_gives_the_same() -> None:
    edges = cliques()
    found = gm.graph_measures(edges)
    for number, group in enumerate("abcd"):
        assert set(found.filter(pl.col("id").str.starts_with(group))["community"]) == {number}
    assert gm.graph_measures(edges.sample(fraction=1, shuffle=True, seed=3)).equals(found)


def test_communities_are_as_good_by_igraph(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("igraph")
    blocks = nx.planted_partition_graph(6, 40, 0.4, 0.01, seed=2)
    named = [(f"n{a:03}", f"n{b:03}") for a, b in blocks.edges()]
    for edges in (cliques(), pl.DataFrame(named, schema=["source", "target"], orient="row")):
        listed = gm.EdgeList(edges)
        slow = gm.communities(listed)
        with monkeypatch.context() as large:
            large.setattr(gm, "LEIDEN_EDGES", 1)
            assert gm.communities(listed) == slow
    listed = gm.EdgeList(random_edges(5, 300, 900))  # no clear communities: as good, not the same
    slow = gm.communities(listed)
    monkeypatch.setattr(gm, "LEIDEN_EDGES", 1)
    scores = [_modularity(listed, numbers) for numbers in (slow, gm.communities(listed))]
    assert scores[1] == pytest.approx(scores[0], abs=0.02)


def _modularity(edges: gm.EdgeList, numbers: list[int]) -> float:
    groups = [{i for i, n in enumerate(numbers) if n == number} for number in set(numbers)]
    return float(nx.community.modularity(edges.undirected(), groups))


def test_nothing_and_single_edges() -> None:
    assert gm.graph_measures(random_edges(1).clear()).is_empty()
    loop = gm.graph_measures(pl.DataFrame({"source": ["a", "a"], "target": ["a", "b"]}))
    assert loop.select("id", "degree", "betweenness", "core").rows() == [("a", 1, 0.0, 1), ("b", 1, 0.0, 1)]


@pytest.fixture
def graph(store: Store) -> Store:
    """One account on two machines, a process tree of four, two addresses; one id stands for a user and a machine."""
    for label, ids in (("User", "ux"), ("Machine", "xy"), ("Process", "pqrs"), ("IP", "ij")):
        rows = [{"id": i, "props": {"name": i, **({"machine_id": "x"} if label == "Process" else {})}} for i in ids]
        store.write_rows(create_nodes(label), rows)

    def join(kind: str, a: str, b: str, pairs: str) -> None:
        rows = [{"start": p[0], "end": p[1], "id": f"{kind}{n}", "props": {"start": 10 * n}}
                for n, p in enumerate(pairs.split())]  # fmt: skip
        store.write_rows(create_relationships(kind, a, b), rows)

    join("REMOTE_LOGON", "Machine", "Machine", "xy xy")
    join("LOGGED_ON", "User", "Machine", "ux uy uy xx")
    join("RAN", "Machine", "Process", "xp xq xr xs")
    join("SPAWNED", "Process", "Process", "pq pr rs")
    join("CONNECTED", "Process", "IP", "qi qi ri rj")
    return store


def measured(store: Store, label: str, name: str = "degree") -> dict[str, int]:
    return {r["id"]: r[f"measure_{name}"] for r in current_results(store, "measures", label)}


def test_chosen_relations_are_measured_and_written(graph: Store) -> None:
    assert analyze(graph, "measures", {"relations": "connected"})["written"] == {"Process": 2, "IP": 2}
    assert measured(graph, "Process", "out_degree") == {"q": 1, "r": 2}
    assert measured(graph, "IP", "in_degree") == {"i": 2, "j": 1}
    assert analyze(graph, "measures", {"relations": "SPAWNED, RAN"})["written"] == {"Machine": 1, "Process": 4}
    assert measured(graph, "IP") == {}  # another run's results don't stay
    assert (measured(graph, "Process"), measured(graph, "Machine")) == ({"p": 3, "q": 2, "r": 3, "s": 2}, {"x": 4})
    assert measured(graph, "Process", "core") == {"p": 2, "q": 2, "r": 2, "s": 2}
    table = graph.analyst("MATCH (n:Process {id: 'p'}) RETURN n.measure_relations AS r, n.measure_in_degree AS i", {})
    assert table.rows == [[["RAN", "SPAWNED"], 1]]


def test_a_user_and_a_machine_with_one_id_stay_two(graph: Store) -> None:
    assert analyze(graph, "measures", {"relations": "LOGGED_ON"})["written"] == {"User": 2, "Machine": 2}
    assert (measured(graph, "User"), measured(graph, "Machine")) == ({"u": 2, "x": 1}, {"x": 2, "y": 1})


def test_all_relations_and_bounds(graph: Store) -> None:
    report = analyze(graph, "measures", {"relations": "all"})
    assert report["written"] == {"User": 2, "Machine": 2, "Process": 4, "IP": 2}
    assert measured(graph, "Machine") == {"x": 7, "y": 2}  # y, u, the user x, p, q, r, s; u and x
    assert analyze(graph, "measures", {"relations": "LOGGED_ON", "machine": "y"})["written"] == {
        "User": 1, "Machine": 1,
    }  # fmt: skip
    assert analyze(graph, "measures", {"relations": "CONNECTED", "until": 20})["written"] == {"Process": 1, "IP": 1}
    with pytest.raises(LimitError, match="more than 2 logged on"):
        analyze(graph, "measures", {"relations": "LOGGED_ON", "limit": 2})


def test_relations_are_read_as_written() -> None:
    assert chosen_relations("all") == list(EDGES)
    assert chosen_relations("spawned, RAN,ran") == ["RAN", "SPAWNED"]
    with pytest.raises(UsageError, match="'WROTE'"):
        chosen_relations("RAN,WROTE")
