"""The one score of incidents: the strongest visit to a machine, and bounded bonuses for what other visits add.

    score = prior + sum over classes of min(cap, strongest lead of the class) in the best visit, and its rarity
          + part of the weight of each class that only other visits have, each and all bounded, + `relay`

A visit is one remote logon with all that came of it on that machine, or one local session. Visits are never summed:
busy administrators would win. The score is in nats and orders what to read first; it is no probability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.incidents.weights import Weights, weights
from graphhunt.toolbox.finite import require_finite

if TYPE_CHECKING:
    from graphhunt.incidents.lead import Lead

Unit = tuple[str | None, str, int]
"""Account, source (a machine's id or an address) and day since 1970: what an analyst reads as one."""

MOST_READ = 10
"""Units of one incident that are read at once."""

NETWORK_WAY = "network way"
"""What the classes of kinds begin with that tell a way from machine to machine by network sensors alone."""

RELAY = "switched_on"
"""Kind of lead that says: came in from elsewhere, and went on as another account, both proved."""


class Part(NamedTuple):
    """One summand: what it is, how many leads say it, and what it adds, nats."""

    what: str
    times: int
    adds: float


class Score(NamedTuple):
    """A score with what it is made of."""

    total: float
    parts: tuple[Part, ...]

    def describe(self) -> list[dict[str, Any]]:
        """Give the summands as plain values."""
        return [{"what": part.what, "count": part.times, "adds": round(part.adds, 4)} for part in self.parts]


def score(
    visits: Mapping[str, Collection[Lead]], given: Weights | None = None, rarity: Mapping[str, float] | None = None
) -> Score:
    """Score the leads of an incident by visit.

    Args:
        visits: The leads of each visit.
        given: The weights; the shipped ones by default.
        rarity: What it adds to a visit, nats, that its account seldom went that way before.

    Raises:
        AnalysisError: A lead's share or the score isn't a finite number.
    """
    rule = given or weights()
    # A comparison with not-a-number decides nothing, so that one would pass for the strongest.
    require_finite("what a lead weighs", [lead.share for leads in visits.values() for lead in leads])
    strongest = {visit: _classes(leads, rule) for visit, leads in visits.items()}
    first = {visit: min(lead.time for lead in leads) for visit, leads in visits.items()}
    rare = rarity or {}

    def worth(visit: str) -> float:
        return sum(adds for _, adds in strongest[visit].values()) + rare.get(visit, 0.0)

    best = max(strongest, key=lambda visit: (worth(visit), -first[visit], visit))
    counts = Counter(lead.kind for leads in visits.values() for lead in leads)
    parts = [Part("prior", 0, rule.prior)]
    parts += [
        Part(kind, counts[kind], adds) for kind, adds in sorted(strongest[best].values(), key=lambda p: (-p[1], p[0]))
    ]
    if rare.get(best):
        parts.append(Part("rarity", 1, rare[best]))
    parts += _further(strongest, best, counts, rule)
    if RELAY in counts:
        parts.append(Part("relay", counts[RELAY], rule.relay))
    total = sum(part.adds for part in parts)
    require_finite("the score of an incident", [total])
    return Score(total, tuple(parts))


def _classes(leads: Iterable[Lead], rule: Weights) -> dict[str, tuple[str, float]]:
    """Give the strongest kind of each class and what it counts."""
    found: dict[str, tuple[str, float]] = {}
    for lead in leads:
        kind = rule.kinds[lead.kind]
        counts = min(rule.cap, kind.weight * lead.share)
        found[kind.klass] = max(
            found.get(kind.klass, (lead.kind, counts)), (lead.kind, counts), key=lambda p: (p[1], p[0])
        )
    return _sensed(found, rule)


def _sensed(found: dict[str, tuple[str, float]], rule: Weights) -> dict[str, tuple[str, float]]:
    """Cut what network sensors alone saw of ways between machines, the lightest ways first, to what all may count."""
    left = rule.network_cap
    ways = {klass: each for klass, each in found.items() if klass.startswith(NETWORK_WAY)}
    for klass, (kind, counts) in sorted(ways.items(), key=lambda item: (-item[1][1], item[0])):
        found[klass] = (kind, min(counts, left))
        left -= found[klass][1]
    return found


def _further(
    strongest: Mapping[str, Mapping[str, tuple[str, float]]], best: str, counts: Mapping[str, int], rule: Weights
) -> list[Part]:
    """Give what the classes of other visits add that the best one lacks, the heaviest first."""
    others: dict[str, tuple[str, float]] = {}
    for visit, classes in strongest.items():
        for klass, (kind, adds) in classes.items() if visit != best else ():
            if klass not in strongest[best]:
                others[klass] = max(others.get(klass, (kind, adds)), (kind, adds), key=lambda pair: (pair[1], pair[0]))
    chosen = sorted(others.values(), key=lambda pair: (-pair[1], pair[0]))[: rule.most_further]
    return [
        Part(f"elsewhere: {kind}", counts[kind], min(rule.further, rule.further_share * adds)) for kind, adds in chosen
    ]
