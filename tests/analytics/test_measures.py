"""Graph measures against networkx's own, and equal results across the switches."""

from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
import pytest

from graphhunt.analytics import graph_measures as gm


def random_edges(seed: int, nodes: int = 60, edges: int = 240) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, nodes, edges), (rng.integers(0, nodes, edges) ** 2) // nodes
    return pl.DataFrame({"source": [f"m{i}" for i in a], "target": [f"m{i}" for i in b]})


@pytest.mark.parametrize("seed", range(5))
def test_every_measure_equals_networkx(seed: int) -> None:
    edges = random_edges(seed)
    found = {row["id"]: row for row in gm.graph_measures(edges).iter_rows(named=True)}
    directed = nx.DiGraph()
    directed.add_nodes_from(found)
    for a, b in edges.filter(pl.col("source") != pl.col("target")).iter_rows():
        directed.add_edge(a, b, weight=directed.get_edge_data(a, b, {"weight": 0})["weight"] + 1)
    plain = nx.Graph(directed)
    ranks = nx.pagerank(directed, tol=1e-12, max_iter=500)
    between, core = nx.betweenness_centrality(plain), nx.core_number(plain)
    for name, row in found.items():
        assert row["degree"] == plain.degree[name]
        assert (row["in_degree"], row["out_degree"]) == (directed.in_degree[name], directed.out_degree[name])
        assert row["pagerank"] == pytest.approx(ranks[name], abs=1e-8)
        assert row["betweenness"] == pytest.approx(between[name], abs=1e-9)
        assert (row["core"], row["betweenness_exact"]) == (core[name], True)
    assert set(found) == set(edges["source"]) | set(edges["target"])


def test_communities_cover_all_nodes_and_the_same_graph_gives_the_same() -> None:
    cliques = [(f"a{i}", f"a{j}") for i in range(6) for j in range(i)] + [
        (f"b{i}", f"b{j}") for i in range(5) for j in range(i)
    ]
    edges = pl.DataFrame([*cliques, ("a0", "b0")], schema=["source", "target"], orient="row")
    found = dict(gm.graph_measures(edges).select("id", "community").iter_rows())
    assert {found[f"a{i}"] for i in range(6)} == {0}
    assert {found[f"b{i}"] for i in range(5)} == {1}
    assert gm.graph_measures(edges.sample(fraction=1, shuffle=True, seed=3)).equals(gm.graph_measures(edges))


def test_betweenness_is_the_same_across_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rustworkx")
    graph = gm.EdgeList(random_edges(9)).undirected()
    slow, exact = gm.betweenness(graph)
    monkeypatch.setattr(gm, "EXACT_NODES", 5)
    fast, still_exact = gm.betweenness(graph)
    assert exact
    assert still_exact
    np.testing.assert_allclose(fast, slow, atol=1e-9)
    monkeypatch.setattr(gm, "FAST_EXACT_NODES", 5)
    monkeypatch.setattr(gm, "PIVOTS", graph.number_of_nodes())
    sampled, claimed = gm.betweenness(graph)
    assert not claimed
    np.testing.assert_allclose(sampled, slow, atol=1e-9)


def test_nothing_gives_nothing() -> None:
    assert gm.graph_measures(random_edges(1).clear()).is_empty()
