"""Graph measures of an extracted subgraph: degree, PageRank, betweenness, communities, k-core.

networkx does graphs of up to `SMALL_NODES` nodes. Above that scipy and numpy do PageRank and estimate
betweenness, rustworkx (if installed) the k-core and, up to `EXACT_NODES`, exact betweenness, and igraph (if
installed) communities from `LEIDEN_EDGES` edges on. A switch changes the time taken, not the result: PageRank
and betweenness agree to 1e-6, degree and core are equal, and communities are as good: their modularity is within
0.02, though on graphs without clear communities the two methods draw the borders differently.
"""

from __future__ import annotations

import importlib.util
import random
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import polars as pl

from graphhunt.toolbox import _graph_fast as fast

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL_NODES = 1_000
"""Up to this many nodes networkx computes everything, betweenness exactly."""

EXACT_NODES = 5_000
"""Up to this many nodes rustworkx, where installed, computes betweenness exactly."""

PIVOTS = 256
"""Nodes from whose shortest paths the betweenness of larger graphs is estimated."""

LEIDEN_EDGES = 10_000
"""From this many edges on igraph finds communities, where installed; networkx takes minutes for 200,000."""

SCHEMA = pl.Schema({"id": pl.String(), "degree": pl.Int64(), "in_degree": pl.Int64(), "out_degree": pl.Int64(),
          "pagerank": pl.Float64(), "betweenness": pl.Float64(), "betweenness_exact": pl.Boolean(),
          "community": pl.Int64(), "core": pl.Int64()})  # fmt: skip
"""Columns of `graph_measures`."""


class EdgeList:
    """A graph as arrays: node names in order, and edges between their positions.

    Attributes:
        names: Ids of the nodes, sorted.
        source: Position of each edge's start.
        target: Position of its end.
        weight: Its weight; parallel edges are one, with the sum.
        pairs: Each pair of neighbours once, as rows (smaller position, larger position).
    """

    def __init__(self, edges: pl.DataFrame) -> None:
        """Take `source`, `target` and optionally `weight`; parallel edges add up, loops are left out."""
        frame = edges.drop_nulls(["source", "target"]).filter(pl.col("source") != pl.col("target"))
        weight = pl.col("weight").sum() if "weight" in frame.columns else pl.len()
        frame = frame.group_by("source", "target").agg(weight=weight.cast(pl.Float64)).sort("source", "target")
        every = pl.concat([edges["source"], edges["target"].alias("source")]).drop_nulls().unique().sort()
        at = every.to_frame("name").with_row_index("at")
        ends = frame.join(at, left_on="source", right_on="name", maintain_order="left")
        ends = ends.join(at, left_on="target", right_on="name", maintain_order="left", suffix="_to")
        self.names: list[str] = every.to_list()
        self.source = ends["at"].cast(pl.Int64).to_numpy()
        self.target = ends["at_to"].cast(pl.Int64).to_numpy()
        self.weight = frame["weight"].to_numpy()
        both = np.column_stack([np.minimum(self.source, self.target), np.maximum(self.source, self.target)])
        self.pairs: NDArray[np.int64] = np.unique(both, axis=0)

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self.names)

    def directed(self) -> nx.DiGraph[int]:
        """Give the directed graph of positions, with weights."""
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(len(self)))
        ends = zip(self.source.tolist(), self.target.tolist(), self.weight.tolist(), strict=True)
        graph.add_weighted_edges_from(ends)
        return graph

    def undirected(self) -> nx.Graph[int]:
        """Give the undirected simple graph of positions."""
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(len(self)))
        graph.add_edges_from(self.pairs.tolist())
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
    if edges.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    listed = EdgeList(edges)
    n = len(listed)
    between, exact = betweenness(listed)
    return pl.DataFrame(
        {
            "id": listed.names,
            "degree": np.bincount(listed.pairs.ravel(), minlength=n),
            "in_degree": np.bincount(listed.target, minlength=n),
            "out_degree": np.bincount(listed.source, minlength=n),
            "pagerank": pagerank(listed),
            "betweenness": between,
            "betweenness_exact": [exact] * n,
            "community": communities(listed),
            "core": cores(listed),
        },
        schema=SCHEMA,
    )


def pagerank(edges: EdgeList) -> NDArray[np.float64]:
    """Rank nodes by a weighted random walk along the edges, damping 0.85."""
    if len(edges) > SMALL_NODES:
        return fast.pagerank(len(edges), edges.source, edges.target, edges.weight)
    ranks = nx.pagerank(edges.directed(), alpha=fast.DAMPING, tol=1e-12, max_iter=500)
    return np.array([ranks[i] for i in range(len(edges))])


def betweenness(edges: EdgeList) -> tuple[NDArray[np.float64], bool]:
    """Give the share of shortest paths through each node, and whether it is exact."""
    n = len(edges)
    if n <= SMALL_NODES:
        shares = nx.betweenness_centrality(edges.undirected())
        return np.array([shares[i] for i in range(n)]), True
    if n <= EXACT_NODES and _installed("rustworkx"):
        return fast.exact_betweenness(n, edges.pairs), True
    near = fast.Neighbours.of(n, edges.pairs)
    return fast.estimated_betweenness(near, pivots(n)), False


def pivots(n: int) -> list[int]:
    """Draw the nodes from which betweenness is estimated; the same for each graph of this size."""
    return random.Random(0).sample(range(n), min(PIVOTS, n))  # noqa: S311 - a repeatable sample, not a secret


def cores(edges: EdgeList) -> list[int]:
    """Give the largest k for which each node is in the k-core."""
    if len(edges) > SMALL_NODES and _installed("rustworkx"):
        return fast.cores(len(edges), edges.pairs)
    found = nx.core_number(edges.undirected())
    return [found[i] for i in range(len(edges))]


def communities(edges: EdgeList) -> list[int]:
    """Number each node's community, larger ones first; the same graph gives the same numbers."""
    if len(edges.pairs) >= LEIDEN_EDGES and _installed("igraph"):
        groups = fast.leiden(len(edges), edges.pairs)
    else:
        groups = [set(g) for g in nx.community.louvain_communities(edges.undirected(), seed=0)]
    groups.sort(key=lambda g: (-len(g), min(g)))
    found = [0] * len(edges)
    for number, members in enumerate(groups):
        for node in members:
            found[node] = number
    return found


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
