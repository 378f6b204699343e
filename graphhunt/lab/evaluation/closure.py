"""Incidents of an evaluation: leads and what is joined to them by causes, the same way for every method.

The rules are those of incidents in the library as far as a table of logons can tell: the remote logon that is proved
to have led to a hop, at most eight steps back (`graphhunt.incidents.causality`), and every hop that is proved to have
come of it; one account that reaches many machines a day from one source is one actor; leads out of a machine that a
strong lead had come to before, by the library's times (`graphhunt.incidents.joining`).
The library joins parts by inference only if host records say more than that somebody came from afar. A table alone has
no such records, so here the joins by inference are also hops out of one client within six hours, and hops of one
account out of one server, or from one shared address, within six hours. The nearest are joined first, and none that
would make an incident of more than `MOST_UNITS`.

The benign days are closed once; an attack is then added to them, alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from graphhunt.incidents.causality import STEPS_BACK
from graphhunt.incidents.joining import ANOTHER_ACCOUNT, AUTOMATION, SAME_ACCOUNT
from graphhunt.incidents.score import MOST_READ
from graphhunt.lab.evaluation.bonuses import Evidence
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.hops import Hops, Ranking
from graphhunt.lab.evaluation.trail import Trail
from graphhunt.lateral.paths.table import HOUR, Flags, Floats, Ints

LEADS_PER_DAY = 60
"""Units a day, on benign days, whose hops are leads: three times the largest budget."""

NEAR = 6 * HOUR
"""Hops out of one client, or of one account out of one server, belong together if they are no further apart."""

STRONG_PER_DAY = 9
"""Units a day, on benign days, whose hops are strong leads, which what leaves their machine later is joined to."""

MOST_UNITS = 40
"""Units of an incident beyond which nothing more is joined by inference."""

SERVER = 10
"""Accounts that came to a machine, or went from it, from which on it counts as a server; so does a shared address."""

SUMMED = 5
"""Units of an incident that count where they are summed, each half of the one before."""


@dataclass(frozen=True, slots=True)
class Forming:
    """How incidents are formed and scored; anything but the defaults is an ablation.

    Attributes:
        folded: One account that reaches many machines a day from one source is one actor.
        followed: What leaves a machine that a strong lead had come to belongs to it.
        summed: The score is the sum of the best units, each counting half of the one before, not that of the best.
        evidence: What the library's bonuses for further classes go by; None for none.
    """

    folded: bool = True
    followed: bool = True
    summed: bool = False
    evidence: Evidence | None = None


USUAL = Forming()
"""How incidents are formed."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What is read as one.

    Attributes:
        score: Score of its strongest hop.
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
        forming: How incidents are formed.
    """

    def __init__(
        self, case: LabelledCase, hops: Hops, ranking: Ranking, led: Ints | None = None, forming: Forming = USUAL
    ) -> None:
        self.hops = hops
        self.ranking = ranking
        self.floor, self._strong = (
            _floor(hops, ranking.benign, units * case.days) for units in (LEADS_PER_DAY, STRONG_PER_DAY)
        )
        self._forming = forming
        self._led = np.full(len(hops), -1, dtype=np.int64) if led is None else led
        self._key, self._actor = _keys(case, hops, folded=forming.folded)
        self._leads = np.flatnonzero(ranking.benign >= self.floor)
        self._near, self._came, self._left = Trail(), Trail(), Trail()
        for lead in self._leads.tolist():
            self._near.add(int(self._key[lead]), int(hops.t[lead]), lead)
            self._left.add(int(hops.src[lead]), int(hops.t[lead]), lead)
            self._came.add(int(hops.dst[lead]), int(hops.t[lead]), lead)
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
        self._infer(
            sets, [*self._beside(self._near.pairs()), *self._followed(self._came.arrivals(self.hops, leads), {})]
        )
        found: dict[int, list[int]] = defaultdict(list)
        for member in sets.parent:
            found[sets.root(member)].append(member)
        incidents = []
        for number, members in enumerate(found.values()):
            self._group.update(dict.fromkeys(members, number))
            incidents.append(self._incident(members, self.ranking.benign, frozenset()))
        return incidents

    def _back(self, hop: int) -> Iterator[int]:
        """Yield the hops that are proved to have led to one, step by step."""
        for _ in range(STEPS_BACK):
            hop = int(self._led[hop])
            if hop < 0:
                return
            yield hop

    def _beside(self, pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
        """Yield (gap, lead, lead) of those among pairs out of one place that belong together."""
        for a, b in pairs:
            gap = abs(int(self.hops.t[b] - self.hops.t[a]))
            if self._actor[a] or gap <= NEAR:
                yield gap, a, b

    def _followed(self, pairs: Iterable[tuple[int, int]], score: dict[int, float]) -> Iterator[tuple[int, int, int]]:
        """Yield (gap, arrival, departure) of those among pairs at one machine that belong together.

        Args:
            pairs: Arrivals and departures.
            score: Scores of an attack's hops.
        """
        for a, b in pairs if self._forming.followed else ():
            gap = int(self.hops.t[b] - self.hops.t[a])
            near = gap <= (SAME_ACCOUNT if self.hops.acct[a] == self.hops.acct[b] else ANOTHER_ACCOUNT)
            if near and score.get(a, self.ranking.benign[a]) >= self._strong:
                yield gap, a, b

    def _infer(self, sets: _Union, links: list[tuple[int, int, int]]) -> None:
        for _, a, b in sorted(links):
            actor = bool(self._actor[a]) and self._key[a] == self._key[b]
            one, other = (hop if hop in sets.parent else self._whole(sets, hop) for hop in (a, b))
            sets.join(one, other, None if actor else MOST_UNITS)

    def _whole(self, sets: _Union, hop: int) -> int:
        """Give the member that stands for the benign incident that holds a hop."""
        group = self._group[hop]
        sets.add(-1 - group, self.benign[group].units)
        return -1 - group

    def _incident(self, members: Iterable[int], score: Floats, own: frozenset[int]) -> Incident:
        whole = sorted(members)
        best: dict[int, float] = {}
        for hop in whole:
            unit = int(self.hops.unit[hop])
            best[unit] = max(best.get(unit, -np.inf), float(score[hop]))
        units = tuple(sorted(best, key=lambda unit: (-best[unit], unit)))
        total = best[units[0]]
        if self._forming.summed:
            total = sum(best[unit] / 2**place for place, unit in enumerate(units[:SUMMED]))
        if self._forming.evidence is not None:
            total += self._forming.evidence.bonus(whole, int(np.argmax(score[whole])), own)
        return Incident(total, units, frozenset(whole))

    def with_attack(self, numbers: Ints) -> tuple[list[Incident], frozenset[int]]:
        """Give the incidents that hold a hop of an attack, best first, and the benign ones that became part of them.

        Args:
            numbers: The attack's hops.
        """
        own = frozenset(int(hop) for hop in numbers)
        score = dict(zip(numbers.tolist(), self.ranking.of_attack(numbers).tolist(), strict=True))
        leads = [hop for hop in sorted(own) if score[hop] >= self.floor]
        sets = _Union()
        self._prove(sets, leads, own)
        self._infer(sets, self._links(leads, score))
        return self._found(sets, own, score)

    def _links(self, leads: list[int], score: dict[int, float]) -> list[tuple[int, int, int]]:
        """List the links of an attack's leads, among each other and with benign ones."""
        near, came, t = Trail(), Trail(), self.hops.t
        beside: list[tuple[int, int]] = []
        for lead in leads:
            near.add(int(self._key[lead]), int(t[lead]), lead)
            beside += ((lead, other) for other in self._near.beside(int(self._key[lead]), int(t[lead]), lead))
            came.add(int(self.hops.dst[lead]), int(t[lead]), lead)
        after = [*self._came.arrivals(self.hops, leads), *came.arrivals(self.hops, leads)]
        after += self._left.departures(self.hops, leads)
        return [*self._beside([*beside, *near.pairs()]), *self._followed(after, score)]

    def _prove(self, sets: _Union, leads: list[int], own: frozenset[int]) -> None:
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

    def _found(
        self, sets: _Union, own: frozenset[int], score: dict[int, float]
    ) -> tuple[list[Incident], frozenset[int]]:
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
        incidents = [self._incident(members, known, own) for members in kept.values()]
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


def _keys(case: LabelledCase, hops: Hops, *, folded: bool) -> tuple[Ints, Flags]:
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
    actors = np.isin(by_account, by_account[actor & folded])
    server = accounts[hops.src] >= SERVER
    return np.where(server | actors, by_account, hops.src), actors
