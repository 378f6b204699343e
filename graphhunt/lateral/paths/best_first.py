"""Best-first search for the highest-scoring paths over acts, exact until its budget is spent.

Squared hop scores add up along a path, so a backward pass gives, for each act and number of hops left, the
most that any continuation can still add. Expanding partial paths in the order of score plus that bound lists
complete paths in falling order of score (as A* does). The bound ignores repeated hosts and session ends, so
it never promises too little.

Where acts have places in an order of their own (`lead`), the path with the better-placed best act comes first,
whatever the sums; the bound then is a pair, each half of which is a bound.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from graphhunt.attention import check_wanted
from graphhunt.lateral.paths import _kernels
from graphhunt.lateral.paths._jit import kernels
from graphhunt.lateral.paths.acts import Acts
from graphhunt.lateral.paths.reach import TimeRules
from graphhunt.lateral.paths.table import Flags, Floats, Ints

_NONE = -np.inf

_Levels = list[tuple[Floats, Floats]]
"""Per number of further hops, for each act: the best place and the highest sum that a path from it on can have."""

_Rivals = Iterator[tuple[int, float, float]]
_Partial = tuple[float, float, int, tuple[int, ...], float, float, _Rivals | None]
"""Minus both bounds, length, acts, place and weight before the last act, and the continuations after this one (None:
complete)."""


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
        hosts: Number of hosts.
        lead: Place of each act in an order that comes before the sums, higher is better; None for the sums alone.
        spent: Partial paths expanded so far; beyond `budget` the list is cut short.
    """

    acts: Acts
    goal: Goal
    rules: TimeRules
    max_hops: int
    budget: int
    hosts: int
    lead: Floats | None = None
    spent: int = 0
    _weight: Floats = field(init=False)
    _lead: Floats = field(init=False)
    _free: _Levels = field(init=False)
    _bound: _Levels = field(init=False)
    _graph: _Graph = field(init=False)

    def __post_init__(self) -> None:
        limit = self.rules.limits(self.acts.t, self.acts.end)
        self._graph = _Graph(self.acts, self.rules, self.hosts, limit)
        self._weight = self.acts.score**2
        self._lead = np.zeros(len(self.acts)) if self.lead is None else self.lead
        self._free = self._bounds()
        self._bound = self._free if self.goal.needed is None else self._needed_bounds(self.goal.needed)

    def _bounds(self) -> _Levels:
        """Give the levels without a condition; minus infinity where no path leads to an end."""
        alone = tuple(np.where(self.goal.last, value, _NONE) for value in (self._lead, self._weight))
        levels = [(alone[0], alone[1])]
        for _ in range(1, self.max_hops):
            lead, weight = self._onward(levels[-1])
            levels.append((np.maximum(alone[0], lead), np.maximum(alone[1], weight)))
        return levels

    def _needed_bounds(self, needed: Flags) -> _Levels:
        """Count only ways that pass a needed act, the first included."""
        lead, weight = self._free[0]
        levels = [(np.where(needed, lead, _NONE), np.where(needed, weight, _NONE))]
        for free_lead, free_weight in self._free[1:]:
            lead, weight = self._onward(levels[-1])
            levels.append((np.where(needed, free_lead, lead), np.where(needed, free_weight, weight)))
        return levels

    def _onward(self, level: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Give the bounds of the paths that go on from each act by a further hop."""
        best = self._followed(level[1])
        lead = np.where(best > _NONE, 0.0, _NONE) if self.lead is None else self._followed(level[0])
        return np.where(lead > _NONE, np.maximum(self._lead, lead), _NONE), self._weight + best

    def _followed(self, value: Floats) -> Floats:
        check_wanted()
        acts, rules = self.acts, self.rules
        follow = kernels(_kernels, len(acts)).best_followers
        return np.asarray(follow(acts.t, acts.src, acts.dst, self.hosts, value, rules.skew_us, rules.dwell))

    def __iter__(self) -> Iterator[tuple[float, tuple[int, ...]]]:
        """Yield (sum of squared scores, acts), the best-placed act first and then in falling order of the sum."""
        heap: list[_Partial] = []
        roots = _ordered(np.flatnonzero(self.goal.first), self._bound[self.max_hops - 1], _NONE)
        self._push(heap, (), (_NONE, 0.0), roots)
        while heap:
            check_wanted()
            _, bound, _, path, lead, weight, siblings = heapq.heappop(heap)
            if siblings is None:
                yield -bound, path
                continue
            self._push(heap, path[:-1], (lead, weight), siblings)
            self.spent += 1
            if self.spent > self.budget:
                return
            if not self._repeats(path):
                last = path[-1]
                self._extend(heap, path, max(lead, float(self._lead[last])), weight + float(self._weight[last]))

    def _extend(self, heap: list[_Partial], path: tuple[int, ...], lead: float, weight: float) -> None:
        met = self.goal.needed is None or bool(self.goal.needed[list(path)].any())
        if met and self.goal.last[path[-1]]:
            heapq.heappush(heap, (-lead, -weight, len(path), path, lead, weight, None))
        left = self.max_hops - len(path)
        if left:
            value = (self._free if met else self._bound)[left - 1]
            rivals = _ordered(self._graph.followers(path[-1]), value, lead)
            self._push(heap, path, (lead, weight), rivals)

    def _push(self, heap: list[_Partial], path: tuple[int, ...], so_far: tuple[float, float], rivals: _Rivals) -> None:
        """Queue the best continuation; its rivals wait in the iterator until it is taken."""
        best = next(rivals, None)
        if best is not None:
            act, lead, weight = best
            bounds = (-max(so_far[0], lead), -(so_far[1] + weight))
            heapq.heappush(heap, (*bounds, len(path) + 1, (*path, act), *so_far, rivals))

    def _repeats(self, path: tuple[int, ...]) -> bool:
        last = int(self.acts.dst[path[-1]])
        return any(int(self.acts.src[act]) == last for act in path)


def _ordered(acts: Ints, level: tuple[Floats, Floats], so_far: float) -> _Rivals:
    """Order continuations as the paths they make will be: what leads already makes their own places equal."""
    leads, weights = np.maximum(level[0][acts], so_far), level[1][acts]
    possible = weights > _NONE
    acts, leads, weights = acts[possible], leads[possible], weights[possible]
    order = np.lexsort((-weights, -leads))
    return zip(acts[order].tolist(), leads[order].tolist(), weights[order].tolist(), strict=True)
