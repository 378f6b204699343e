"""Graph measures of large graphs: PageRank and betweenness on arrays, k-core by rustworkx, communities by igraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import rustworkx as rx
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DAMPING = 0.85
"""Share of steps of the random walk that follow an edge."""

_TOLERANCE = 1e-10
_ROUNDS = 200


class Neighbours(NamedTuple):
    """An undirected simple graph as arrays: the neighbours of node i are `others[first[i]:first[i + 1]]`."""

    first: Ints
    others: Ints

    @classmethod
    def of(cls, n: int, pairs: Ints) -> Neighbours:
        """Take each pair of neighbours once, as rows of two positions below n."""
        both = np.concatenate([pairs, pairs[:, ::-1]])
        order = np.lexsort((both[:, 1], both[:, 0]))
        counts = np.bincount(both[:, 0], minlength=n)
        return cls(np.concatenate([[0], np.cumsum(counts)]), both[order, 1])

    def around(self, nodes: Ints) -> tuple[Ints, Ints]:
        """Give every edge that leaves the nodes, as starts and ends."""
        counts = self.first[nodes + 1] - self.first[nodes]
        before = np.cumsum(counts) - counts
        at = np.arange(counts.sum()) + np.repeat(self.first[nodes] - before, counts)
        return np.repeat(nodes, counts), self.others[at]


def pagerank(n: int, source: Ints, target: Ints, weight: Floats) -> Floats:
    """Rank nodes by a weighted random walk along the edges, to 1e-10."""
    matrix = sparse.coo_matrix((weight, (source, target)), shape=(n, n)).tocsr()
    total = np.asarray(matrix.sum(axis=1)).ravel()
    dangling = total == 0
    total[dangling] = 1.0
    walk = (sparse.diags_array(1 / total) @ matrix).T.tocsr()
    rank = np.full(n, 1 / n)
    for _ in range(_ROUNDS):
        last = rank
        rank = DAMPING * (walk @ last + last[dangling].sum() / n) + (1 - DAMPING) / n
        if np.abs(rank - last).sum() < _TOLERANCE:
            break
    return rank


def exact_betweenness(n: int, pairs: Ints) -> Floats:
    """Give the share of shortest paths through each node, by rustworkx."""
    import rustworkx

    found = rustworkx.betweenness_centrality(_rust(n, pairs))
    return np.array([found[i] for i in range(n)])


def estimated_betweenness(near: Neighbours, pivots: list[int]) -> Floats:
    """Estimate the share of shortest paths through each node from those that begin at the pivots.

    Brandes' algorithm, a level of the breadth-first search at a time; scaled as networkx does, so that with the
    same pivots both give the same numbers.
    """
    n, k = len(near.first) - 1, len(pivots)
    shares = np.zeros(n)
    for pivot in pivots:
        shares += _dependencies(near, pivot, n)
    if n < 3:
        return shares
    scale = np.full(n, 1 / (k * (n - 2)))
    scale[pivots] = 1 / ((k - 1) * (n - 2)) if k > 1 else np.nan
    shares *= scale
    return shares


def _dependencies(near: Neighbours, pivot: int, n: int) -> Floats:
    """Sum, for each node, the shares of the shortest paths from the pivot that lead through it."""
    depth, paths = np.full(n, -1, dtype=np.int64), np.zeros(n)
    depth[pivot], paths[pivot] = 0, 1
    levels: list[tuple[Ints, Ints]] = []
    border = np.array([pivot])
    while len(border):
        starts, ends = near.around(border)
        onward = depth[ends] < 0
        starts, ends = starts[onward], ends[onward]
        np.add.at(paths, ends, paths[starts])
        border = np.unique(ends)
        depth[border] = len(levels) + 1
        levels.append((starts, ends))
    through = np.zeros(n)
    for starts, ends in reversed(levels):
        np.add.at(through, starts, paths[starts] / paths[ends] * (1 + through[ends]))
    through[pivot] = 0
    return through


def cores(n: int, pairs: Ints) -> list[int]:
    """Give the largest k for which each node is in the k-core, by rustworkx."""
    import rustworkx

    found: Any = rustworkx.graph_core_number(_rust(n, pairs))  # a mapping; its stub says int
    return [found[i] for i in range(n)]


def leiden(n: int, pairs: Ints) -> list[set[int]]:
    """Find communities by igraph's Leiden."""
    import random

    import igraph

    igraph.set_random_number_generator(random.Random(0))  # noqa: S311 - a repeatable partition, not a secret
    parted = igraph.Graph(n=n, edges=pairs).community_leiden(objective_function="modularity", n_iterations=5)
    return [set(members) for members in parted]


def _rust(n: int, pairs: Ints) -> rx.PyGraph[None, None]:
    import rustworkx

    graph: rx.PyGraph[None, None] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from([None] * n)
    graph.add_edges_from_no_data([(a, b) for a, b in pairs.tolist()])
    return graph
