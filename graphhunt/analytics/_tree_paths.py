"""Paths from roots in a forest given by parent pointers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_PATH = 1000
"""Levels written into one path; below it a path begins anew, so that a hostile chain can't fill the memory."""


_WIDE = 50
"""Nodes per level, on average, from which whole levels are joined at once."""


def depths(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the levels above each node by pointer doubling; -1 for nodes that reach no root (cycles)."""
    n = len(parents)
    jump = np.where(parents < 0, n, parents)
    jump = np.append(jump, n)
    depth = np.append((jump[:n] != n).astype(np.int64), 0)
    for _ in range(max(1, n).bit_length()):
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


def tree_paths(parents: NDArray[np.int64], names: list[str], max_depth: int = -1) -> list[str]:
    """Join each node's names from its root with `/`.

    Args:
        parents: Parent's position or -1; without cycles.
        names: Name of each node.
        max_depth: Deeper nodes have their own name as path; -1 for no limit.
    """
    level = depths(parents)
    begins = (level % LONGEST_PATH == 0) | ((max_depth >= 0) & (level > max_depth))
    order = np.argsort(level, kind="stable")
    if len(parents) >= _WIDE * (int(level.max(initial=0)) + 1):
        return _paths_by_level(parents, names, (level, begins, order))
    paths = list(names)
    order = order[~begins[order]]
    for node, above in zip(order.tolist(), parents[order].tolist(), strict=True):
        paths[node] = f"{paths[above]}/{names[node]}"
    return paths


def _paths_by_level(
    parents: NDArray[np.int64],
    names: list[str],
    levels: tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]],
) -> list[str]:
    """Join the paths of a whole level at once; `levels` is each node's level, whether it begins a path, the order."""
    level, begins, order = levels
    place = np.empty(len(order), dtype=np.int64)
    own, parts = pl.Series(names, dtype=pl.String), []
    above = pl.Series([], dtype=pl.String)
    for nodes in np.split(order, np.flatnonzero(np.diff(level[order])) + 1):
        here = own.gather(nodes)
        if level[nodes[0]] > 0:
            joined = above.gather(place[parents[nodes]]) + "/" + here
            here = here.zip_with(pl.Series(begins[nodes]), joined)
        place[nodes] = np.arange(len(nodes))
        parts.append(here)
        above = here
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    found: list[str] = pl.concat(parts).gather(back).to_list()
    return found


def tree_order(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the nodes in the order of their paths: each before what it started, siblings by position.

    A node's place is the number of nodes before it: one for each ancestor, and the trees of the earlier siblings
    of itself and of its ancestors. The sum along the ancestors is taken by pointer doubling.
    """
    n = len(parents)
    level = depths(parents)
    sizes = [1] * n
    above = parents.tolist()
    for node in np.argsort(-level, kind="stable").tolist():
        if above[node] >= 0:
            sizes[above[node]] += sizes[node]
    by_parent = np.argsort(parents, kind="stable")
    before = np.cumsum(np.array(sizes, dtype=np.int64)[by_parent])
    before = np.concatenate([[0], before[:-1]])
    first = np.flatnonzero(np.concatenate([[True], np.diff(parents[by_parent]) != 0])) if n else by_parent
    group_start = np.repeat(before[first], np.diff(np.append(first, n)))
    place = np.zeros(n + 1, dtype=np.int64)
    place[by_parent] = before - group_start
    place[:n] += parents >= 0
    jump = np.append(np.where(parents < 0, n, parents), n)
    while (jump[:n] != n).any():
        place = place + place[jump]
        jump = jump[jump]
    return np.argsort(place[:n], kind="stable")
