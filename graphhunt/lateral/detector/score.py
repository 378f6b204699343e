"""The score of each hop: a sum of terms in nats, every one kept so that it can be explained.

    score = [S > 0] * (S + rarity + rotations + arrived + departed) + corroboration + proved switch

S is the signature (`signature`), rarity the surprise of account from source and destination given account
plus half that of the logon type at the destination, the rest is context (`context`) and host events
(`corroboration`); a proved credential switch, weighed by its novelty, is above them all. Hops without any of
it are ordered among themselves by rarity plus link prediction, below.
Adding nats needs no training, so a case of one day is scored by the same rule as one of a month: with no
history the surprises are small and the host events decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from graphhunt.lateral.detector.causes import CausalRules, Causes, causal_paths
from graphhunt.lateral.detector.context import Context, context_of
from graphhunt.lateral.detector.corroboration import Corroboration
from graphhunt.lateral.detector.habits import Habits, count_habits
from graphhunt.lateral.detector.pmf import MOST_SURPRISE
from graphhunt.lateral.detector.refine import refine
from graphhunt.lateral.detector.signature import signature
from graphhunt.lateral.paths.rarity import VIEWS, Rarity, earlier_days, rarity_of
from graphhunt.lateral.paths.table import Flags, Floats, LogonTable
from graphhunt.toolbox.finite import Terms, require_finite

TYPE_SHARE = 0.5
"""Weight of the surprise of the logon type at its destination."""

BELOW = 1e-3
"""Scale of the order among hops without any signature: far below every hop that has one."""

ALONE = 0.1
"""Share of evidence from the source's past that counts where nothing speaks against the session itself."""

ALL_TERMS = frozenset({"causal", "rarity", "context", "corroboration"})


@dataclass(frozen=True, slots=True)
class ScoreRules:
    """How hops are scored.

    Attributes:
        window_days: Days of history that count.
        causal: How causes are found.
        terms: Terms that take part; all by default, fewer to see what each is worth.
        refined: Lower isolated anomalies (see `refine`); off by default, it did not help on synthetic sets.
        owners: Owner account index per machine index, from an inventory.
    """

    window_days: int = 30
    causal: CausalRules = field(default_factory=CausalRules)
    terms: frozenset[str] = ALL_TERMS
    refined: bool = False
    owners: dict[int, int] = field(default_factory=dict)


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


def score_hops(
    table: LogonTable,
    corroboration: Corroboration | None = None,
    rules: ScoreRules | None = None,
    *,
    links: Floats | None = None,
    quiet: Callable[[Floats, Flags, Habits], Floats] | None = None,
) -> Scores:
    """Score every hop from the days before its own (and, for context, from its own day).

    Args:
        table: The logons.
        corroboration: Host events joined to the rows.
        rules: How to score.
        links: Link-prediction surprise per row, for the order among hops without a signature.
        quiet: Takes (signature, hops, habits) and gives the signature with known harmless hops set to 0,
            so that they neither score nor warm their neighbours.

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
    if quiet is not None:
        shape = quiet(shape, hops, habits)
    support = support if "corroboration" in rules.terms else Corroboration.none(table)
    around = context_of(table, hops, shape, habits.day)
    kind = _kind_surprise(table, habits, hops, rules.window_days)
    total = shape.copy()
    if "rarity" in rules.terms:
        rare = rarity.terms[0].surprise + rarity.terms[2].surprise + TYPE_SHARE * kind
        total += terms.sound("rarity", rare)
    if "context" in rules.terms:
        total += terms.sound("context", around.rotations + around.arrived + around.departed)
    beside = np.where((shape > 0) | (support.weight > 0), 1.0, ALONE)
    events = terms.sound("host events", support.weight + beside * support.nearby)
    total = np.where(shape > 0, total, 0.0) + np.where(hops, events, 0.0)
    if rules.refined:
        total = refine(table, total, habits.day, hops)
    rest = terms.sound("rarity", rarity.total)
    if links is not None:
        rest = rest + terms.sound("link model", np.minimum(links, MOST_SURPRISE))
    base = np.where(hops, total + BELOW * rest / (1.0 + rest), 0.0)
    total = base + np.where(hops, terms.sound("proved switches", support.switched), 0.0)
    require_finite("the score of a logon", total)
    return Scores(total, base, hops, habits, rarity, causes, shape, kind, around, support, tuple(terms.dropped))


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
