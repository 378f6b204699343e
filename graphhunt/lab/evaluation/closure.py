"""Incidents of an evaluation: leads and what is joined to them by causes, the same way for every method.

The rules are those of incidents in the library as far as a table of logons can tell: the remote logon that is proved
to have led to a hop, at most eight steps back (`graphhunt.incidents.causality`), and every hop that is proved to have
come of it; one account that reaches many machines a day from one source is one actor (`graphhunt.incidents.joining`).
The library joins parts by inference only if host records say more than that somebody came from afar. A table alone has
no such records, so here the joins by inference are hops out of one client within six hours, and hops of one account
out of one server, or from one shared address, within six hours. The nearest are joined first, and none that would make
an incident of more than `MOST_UNITS`.

The benign days are closed once; an attack is then added to them, alone.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from graphhunt.incidents.causality import STEPS_BACK
from graphhunt.incidents.joining import AUTOMATION
from graphhunt.incidents.score import MOST_READ
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.hops import Hops, Ranking
from graphhunt.lateral.paths.table import HOUR, Flags, Floats, Ints

LEADS_PER_DAY = 60
"""Units a day, on benign days, whose hops are leads: three times the largest budget."""

NEAR = 6 * HOUR
"""Hops out of one client, or of one account out of one server, belong together if they are no further apart."""

MOST_UNITS = 40
"""Units of an incident beyond which nothing more is joined by inference."""

SERVER = 10
"""Accounts that came to a machine, or went from it, from which on it counts as a server; so does a shared address."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What is read as one.

    Attributes:
        score: Score of its strongest hop; hops are never summed.
        units: Its units, the strongest first.
        hops: Its hops.
    """

    score: float
    units: tuple[int, ...]
    hops: frozenset[int]

    @property
    def cost(self) -> int:
        """Give the units that are read when it is opened."""
        return min(MOST_READ, len(self.units))


@dataclass
class _Union:
    """Sets that are merged, with the units that each has."""

    parent: dict[int, int] = field(default_factory=dict)
    units: dict[int, set[int]] = field(default_factory=dict)

    def add(self, member: int, units: Iterable[int]) -> None:
        if member not in self.parent:
            self.parent[member] = member
            self.units[member] = set(units)

    def root(self, member: int) -> int:
        while self.parent[member] != member:
            self.parent[member] = self.parent[self.parent[member]]
            member = self.parent[member]
        return member

    def join(self, a: int, b: int, most: int | None = None) -> None:
        one, other = self.root(a), self.root(b)
        if one == other:
            return
        whole = self.units[one] | self.units[other]
        if most is None or len(whole) <= most:
            self.parent[other] = one
            self.units[one] = whole


class Closure:
    """Incidents of the benign days by one ranking, and those of one attack added to them.

    Args:
        case: The labelled case.
        hops: Its hops.
        ranking: What the method says of them.
        led: The hop that is proved to have led to each; -1 for none.
    """

    def __init__(self, case: LabelledCase, hops: Hops, ranking: Ranking, led: Ints | None = None) -> None:
        self.hops = hops
        self.ranking = ranking
        self.floor = _floor(hops, ranking.benign, LEADS_PER_DAY * case.days)
        self._led = np.full(len(hops), -1, dtype=np.int64) if led is None else led
        self._key, self._actor = _keys(case, hops)
        self._leads = np.flatnonzero(ranking.benign >= self.floor)
        self._by_key: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for lead in self._leads.tolist():
            insort(self._by_key[int(self._key[lead])], (int(hops.t[lead]), lead))
        self._group: dict[int, int] = {}
        self.benign = self._close_benign()
        order = np.argsort([-incident.score for incident in self.benign], kind="stable")
        self._sorted = np.array([-self.benign[i].score for i in order])
        self._cost = np.array([self.benign[i].cost for i in order], dtype=np.int64)
        self._place = np.empty(len(order), dtype=np.int64)
        self._place[order] = np.arange(len(order))

    def _close_benign(self) -> list[Incident]:
        sets = _Union()
        leads = self._leads.tolist()
        for lead in leads:
            sets.add(lead, (int(self.hops.unit[lead]),))
        for lead in leads:
            for earlier in self._back(lead):
                if self.ranking.benign[earlier] > -np.inf:
                    sets.add(earlier, (int(self.hops.unit[earlier]),))
                    sets.join(lead, earlier)
        self._infer(sets, self._neighbours())
        found: dict[int, list[int]] = defaultdict(list)
        for member in sets.parent:
            found[sets.root(member)].append(member)
        incidents = []
        for number, members in enumerate(found.values()):
            self._group.update(dict.fromkeys(members, number))
            incidents.append(self._incident(members, self.ranking.benign))
        return incidents

    def _back(self, hop: int) -> Iterator[int]:
        """Yield the hops that are proved to have led to one, step by step."""
        for _ in range(STEPS_BACK):
            hop = int(self._led[hop])
            if hop < 0:
                return
            yield hop

    def _neighbours(self) -> list[tuple[int, int, int]]:
        """List (gap, earlier lead, later lead) of benign leads that follow each other."""
        return [
            (later[0] - earlier[0], earlier[1], later[1])
            for known in self._by_key.values()
            for earlier, later in pairwise(known)
        ]

    def _infer(self, sets: _Union, links: list[tuple[int, int, int]]) -> None:
        for gap, a, b in sorted(links):
            actor = bool(self._actor[a])
            if actor or gap <= NEAR:
                one, other = (hop if hop in sets.parent else self._whole(sets, hop) for hop in (a, b))
                sets.join(one, other, None if actor else MOST_UNITS)

    def _whole(self, sets: _Union, hop: int) -> int:
        """Give the member that stands for the benign incident that holds a hop."""
        group = self._group[hop]
        sets.add(-1 - group, self.benign[group].units)
        return -1 - group

    def _incident(self, members: Iterable[int], score: Floats) -> Incident:
        whole = sorted(members)
        best: dict[int, float] = {}
        for hop in whole:
            unit = int(self.hops.unit[hop])
            best[unit] = max(best.get(unit, -np.inf), float(score[hop]))
        units = tuple(sorted(best, key=lambda unit: (-best[unit], unit)))
        return Incident(best[units[0]], units, frozenset(whole))

    def with_attack(self, numbers: Ints) -> tuple[list[Incident], frozenset[int]]:
        """Give the incidents that hold a hop of an attack, best first, and the benign ones that became part of them.

        Args:
            numbers: The attack's hops.
        """
        own = {int(hop) for hop in numbers}
        score = dict(zip(numbers.tolist(), self.ranking.of_attack(numbers).tolist(), strict=True))
        leads = [hop for hop in sorted(own) if score[hop] >= self.floor]
        sets = _Union()
        self._prove(sets, leads, own)
        added: list[tuple[int, int, int]] = []
        near: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for lead in leads:
            key, t = int(self._key[lead]), int(self.hops.t[lead])
            insort(near[key], (t, lead))
            known = self._by_key.get(key, [])
            at = bisect_left(known, (t, lead))
            added += [(abs(known[i][0] - t), lead, known[i][1]) for i in (at - 1, at) if 0 <= i < len(known)]
        for known in near.values():
            added += [(b[0] - a[0], a[1], b[1]) for a, b in pairwise(known)]
        self._infer(sets, added)
        return self._found(sets, own, score)

    def _prove(self, sets: _Union, leads: list[int], own: set[int]) -> None:
        """Join an attack's leads with what is proved to have led to them, and with what came of them."""
        came: dict[int, list[int]] = defaultdict(list)
        for hop in sorted(own):
            came[int(self._led[hop])].append(hop)
        waiting = list(leads)
        for hop in waiting:
            self._add(sets, hop)
            for child in came.get(hop, ()):
                if child not in sets.parent:
                    waiting.append(child)
                    self._add(sets, child)
                sets.join(hop, child)
        for hop in waiting:
            for earlier in self._back(hop):
                if earlier in own or self.ranking.benign[earlier] > -np.inf:
                    self._add(sets, earlier)
                    sets.join(hop, earlier)

    def _add(self, sets: _Union, hop: int) -> None:
        """Add a hop, with the benign incident that holds it."""
        sets.add(hop, (int(self.hops.unit[hop]),))
        if hop in self._group:
            sets.join(hop, self._whole(sets, hop))

    def _found(self, sets: _Union, own: set[int], score: dict[int, float]) -> tuple[list[Incident], frozenset[int]]:
        parts: dict[int, set[int]] = defaultdict(set)
        merged: dict[int, set[int]] = defaultdict(set)
        for member in sets.parent:
            root = sets.root(member)
            if member >= 0:
                parts[root].add(member)
            else:
                merged[root].add(-1 - member)
                parts[root] |= self.benign[-1 - member].hops
        known = self.ranking.benign.copy() if own else self.ranking.benign
        for hop, value in score.items():
            known[hop] = value
        kept = {root: members for root, members in parts.items() if members & own}
        incidents = [self._incident(members, known) for members in kept.values()]
        taken = frozenset(group for root in kept for group in merged[root])
        return sorted(incidents, key=lambda incident: (-incident.score, min(incident.hops))), taken

    def read_before(self, score: float, merged: frozenset[int]) -> int:
        """Count the units read before an incident of this score: those of the benign incidents above it."""
        above = int(np.searchsorted(self._sorted, -score, side="left"))
        taken = sum(int(self._cost[self._place[group]]) for group in merged if self._place[group] < above)
        return int(self._cost[:above].sum()) - taken

    @property
    def listed(self) -> int:
        """Count the units of all benign incidents, as far as they are read."""
        return int(self._cost.sum())


