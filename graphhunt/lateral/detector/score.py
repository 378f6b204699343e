"""The score of each hop: a sum of terms in nats, which can be told one by one.

In monitor mode each term's nats stand in a table of weights (`weights`), fitted on many made-up estates, and the score
is what a hop comes to above an ordinary one; a proved credential switch is a term among the others there, as honest
people change accounts too. A short or small case has no history that such a table could be about:

    score = [S > 0] * (S + rarity + rotations + arrived + departed) + corroboration + proved switch

S is the signature (`signature`), rarity the surprise of account from source and destination given account
plus half that of the logon type at the destination, the rest is context (`context`) and host events
(`corroboration`); a proved credential switch, weighed by its novelty, is above them all. Hops without any of
it are ordered among themselves by rarity plus link prediction, below.
Adding nats needs no training, so a case of one day is scored by the same rule as one of a month: with no
history the surprises are small and the host events decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from graphhunt.lateral.detector.causes import CausalRules, Causes, causal_paths
from graphhunt.lateral.detector.context import Context, context_of
from graphhunt.lateral.detector.corroboration import Corroboration
from graphhunt.lateral.detector.habits import Habits, count_habits
from graphhunt.lateral.detector.pmf import MOST_SURPRISE
from graphhunt.lateral.detector.refine import refine
from graphhunt.lateral.detector.signature import signature
from graphhunt.lateral.detector.terms import Known, terms_of
from graphhunt.lateral.detector.weights import Weights, shipped
from graphhunt.lateral.paths.rarity import VIEWS, Rarity, earlier_days, rarity_of
from graphhunt.lateral.paths.table import Flags, Floats, LogonTable
from graphhunt.toolbox.finite import Terms, require_finite

TYPE_SHARE = 0.5
"""Weight of the surprise of the logon type at its destination."""

BELOW = 1e-3
"""Scale of the order among hops without any signature: far below every hop that has one."""

TOLD = frozenset({"failures", "off_hours", "relay"})
"""Terms of the table of weights that nothing else of a score tells."""

SPOKEN = 0.25
"""Share of the nats of its own host events that a hop has at least in monitor mode: what is new there is a lead."""

LIKE_OTHERS = 6.0
"""Most nats of a proved switch beside other host events there: as many as the strongest of them."""

ALONE = 0.1
"""Share of evidence from the source's past that counts where nothing speaks against the session itself."""

ALL_TERMS = frozenset({"causal", "rarity", "context", "corroboration"})

CLASSES = {
    "causal": ("switch",), "rarity": ("rarity", "routine", "time"), "context": ("context",),
    "corroboration": ("host", "proof"),
}  # fmt: skip
"""Classes of the table of weights that go with each of `ALL_TERMS`."""


