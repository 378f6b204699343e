"""Paths over rights that a directory grants, alone or mixed with observed logons.

Observed logons of a path are in time order. A possible hop has no time of its own: it could be made whenever
its turn comes, so the logon after it need only be later than the logon before it. Observed hops cost 1, possible
ones whose right was used 1.5, others 2, and each right in a row a little more; the cheapest paths come first.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from graphhunt.attention import check_wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphhunt.lateral.directory import Directory, Step
    from graphhunt.lateral.paths import LogonTable

BUDGET = 100_000
"""Partial paths looked at."""

_OBSERVED, _USED, _UNUSED, _STEP = 1.0, 1.5, 2.0, 0.05
_START = -(1 << 62)


class Link(NamedTuple):
    """One hop: to where, by a logon (its row) or by rights in a row."""

    source: str
    target: str
    row: int
    steps: tuple[Step, ...]

    @property
    def cost(self) -> float:
        """What the hop adds to a path's cost."""
        if not self.steps:
            return _OBSERVED
        return (_USED if self.steps[-1].row["used"] else _UNUSED) + _STEP * len(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to look for; node ids, or None for anywhere."""

    sources: list[str] | None
    targets: list[str] | None
    accounts: list[str] | None
    observed: bool
    since: int | None
    until: int | None
    max_hops: int
    max_dwell: int
    k: int


class _State(NamedTuple):
    """A partial path: its cost, where it is, since when, and whether it came there by a right, at any time."""

    cost: float
    machine: str
    time: int
    free: bool
    path: tuple[Link, ...]


@dataclass(slots=True)
class _Search:
    directory: Directory
    table: LogonTable | None
    ask: Ask
    spent: int = 0
    _possible: dict[str, list[Link]] = field(default_factory=dict)
    _rows: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    _remaining: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by_source: dict[str, list[int]] = defaultdict(list)
        pairs: dict[str, set[str]] = defaultdict(set)
        table = self.table
        if table is not None and self.ask.observed:
            keep = table.usable() & (table.src >= 0)
            keep &= table.t >= (self.ask.since if self.ask.since is not None else _START)
            keep &= table.t <= (self.ask.until if self.ask.until is not None else 1 << 62)
            for row in np.flatnonzero(keep).tolist():
                source, target = table.hosts[table.src[row]], table.hosts[table.dst[row]]
                by_source[source].append(row)
                pairs[target].add(source)
        self._rows = {source: np.array(rows) for source, rows in by_source.items()}
        for target in self.ask.targets or ():
            for machine, hops in self.directory.towards(target, pairs).items():
                self._remaining[machine] = min(hops, self._remaining.get(machine, 1 << 30))

    def machines(self) -> set[str]:
        """List every machine a path may begin at."""
        possible = {node[1] for node in self.directory.steps if node[0] == "Machine"}
        return possible | self._rows.keys()

    def run(self) -> Iterator[tuple[float, tuple[Link, ...]]]:
        """Yield (cost, hops), cheapest first."""
        ask, heap = self.ask, self._begin()
        number = len(heap)
        while heap and self.spent < BUDGET:
            check_wanted()
            _, _, state = heapq.heappop(heap)
            self.spent += 1
            done = bool(state.path) and (not ask.targets or state.machine in ask.targets)
            if done:
                yield state.cost, state.path
            if (done and ask.targets) or len(state.path) >= ask.max_hops:
                continue
            for after in self._after(state):
                number += 1
                heapq.heappush(heap, (after.cost + self._least(after.machine), number, after))

    def _begin(self) -> list[tuple[float, int, _State]]:
        sources = self.ask.sources if self.ask.sources is not None else self.machines()
        kept = [machine for machine in sorted(sources) if not self.ask.targets or machine in self._remaining]
        heap = [(self._least(name), count, _State(0.0, name, _START, True, ())) for count, name in enumerate(kept)]
        heapq.heapify(heap)
        return heap

    def _after(self, state: _State) -> Iterator[_State]:
        """Give the partial paths that are one hop longer."""
        seen = {link.source for link in state.path} | {state.machine}
        for link in self._next(state.machine, state.time, state.free):
            if link.target in seen or (self.ask.targets and link.target not in self._remaining):
                continue
            free = bool(link.steps)
            moment = state.time if free or self.table is None else int(self.table.t[link.row])
            yield _State(state.cost + link.cost, link.target, moment, free, (*state.path, link))

    def _least(self, machine: str) -> float:
        return (_OBSERVED if self.ask.observed else _USED) * self._remaining.get(machine, 0)

    def _next(self, machine: str, time: int, free: bool) -> Iterator[Link]:
        if machine not in self._possible:
            found = self.directory.hops(machine)
            self._possible[machine] = [Link(machine, target, -1, steps) for target, steps in found.items()]
        yield from self._possible[machine]
        rows = self._rows.get(machine)
        if rows is None or self.table is None:
            return
        times = self.table.t[rows]
        low = int(np.searchsorted(times, time, side="right"))
        high = len(rows) if free else int(np.searchsorted(times, time + self.ask.max_dwell, side="right"))
        first: set[tuple[int, int]] = set()
        for row in rows[low:high].tolist():
            pair = int(self.table.dst[row]), int(self.table.acct[row])
            if pair not in first:
                first.add(pair)
                yield Link(machine, self.table.hosts[pair[0]], row, ())


def _by(path: tuple[Link, ...], table: LogonTable | None, accounts: list[str] | None) -> bool:
    """Tell whether one of the accounts makes a hop of a path; no accounts asked: any path will do."""
    if accounts is None:
        return True
    made = {node[1] for link in path for step in link.steps for node in (step.start, step.end) if node[0] == "User"}
    if table is not None:
        made |= {table.accounts[table.acct[link.row]] for link in path if link.row >= 0 and table.acct[link.row] >= 0}
    return not made.isdisjoint(accounts)


class Found(NamedTuple):
    """Paths with their cost, and whether the search was cut short or there are more."""

    paths: list[tuple[float, tuple[Link, ...]]]
    truncated: bool
    exact: bool


def possible_paths(directory: Directory, table: LogonTable | None, ask: Ask) -> Found:
    """List the cheapest paths; without a target (or source) only the best one to (or from) each machine."""
    search = _Search(directory, table, ask)
    found: list[tuple[float, tuple[Link, ...]]] = []
    seen: set[tuple[str, ...]] = set()
    for cost, path in search.run():
        key: tuple[str, ...] = (path[0].source, path[-1].target)
        if ask.sources is not None and ask.targets:
            key = tuple(f"{link.source}>{link.target}>{link.row < 0}" for link in path)
        if key in seen or not _by(path, table, ask.accounts):
            continue
        if len(found) == ask.k:
            return Found(found, truncated=True, exact=True)
        seen.add(key)
        found.append((cost, path))
    return Found(found, truncated=search.spent >= BUDGET, exact=search.spent < BUDGET)
