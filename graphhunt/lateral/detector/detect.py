"""Finds lateral movement in a table of logons."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from graphhunt.errors import AnalysisError
from graphhunt.lateral.detector.calibrate import FDR, WINDOW, Calibration, Units, calibrate
from graphhunt.lateral.detector.classes import Classed, classed
from graphhunt.lateral.detector.corroboration import COLUMNS, LEAST_HISTORY, Corroboration, corroborate
from graphhunt.lateral.detector.findings import Finding, Findings
from graphhunt.lateral.detector.habits import Habits
from graphhunt.lateral.detector.listing import Listing, listed_chains
from graphhunt.lateral.detector.modes import AUTO, CASE, beginning
from graphhunt.lateral.detector.pmf import LinkModel, too_small
from graphhunt.lateral.detector.scope import Scope, scope_of
from graphhunt.lateral.detector.score import ScoreRules, Scores, score_hops
from graphhunt.lateral.detector.suppress import Lists, Suppressed, apply, automation, listed
from graphhunt.lateral.detector.weights import shipped
from graphhunt.lateral.paths.table import Flags, Floats, LogonTable
from graphhunt.toolbox.finite import require_finite

AT_HOME = 0.5
"""Share of an account's days from one machine from which on it is somebody's own: half of a unit's kind."""


@dataclass(frozen=True, slots=True)
class LateralOptions:
    """How to run the detector.

    Attributes:
        since: Report from this time on, µs UTC; everything before is history. None: all of a small or short
            case, all but the first days of any other (see `modes.beginning`).
        mode: `auto`, `case` or `monitor` (see `modes`).
        limit: Most findings.
        floor: Least score of a reported hop in monitor mode, nats.
        rules: How hops are scored.
        lists: The organisation's suppression lists.
        links: Fit the link-prediction model for the order among hops without a signature.
        fdr: False discovery rate.
    """

    since: int | None = None
    mode: str = AUTO
    limit: int = 200
    floor: float = 1.0
    rules: ScoreRules = field(default_factory=ScoreRules)
    lists: Lists = field(default_factory=Lists)
    links: bool = True
    fdr: float = FDR


def detect(
    table: LogonTable, corroboration: Corroboration | None = None, options: LateralOptions | None = None
) -> Findings:
    """Score every hop, group the suspicious ones into chains and explain them.

    Args:
        table: All logons, history included, with failed and local ones if there are.
        corroboration: Host events joined to the table's rows (see `corroborate`).
        options: How to run.

    Returns:
        Chains, first what to read first. Nothing is learnt from the day scored or later days.

    Raises:
        AnalysisError: A score isn't finite, or the check lead does not come out in the list.
    """
    options = options or LateralOptions()
    if corroboration is None:
        corroboration = corroborate(table, pl.DataFrame(schema=COLUMNS), window_days=options.rules.window_days)
    return findings_of(table, score_case(table, corroboration, options), options)


def findings_of(table: LogonTable, scoring: Scoring, options: LateralOptions) -> Findings:
    """Group the suspicious hops of a scored case into chains and explain them: the second part of `detect`.

    Raises:
        AnalysisError: The check lead does not come out in the list.
    """
    scores, scored = scoring.scores, scoring.scored
    calibration = _calibrate(table, scoring, options)
    window = options.rules.causal.window_us
    listing = Listing(table, scores, scoring.classed, scored, scoring.scope.mode, options.floor, window)
    found, units = listed_chains(listing, calibration, options.limit)
    notes = tuple(_notes(scoring, calibration, found, options))
    return Findings(
        tuple(found), scoring.suppressed, notes, scores, table.ids, table.accounts, scoring.scope, units, calibration
    )


@dataclass(frozen=True, slots=True)
class Scoring:
    """The scores of a run.

    Attributes:
        scores: All scores; those outside `scored` were only made to learn from.
        scored: Rows in the time that is scored.
        classed: Class and order of all rows.
        quiet: Rows that suppression lists name, in all days.
        scope: What was scored and what was not.
        suppressed: What suppression lists took out, by name.
    """

    scores: Scores
    scored: Flags
    classed: Classed
    quiet: Flags
    scope: Scope
    suppressed: tuple[Suppressed, ...]


