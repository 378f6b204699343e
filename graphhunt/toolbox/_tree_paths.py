"""Paths from roots in a forest given by parent pointers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_PATH = 1000
"""Levels written into one path; below it a path begins anew, so that a hostile chain can't fill the memory."""


def depths(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the levels above each node by pointer doubling; -1 for nodes that reach no root (cycles)."""
    n = len(parents)
    jump = np.where(parents < 0, n, parents)
    jump = np.append(jump, n)
    depth = np.append((jump[:n] != n).astype(np.int64), 0)
    for _ in range(max(1, n).bit_length()):
        if (jump == n).all():
            break
        depth = depth + depth[jump]
        jump = jump[jump]
    return np.where(jump[:n] == n, depth[:n], -1)


def break_cycles(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cut every cycle at its smallest member, which becomes a root."""
    stuck = np.flatnonzero(depths(parents) < 0)
    if not len(stuck):
        return parents
    result = parents.copy()
    done: set[int] = set()
    for start in stuck.tolist():
        trail: dict[int, None] = {}
        node = start
        while node not in done and node not in trail:
            trail[node] = None
            node = int(parents[node])
        if node in trail:
            members = list(trail)
            result[min(members[members.index(node) :])] = -1
        done.update(trail)
    return result


def tree_paths(parents: NDArray[np.int64], names: pl.Series, max_depth: int = -1) -> pl.Series:
    """Join each node's names from its root with `/`, a level at a time.

    Args:
        parents: Parent's position or -1; without cycles.
        names: Name of each node.
        max_depth: Deeper nodes have their own name as path; -1 for no limit.
    """
    level = depths(parents)
    order = np.argsort(level, kind="stable")
    cuts = np.append(0, np.cumsum(np.bincount(level)))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    own, parts, above = names.gather(order), [names.clear()], 0
    for number, (begin, end) in enumerate(pairwise(cuts.tolist())):
        part = own.slice(begin, end - begin)
        if number % LONGEST_PATH and not 0 <= max_depth < number:
            part = parts[-1].gather(place[parents[order[begin:end]]] - above) + "/" + part
        parts.append(part)
        above = begin
    return pl.concat(parts).gather(place)


def tree_order(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the nodes in the order of their paths: each before what it started, siblings by position.

    Args:
        parents: Parent's position or -1; without cycles.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import depth_first_order

    n = len(parents)
    above = np.where(parents < 0, n, parents)  # roots hang below one more node
    children = np.argsort(above, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(above, minlength=n + 1))])
    tree = csr_matrix((np.ones(n), children, first), shape=(n + 1, n + 1))
    order: NDArray[np.int64] = depth_first_order(tree, n, return_predecessors=False)[1:].astype(np.int64)
    return order
