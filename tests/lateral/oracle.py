"""Brute-force oracle for temporal paths: written from the definition, sharing no code with the engine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

FOREVER = 10**15


@dataclass(frozen=True)
class Edge:
    t: int
    end: int
    src: int
    dst: int
    acct: int
    ok: int = 1


@dataclass(frozen=True)
class Rules:
    dwell: int = FOREVER
    skew: int = 0
    within_session: bool = False


def hop_ok(edge: Edge) -> bool:
    return edge.ok == 1 and edge.src != edge.dst


def follows(first: Edge, second: Edge, rules: Rules) -> bool:
    """second may leave the host that first arrived at."""
    if first.dst != second.src or second.src < 0:
        return False
    if not (first.t < second.t + rules.skew and second.t - first.t <= rules.dwell):
        return False
    return not (rules.within_session and first.end >= 0 and second.t > first.end + rules.skew)


def reached_rows(edges: list[Edge], sources: set[int], rules: Rules) -> set[int]:
    """Fixed point of 'a row is reached'; walks, so no simple-path condition."""
    reached = {i for i, e in enumerate(edges) if hop_ok(e) and e.src in sources}
    while True:
        new = {
            j
            for j, f in enumerate(edges)
            if j not in reached and hop_ok(f) and any(follows(edges[i], f, rules) for i in reached)
        }
        if not new:
            return reached
        reached |= new


def leading_rows(edges: list[Edge], targets: set[int], rules: Rules) -> set[int]:
    leads = {i for i, e in enumerate(edges) if hop_ok(e) and e.dst in targets}
    while True:
        new = {
            i
            for i, e in enumerate(edges)
            if i not in leads and hop_ok(e) and any(follows(e, edges[j], rules) for j in leads)
        }
        if not new:
            return leads
        leads |= new


def fewest_hops(edges: list[Edge], source: int, rules: Rules) -> dict[int, int]:
    """Row -> fewest hops of a walk that ends with it."""
    level = {i: 1 for i, e in enumerate(edges) if hop_ok(e) and e.src == source}
    changed = True
    while changed:
        changed = False
        for j, f in enumerate(edges):
            if not hop_ok(f):
                continue
            ways = [level[i] + 1 for i in level if follows(edges[i], f, rules)]
            if ways and min(ways) < level.get(j, FOREVER):
                level[j] = min(ways)
                changed = True
    return level


def simple_paths(edges: list[Edge], rules: Rules, max_hops: int) -> list[tuple[int, ...]]:
    """Every path of at most max_hops rows in which no host occurs twice."""
    found: list[tuple[int, ...]] = []
    frontier: list[tuple[int, ...]] = [(i,) for i, e in enumerate(edges) if hop_ok(e)]
    while frontier:
        found += frontier
        longer: list[tuple[int, ...]] = []
        for path in frontier:
            if len(path) == max_hops:
                continue
            passed = {edges[i].src for i in path} | {edges[path[-1]].dst}
            longer += [
                (*path, j)
                for j, f in enumerate(edges)
                if hop_ok(f) and follows(edges[path[-1]], f, rules) and f.dst not in passed
            ]
        frontier = longer
    return found


def breaks_order(edges: list[Edge], path: tuple[int, ...], rules: Rules) -> bool:
    return any(not follows(edges[i], edges[j], rules) for i, j in pairwise(path))
