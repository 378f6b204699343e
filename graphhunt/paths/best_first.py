"""Best-first search for the highest-scoring paths over acts, exact until its budget is spent.

Squared hop scores add up along a path, so a backward pass gives, for each act and number of hops left, the
most that any continuation can still add. Expanding partial paths in the order of score plus that bound lists
complete paths in falling order of score (as A* does). The bound ignores repeated hosts and session ends, so
it never promises too little.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from graphhunt.attention import heed
from graphhunt.paths import _kernels
from graphhunt.paths._jit import kernels
from graphhunt.paths.acts import Acts
from graphhunt.paths.reach import TimeRules
from graphhunt.paths.table import Flags, Floats, Ints

_NONE = -np.inf

_Rivals = Iterator[tuple[int, float]]
_Partial = tuple[float, int, tuple[int, ...], float, _Rivals | None]
"""Minus the bound, length, acts, weight before the last act, and the continuations after this one (None: complete)."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Where paths begin and end: masks over acts, and the acts of which a path must have one (or None)."""

    first: Flags
    last: Flags
    needed: Flags | None = None


@dataclass(slots=True)
class _Graph:
    """The acts with what may follow what."""

    acts: Acts
    rules: TimeRules
    hosts: int
    limit: Ints
    offsets: Ints = field(init=False)
    rows: Ints = field(init=False)
    times: Ints = field(init=False)

    def __post_init__(self) -> None:
        run = kernels(_kernels, len(self.acts))
        offsets, rows = run.group_rows(self.acts.src, self.hosts)
        self.offsets, self.rows = np.asarray(offsets), np.asarray(rows)
        self.times = self.acts.t[self.rows]

    def followers(self, act: int) -> Ints:
        """List the acts that may follow one act, in time order."""
        host = int(self.acts.dst[act])
        low, high = int(self.offsets[host]), int(self.offsets[host + 1])
        times = self.times[low:high]
        first = np.searchsorted(times, self.acts.t[act] - self.rules.skew_us, side="right")
        last = np.searchsorted(times, self.limit[act], side="right")
        return self.rows[low + int(first) : low + int(last)]


@dataclass(slots=True)
class Search:
    """Lists paths as tuples of acts, best first.

    Attributes:
        acts: The acts.
        goal: Where paths begin and end.
        rules: Time rules.
        max_hops: Most hops of a path.
        budget: Most partial paths to expand.
        spent: Partial paths expanded so far; beyond `budget` the list is cut short.
    """

    acts: Acts
    goal: Goal
    rules: TimeRules
    max_hops: int
    budget: int
    hosts: int
    spent: int = 0
    _weight: Floats = field(init=False)
    _free: list[Floats] = field(init=False)
    _bound: list[Floats] = field(init=False)
    _graph: _Graph = field(init=False)

    def __post_init__(self) -> None:
        limit = self.rules.limits(self.acts.t, self.acts.end)
        self._graph = _Graph(self.acts, self.rules, self.hosts, limit)
        self._weight = self.acts.score**2
        self._free = self._bounds()
        self._bound = self._free if self.goal.needed is None else self._needed_bounds(self.goal.needed)

    def _bounds(self) -> list[Floats]:
        """Per number of further hops allowed: the most a path from each act on can score, minus infinity if none."""
        alone = np.where(self.goal.last, self._weight, _NONE)
        levels = [alone]
        for _ in range(1, self.max_hops):
            levels.append(np.maximum(alone, self._weight + self._followed(levels[-1])))
        return levels

    def _needed_bounds(self, needed: Flags) -> list[Floats]:
        """Count only ways that pass a needed act, the first included."""
        levels = [np.where(needed, self._free[0], _NONE)]
        for free in self._free[1:]:
            levels.append(np.where(needed, free, self._weight + self._followed(levels[-1])))
        return levels

    def _followed(self, value: Floats) -> Floats:
        heed()
        acts, rules = self.acts, self.rules
        follow = kernels(_kernels, len(acts)).best_followers
        return np.asarray(follow(acts.t, acts.src, acts.dst, self.hosts, value, rules.skew_us, rules.dwell))

    def __iter__(self) -> Iterator[tuple[float, tuple[int, ...]]]:
        """Yield (sum of squared scores, acts) in falling order of the sum."""
        heap: list[_Partial] = []
        roots = _ordered(np.flatnonzero(self.goal.first), self._bound[self.max_hops - 1])
        self._push(heap, (), 0.0, roots)
        while heap:
            heed()
            bound, _, path, before, siblings = heapq.heappop(heap)
            if siblings is None:
                yield -bound, path
                continue
            self._push(heap, path[:-1], before, siblings)
            self.spent += 1
            if self.spent > self.budget:
                return
            if not self._repeats(path):
                self._extend(heap, path, before + float(self._weight[path[-1]]))

    def _extend(self, heap: list[_Partial], path: tuple[int, ...], weight: float) -> None:
        met = self.goal.needed is None or bool(self.goal.needed[list(path)].any())
        if met and self.goal.last[path[-1]]:
            heapq.heappush(heap, (-weight, len(path), path, weight, None))
        left = self.max_hops - len(path)
        if left:
            value = (self._free if met else self._bound)[left - 1]
            self._push(heap, path, weight, _ordered(self._graph.followers(path[-1]), value))

    def _push(self, heap: list[_Partial], path: tuple[int, ...], weight: float, rivals: _Rivals) -> None:
        """Queue the best continuation; its rivals wait in the iterator until it is taken."""
        best = next(rivals, None)
        if best is not None:
            heapq.heappush(heap, (-(weight + best[1]), len(path) + 1, (*path, best[0]), weight, rivals))

    def _repeats(self, path: tuple[int, ...]) -> bool:
        last = int(self.acts.dst[path[-1]])
        return any(int(self.acts.src[act]) == last for act in path)


def _ordered(acts: Ints, value: Floats) -> _Rivals:
    values = value[acts]
    possible = values > _NONE
    acts, values = acts[possible], values[possible]
    order = np.argsort(-values, kind="stable")
    return zip(acts[order].tolist(), values[order].tolist(), strict=True)