def _floor(hops: Hops, score: Floats, units: int) -> float:
    """Give the score of the last of so many best units."""
    best = unit_scores(hops, score)
    best = np.sort(best[best > -np.inf])[::-1]
    return float(best[min(units, len(best)) - 1]) if len(best) else -np.inf


def unit_scores(hops: Hops, score: Floats) -> Floats:
    """Give the best score of each unit."""
    best = np.full(int(hops.unit.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(best, hops.unit, score)
    return best


def _keys(case: LabelledCase, hops: Hops) -> tuple[Ints, Flags]:
    """Give the place a hop leaves from, by which hops are joined, and whether it is of an actor that reaches many."""
    table = case.table
    past = np.flatnonzero((table.t < case.since) & table.usable() & (table.acct >= 0))
    known = past[table.src[past] >= 0]
    ends = np.concatenate((table.dst[past], table.src[known])), np.concatenate((table.acct[past], table.acct[known]))
    accounts = np.bincount(np.unique(np.column_stack(ends), axis=0)[:, 0], minlength=len(table.hosts))
    count = len(table.hosts)
    by_account = count + hops.acct.astype(np.int64) * count + hops.src
    same, number = np.unique(np.column_stack((hops.unit, hops.dst)), axis=0)[:, 0], hops.unit
    actor = np.bincount(same, minlength=int(number.max(initial=-1)) + 1)[number] > AUTOMATION
    actors = np.isin(by_account, by_account[actor])
    server = accounts[hops.src] >= SERVER
    return np.where(server | actors, by_account, hops.src), actors
