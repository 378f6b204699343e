"""Graph measures of an extracted subgraph: degree, PageRank, betweenness, communities, k-core.

networkx is the reference and does the small graphs; scipy does PageRank at any size, rustworkx (if installed)
exact betweenness of middle-sized graphs, igraph (if installed) communities of large ones. A switch changes the
time taken, not the result: PageRank and betweenness agree to 1e-6, degree and core are equal.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import polars as pl
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT_NODES = 1_000
"""Up to this many nodes networkx computes betweenness exactly."""

FAST_EXACT_NODES = 5_000
"""Up to this many nodes rustworkx does, where installed."""

PIVOTS = 256
LEIDEN_EDGES = 200_000
"""From this many edges on igraph finds communities, where installed."""

_DAMPING = 0.85
_TOLERANCE = 1e-10
_ROUNDS = 200


class EdgeList:
    """A graph as arrays: node names in order, and edges between their positions."""

    def __init__(self, edges: pl.DataFrame) -> None:
        """Take `source`, `target` and optionally `weight`; parallel edges add up, loops are left out."""
        frame = edges.drop_nulls(["source", "target"]).filter(pl.col("source") != pl.col("target"))
        weight = pl.col("weight").sum() if "weight" in frame.columns else pl.len()
        frame = frame.group_by("source", "target").agg(weight=weight.cast(pl.Float64)).sort("source", "target")
        every = pl.concat([edges["source"], edges["target"].alias("source")]).drop_nulls()
        self.names: list[str] = every.unique().sort().to_list()
        at = {name: i for i, name in enumerate(self.names)}
        self.source = np.array([at[s] for s in frame["source"]], dtype=np.int64)
        self.target = np.array([at[t] for t in frame["target"]], dtype=np.int64)
        self.weight = frame["weight"].to_numpy()

    def undirected(self) -> nx.Graph[int]:
        """Give the undirected simple graph of positions."""
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(len(self.names)))
        graph.add_edges_from(zip(self.source.tolist(), self.target.tolist(), strict=True))
        return graph


def graph_measures(edges: pl.DataFrame) -> pl.DataFrame:
    """Compute every measure of every node.

    Args:
        edges: `source`, `target` (node ids) and optionally `weight`.

    Returns:
        By id: `id`, `degree`, `in_degree`, `out_degree` (distinct neighbours), `pagerank` (directed, weighted),
        `betweenness` (undirected, 0 to 1), `betweenness_exact` (False where it is estimated from 256 pivots),
        `community` (number; the largest is 0) and `core`.
    """
    schema = pl.Schema({"id": pl.String(), "degree": pl.Int64(), "in_degree": pl.Int64(), "out_degree": pl.Int64(),
              "pagerank": pl.Float64(), "betweenness": pl.Float64(), "betweenness_exact": pl.Boolean(),
              "community": pl.Int64(), "core": pl.Int64()})  # fmt: skip
    if edges.is_empty():
        return pl.DataFrame(schema=schema)
    listed = EdgeList(edges)
    graph = listed.undirected()
    n = len(listed.names)
    between, exact = betweenness(graph)
    core = nx.core_number(graph)
    return pl.DataFrame(
        {
            "id": listed.names,
            "degree": [d for _, d in sorted(graph.degree())],
            "in_degree": np.bincount(listed.target, minlength=n),
            "out_degree": np.bincount(listed.source, minlength=n),
            "pagerank": pagerank(listed),
            "betweenness": between,
            "betweenness_exact": [exact] * n,
            "community": communities(graph),
            "core": [core[i] for i in range(n)],
        },
        schema=schema,
    )


def pagerank(edges: EdgeList) -> NDArray[np.float64]:
    """Rank nodes by a weighted random walk along the edges, damping 0.85, to 1e-10."""
    n = len(edges.names)
    matrix = sparse.coo_matrix((edges.weight, (edges.source, edges.target)), shape=(n, n)).tocsr()
    total = np.asarray(matrix.sum(axis=1)).ravel()
    dangling = total == 0
    total[dangling] = 1.0
    walk = sparse.diags_array(1 / total) @ matrix
    walk = walk.T.tocsr()
    rank = np.full(n, 1 / n)
    for _ in range(_ROUNDS):
        last = rank
        rank = _DAMPING * (walk @ last + last[dangling].sum() / n) + (1 - _DAMPING) / n
        if np.abs(rank - last).sum() < _TOLERANCE:
            break
    return rank


def betweenness(graph: nx.Graph[int]) -> tuple[NDArray[np.float64], bool]:
    """Give the share of shortest paths through each node, and whether it is exact."""
    n = graph.number_of_nodes()
    if n > EXACT_NODES and n <= FAST_EXACT_NODES and importlib.util.find_spec("rustworkx"):
        import rustworkx

        fast = rustworkx.PyGraph()
        fast.add_nodes_from(range(n))
        fast.add_edges_from_no_data(list(graph.edges()))
        found = rustworkx.betweenness_centrality(fast)
        return np.array([found[i] for i in range(n)]), True
    exact = n <= EXACT_NODES
    shares = nx.betweenness_centrality(graph, k=None if exact else min(PIVOTS, n), seed=0)
    return np.array([shares[i] for i in range(n)]), exact


def communities(graph: nx.Graph[int]) -> list[int]:
    """Number each node's community, larger ones first; the same graph gives the same numbers."""
    if graph.number_of_edges() >= LEIDEN_EDGES and importlib.util.find_spec("igraph"):
        groups = _leiden(graph)
    else:
        groups = [set(g) for g in nx.community.louvain_communities(graph, seed=0)]
    groups.sort(key=lambda g: (-len(g), min(g)))
    found = [0] * graph.number_of_nodes()
    for number, members in enumerate(groups):
        for node in members:
            found[node] = number
    return found


def _leiden(graph: nx.Graph[int]) -> list[set[int]]:
    """Find communities by igraph's Leiden."""
    import random

    import igraph

    igraph.set_random_number_generator(random.Random(0))  # noqa: S311 - a repeatable partition, not a secret
    fast = igraph.Graph(n=graph.number_of_nodes(), edges=list(graph.edges()))
    parted = fast.community_leiden(objective_function="modularity", n_iterations=5)
    return [set(members) for members in parted]