def score_case(table: LogonTable, corroboration: Corroboration, options: LateralOptions) -> Scoring:
    """Score every hop of a case: the part of `detect` before hops are grouped into chains.

    Raises:
        AnalysisError: A score isn't finite.
    """
    begun = beginning(table, options.since, wanted=options.mode, window_days=options.rules.window_days)
    scored = table.t >= begun.since
    links, degraded = _links(table, scored, options)
    suppressed: list[Suppressed] = []
    quiet = np.zeros(len(table), dtype=bool)

    def silence(score: Floats, hops: Flags, habits: Habits) -> Flags:
        masks = _masks(table, options, hops, habits)
        for mask, _ in masks.values():
            quiet[mask] = True
        _, report = apply(masks, score, hops & scored)
        suppressed.extend(report)
        return quiet & hops & scored

    rules = rules_for(options.rules, begun.mode)
    scores = score_hops(table, corroboration, rules, links=links, quiet=silence)
    degraded += [f"{name}: not finite for some logons, left out of every score" for name in scores.dropped]
    found = classed(table, scores, quiet, begun.mode)
    require_finite("the order of the logons", found.order)
    scope = scope_of(table, begun, scores.hops, tuple(degraded))
    return Scoring(scores, scored, found, quiet, scope, tuple(suppressed))


def rules_for(rules: ScoreRules, mode: str) -> ScoreRules:
    """Give the rules of a mode: monitor mode weighs by the shipped table where none is asked for, case mode never."""
    if mode == CASE:
        return replace(rules, weights=None)
    return rules if rules.weights is not None else replace(rules, weights=shipped())


def _links(table: LogonTable, scored: Flags, options: LateralOptions) -> tuple[Floats | None, list[str]]:
    """Give the surprise of the link model, or why there is none: rarity alone orders what has no other sign."""
    instead = "rarity alone orders the hops that nothing else speaks against"
    if not options.links or scored.all():
        return None, []
    small = too_small(table, ~scored)
    if small is not None:
        return None, [f"link model: {small}; {instead}"]
    model = LinkModel()
    try:
        found = model.surprise(table, ~scored)
    except AnalysisError as error:
        return None, [f"link model: {error.message}; {instead}"]
    return found, [f"link model: its library warned: {text}" for text in model.said]


def _masks(table: LogonTable, options: LateralOptions, hops: Flags, habits: Habits) -> dict[str, tuple[Flags, str]]:
    marked = automation(table, hops, habits.day, window_days=options.rules.window_days)
    masks = {"automation": (marked, "the same account from the same source reached 20 machines on 80 % of its days")}
    for name, mask in listed(table, options.lists).items():
        masks[name] = (mask, f"named in the {name} list")
    return masks


def _calibrate(table: LogonTable, scoring: Scoring, options: LateralOptions) -> Calibration:
    """Give p-values from a score with the same length of history for every unit; none in case mode."""
    if scoring.scope.mode == CASE or not scoring.scored.any():
        return Calibration.none(len(table))
    steady = steady_scores(table, scoring, rules_for(options.rules, scoring.scope.mode))
    habits, hops = steady.habits, steady.hops
    key = table.acct.astype(np.int64) * (len(table.hosts) + 1) + table.src
    kind = 2 * (habits.home >= AT_HOME).astype(np.int64) + (habits.owner >= 0)
    units = Units.of(key, habits.day, steady.total, kind, hops)
    days = np.unique(habits.day[hops & scoring.scored])
    first = int(habits.day[hops].min()) if hops.any() else 0
    return calibrate(units, days, first, fdr=options.fdr)


def steady_scores(table: LogonTable, scoring: Scoring, rules: ScoreRules) -> Scores:
    """Score every row again with exactly the days of history that calibration takes; the order is not by these."""
    support = scoring.scores.corroboration.within(table, WINDOW)

    def silence(_score: Floats, _hops: Flags, _habits: Habits) -> Flags:
        return scoring.quiet

    return score_hops(table, support, replace(rules, window_days=WINDOW), quiet=silence)


def _notes(scoring: Scoring, calibration: Calibration, found: list[Finding], options: LateralOptions) -> list[str]:
    scores, scored = scoring.scores, scoring.scored
    history = int(scores.habits.history[scored].max()) if scored.any() else 0
    notes = [f"Rarity rests on up to {history} earlier days (window {options.rules.window_days} days)."]
    if history < LEAST_HISTORY:
        notes.append("Too little history for a statement of rarity: host events and switched credentials decide.")
    notes.append(
        calibration.words(options.fdr) if scoring.scope.mode != CASE else "No baseline: p-values can't be given."
    )
    if not scores.corroboration.rows:
        notes.append("No host events speak for or against any hop.")
    if len(found) >= options.limit:
        notes.append(f"Only the first {options.limit} chains are listed.")
    return notes