@dataclass(frozen=True, slots=True)
class ScoreRules:
    """How hops are scored.

    Attributes:
        window_days: Days of history that count.
        causal: How causes are found.
        terms: Terms that take part; all by default, fewer to see what each is worth.
        refined: Lower isolated anomalies (see `refine`); off by default, it did not help on synthetic sets.
        owners: Owner account index per machine index, from an inventory.
        weights: The table of weights of monitor mode; None where there is too little history for one.
    """

    window_days: int = 30
    causal: CausalRules = field(default_factory=CausalRules)
    terms: frozenset[str] = ALL_TERMS
    refined: bool = False
    owners: dict[int, int] = field(default_factory=dict)
    weights: Weights | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of every row with what they are made of.

    Attributes:
        total: The score per row, nats.
        base: The score without proved credential switches, for what goes by shares of the best.
        hops: Rows that are hops with known source and account.
        habits: Counts of earlier days.
        rarity: Rarity with all its terms.
        causes: Causal paths.
        signature: S per row.
        kind: Surprise of the logon type at the destination.
        context: What stands around each hop.
        corroboration: Host events.
        dropped: Terms left out because a number of theirs was not finite.
        told: Terms of the table of weights that reasons are told from, by name.
    """

    total: Floats
    base: Floats
    hops: Flags
    habits: Habits
    rarity: Rarity
    causes: Causes
    signature: Floats
    kind: Floats
    context: Context
    corroboration: Corroboration
    dropped: tuple[str, ...] = ()
    told: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """What terms of the table of weights are made of."""
        return Known(self.habits, self.hops, self.rarity, self.signature, self.kind, self.context, self.corroboration)


def score_hops(
    table: LogonTable,
    corroboration: Corroboration | None = None,
    rules: ScoreRules | None = None,
    *,
    links: Floats | None = None,
    quiet: Callable[[Floats, Flags, Habits], Flags] | None = None,
) -> Scores:
    """Score every hop from the days before its own (and, for context, from its own day).

    Args:
        table: The logons.
        corroboration: Host events joined to the rows.
        rules: How to score.
        links: Link-prediction surprise per row, for the order among hops without a signature.
        quiet: Takes (signature, hops, habits) and marks the known harmless hops, which neither score, but by host
            events, nor warm their neighbours.

    Raises:
        AnalysisError: A score isn't finite though every term is.
    """
    rules, support = rules or ScoreRules(), corroboration or Corroboration.none(table)
    hops = table.usable() & (table.src >= 0) & (table.acct >= 0)
    habits = count_habits(table, window_days=rules.window_days, owners=rules.owners)
    rarity = _rarity(habits, hops, rules.window_days)
    causes = causal_paths(table, habits, rules.causal)
    terms = Terms()
    shape = signature(causes, habits) if "causal" in rules.terms else rarity.total * (habits.acct_src == 0)
    shape = terms.sound("switched credentials", np.where(hops, shape, 0.0))
    silent = np.zeros(len(table), dtype=bool)
    if quiet is not None:
        silent = quiet(shape, hops, habits)
        shape = np.where(silent, 0.0, shape)
    support = support if "corroboration" in rules.terms else Corroboration.none(table)
    around = context_of(table, hops, shape, habits.day)
    kind = _kind_surprise(table, habits, hops, rules.window_days)
    known = Known(habits, hops, rarity, shape, kind, around, support)
    beside = np.where((shape > 0) | (support.weight > 0), 1.0, ALONE)
    events = np.where(hops, terms.sound("host events", support.weight + beside * support.nearby), 0.0)
    told: dict[str, Floats] = {}
    if rules.weights is None:
        total = _summed(known, rules, terms) + events
    else:
        total, told = _weighed(table, known, rules, terms)
        own = terms.sound("host events", support.weight + np.minimum(support.switched, LIKE_OTHERS))
        total = np.maximum(np.where(silent, 0.0, total), SPOKEN * np.where(hops, own, 0.0))
    if rules.refined:
        total = refine(table, total, habits.day, hops)
    rest = terms.sound("rarity", rarity.total)
    if links is not None:
        rest = rest + terms.sound("link model", np.minimum(links, MOST_SURPRISE))
    base = np.where(hops, total + BELOW * rest / (1.0 + rest), 0.0)
    total = base
    if rules.weights is None:
        total = base + np.where(hops, terms.sound("proved switches", support.switched), 0.0)
    require_finite("the score of a logon", total)
    return Scores(total, base, hops, habits, rarity, causes, shape, kind, around, support, tuple(terms.dropped), told)


def _summed(known: Known, rules: ScoreRules, terms: Terms) -> Floats:
    """Add up what speaks for a hop with a signature, without a table of weights; 0 for every other."""
    total = known.signature.copy()
    if "rarity" in rules.terms:
        rare = known.rarity.terms[0].surprise + known.rarity.terms[2].surprise + TYPE_SHARE * known.kind
        total += terms.sound("rarity", rare)
    if "context" in rules.terms:
        around = known.context
        total += terms.sound("context", around.rotations + around.arrived + around.departed)
    return np.where(known.signature > 0, total, 0.0)


def _weighed(table: LogonTable, known: Known, rules: ScoreRules, terms: Terms) -> tuple[Floats, dict[str, Floats]]:
    """Give what each hop comes to above an ordinary one by the table of weights, and the terms that are told."""
    weights = rules.weights or shipped()
    told: dict[str, Floats] = {}

    def sound() -> Iterator[tuple[str, Floats]]:
        for name, values in terms_of(table, known, rules.window_days):
            yield name, terms.sound(name.replace("_", " "), values)
            if name in TOLD:
                told[name] = values

    left_out = {group for term in ALL_TERMS - rules.terms for group in CLASSES[term]}
    if left_out:
        weights = weights.without(left_out)
    total = np.full(len(table), -weights.ordinary)
    for nats in weights.classes(sound()).values():
        total += nats
    return np.where(known.hops, np.maximum(total, 0.0), 0.0), told


def _rarity(habits: Habits, hops: Flags, window: int) -> Rarity:
    """Give the rarity from the habits' counts, which saves counting twice."""
    pairs = ((habits.acct_dst, habits.acct), (habits.src_dst, habits.src), (habits.acct_src, habits.src))
    counted = tuple((view, pair, given, hops) for view, (pair, given) in zip(VIEWS, pairs, strict=True))
    return rarity_of(counted, habits.history, window)


def _kind_surprise(table: LogonTable, habits: Habits, hops: Flags, window: int) -> Floats:
    key = table.dst.astype(np.int64) * 256 + table.logon_type.astype(np.int64) + 128
    known = hops & (table.logon_type >= 0)
    days = earlier_days(np.where(known, key, -1), habits.day, window)
    return np.where(known, np.maximum(0.0, -np.log((days + 0.5) / (habits.dst + 1.0))), 0.0)
