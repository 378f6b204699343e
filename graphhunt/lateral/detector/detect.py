"""Finds lateral movement in a table of logons."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from graphhunt.errors import AnalysisError
from graphhunt.lateral.detector.calibrate import FDR, Calibration, calibrate
from graphhunt.lateral.detector.chains import walk_chains
from graphhunt.lateral.detector.corroboration import COLUMNS, LEAST_HISTORY, Corroboration, corroborate
from graphhunt.lateral.detector.findings import Finding, Findings, FoundHop
from graphhunt.lateral.detector.habits import Habits
from graphhunt.lateral.detector.lead_in import LeadIns
from graphhunt.lateral.detector.pmf import link_surprise, too_small
from graphhunt.lateral.detector.scope import Scope, beginning, scope_of
from graphhunt.lateral.detector.score import ScoreRules, Scores, score_hops
from graphhunt.lateral.detector.suppress import Lists, Suppressed, apply, automation, listed
from graphhunt.lateral.detector.words import Narrator
from graphhunt.lateral.paths.acts import Acts, fold
from graphhunt.lateral.paths.explain import span_words
from graphhunt.lateral.paths.rarity import earlier_days
from graphhunt.lateral.paths.table import Flags, Floats, Ints, LogonTable
from graphhunt.plain import counted

LED = "the latest logon that can have led to a later hop of the chain"
"""First reason of a hop that is in a chain for that only."""


@dataclass(frozen=True, slots=True)
class LateralOptions:
    """How to run the detector.

    Attributes:
        since: Report from this time on, µs UTC; everything before is history. None: all of a small or short
            case, all but the first days of any other (see `scope.beginning`).
        limit: Most findings.
        floor: Least score of a reported hop, nats.
        rules: How hops are scored.
        lists: The organisation's suppression lists.
        links: Fit the link-prediction model for the order among hops without a signature.
        fdr: False discovery rate.
    """

    since: int | None = None
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
        Chains by falling score. Nothing is learnt from the day scored or later days.

    Raises:
        AnalysisError: A score isn't finite.
    """
    options = options or LateralOptions()
    if corroboration is None:
        corroboration = corroborate(table, pl.DataFrame(schema=COLUMNS), window_days=options.rules.window_days)
    return findings_of(table, score_case(table, corroboration, options), options)


def findings_of(table: LogonTable, scoring: Scoring, options: LateralOptions) -> Findings:
    """Group the suspicious hops of a scored case into chains and explain them: the second part of `detect`."""
    scores, scored = scoring.scores, scoring.scored
    calibration = _calibrate(table, scores, scored, options)
    found = _chains(table, scores, calibration, scored, options)
    notes = tuple(_notes(scores, calibration, scored, found, options))
    return Findings(
        tuple(found), scoring.suppressed, notes, scores, table.ids, table.accounts, scoring.scope, calibration
    )


@dataclass(frozen=True, slots=True)
class Scoring:
    """The scores of a run.

    Attributes:
        scores: All scores; those outside `scored` were only made to learn from.
        scored: Rows in the time that is scored.
        scope: What was scored and what was not.
        suppressed: What suppression lists took out, by name.
    """

    scores: Scores
    scored: Flags
    scope: Scope
    suppressed: tuple[Suppressed, ...]


def score_case(table: LogonTable, corroboration: Corroboration, options: LateralOptions) -> Scoring:
    """Score every hop of a case: the part of `detect` before hops are grouped into chains.

    Raises:
        AnalysisError: A score isn't finite.
    """
    since, mode = beginning(table, options.since, window_days=options.rules.window_days)
    scored = table.t >= since
    links, degraded = _links(table, scored, options)
    suppressed: list[Suppressed] = []

    def quiet(score: Floats, hops: Flags, habits: Habits) -> Floats:
        result, report = apply(_masks(table, options, hops, habits), score, hops & scored)
        suppressed.extend(report)
        return result

    scores = score_hops(table, corroboration, options.rules, links=links, quiet=quiet)
    degraded += [f"{name}: not finite for some logons, left out of every score" for name in scores.dropped]
    scope = scope_of(table, since, mode, scores.hops, tuple(degraded))
    return Scoring(scores, scored, scope, tuple(suppressed))


def _links(table: LogonTable, scored: Flags, options: LateralOptions) -> tuple[Floats | None, list[str]]:
    """Give the surprise of the link model, or why there is none: rarity alone orders what has no other sign."""
    instead = "rarity alone orders the hops that nothing else speaks against"
    if not options.links or scored.all():
        return None, []
    small = too_small(table, ~scored)
    if small is not None:
        return None, [f"link model: {small}; {instead}"]
    try:
        return link_surprise(table, ~scored), []
    except AnalysisError as error:
        return None, [f"link model: {error.message}; {instead}"]


def _masks(table: LogonTable, options: LateralOptions, hops: Flags, habits: Habits) -> dict[str, tuple[Flags, str]]:
    marked = automation(table, hops, habits.day, window_days=options.rules.window_days)
    masks = {"automation": (marked, "the same account from the same source reached 20 machines on 80 % of its days")}
    for name, mask in listed(table, options.lists).items():
        masks[name] = (mask, f"named in the {name} list")
    return masks


def _calibrate(table: LogonTable, scores: Scores, scored: Flags, options: LateralOptions) -> Calibration:
    habits, hops = scores.habits, scores.hops
    hosts = len(table.hosts)
    connection = (table.acct.astype(np.int64) * hosts + table.src) * hosts + table.dst
    window = options.rules.window_days
    new = hops & (earlier_days(np.where(hops, connection, -1), habits.day, window) == 0)
    past = habits.day[~scored]
    half = (int(past.min()) + int(past.max()) + 1) / 2 if len(past) else np.inf
    baseline = new & ~scored & (habits.day >= half)
    _, number = np.unique(np.column_stack((connection, habits.day)), axis=0, return_inverse=True)
    return calibrate(scores.total, number.ravel(), baseline, new & scored, fdr=options.fdr)


def _chains(
    table: LogonTable, scores: Scores, calibration: Calibration, scored: Flags, options: LateralOptions
) -> list[Finding]:
    acts = fold(table, np.flatnonzero(scores.hops & scored), scores.total)
    act_of, told = _telling_rows(acts, scores.total)
    members: dict[int, list[int]] = {}
    for row, chain, _ in walk_chains(table, scores.total, told, _floor(scores, scored, options), base=scores.base):
        if chain.number >= options.limit:
            break
        members.setdefault(chain.number, []).extend(acts.rows_of(int(act_of[row])))
    narrator = Narrator.of(table, scores)
    leads = LeadIns(table, scores.hops, scores.causes.inbound, options.rules.causal.window_us)
    found = []
    for number, rows in members.items():
        # One act is one hop: what is added comes with the other logons of its act.
        led = {
            one for row in leads.of(rows) for one in (acts.rows_of(int(act_of[row])) if act_of[row] >= 0 else (row,))
        }
        found.append(_finding(number + 1, rows, led - set(rows), narrator, calibration))
    return found


def _telling_rows(acts: Acts, score: Floats) -> tuple[Ints, Flags]:
    """Give the act of each row, and mark the row that speaks for each act."""
    act_of = np.full(len(score), -1, dtype=np.int64)
    act_of[acts.rows] = np.repeat(np.arange(len(acts)), np.diff(acts.offsets))
    told = np.zeros(len(score), dtype=bool)
    told[acts.telling(score)] = True
    return act_of, told


def _floor(scores: Scores, scored: Flags, options: LateralOptions) -> float:
    """With little history no score can be high, so everything is listed, best first."""
    return 0.0 if _history(scores, scored) < LEAST_HISTORY else options.floor


def _history(scores: Scores, scored: Flags) -> int:
    return int(scores.habits.history[scored].max()) if scored.any() else 0


def _finding(rank: int, core: list[int], led: set[int], narrator: Narrator, calibration: Calibration) -> Finding:
    table, total = narrator.table, narrator.scores.total
    rows = np.array(sorted({*core, *led}), dtype=np.int64)
    acts = fold(table, rows, total)
    hops = tuple(_hop(acts.rows_of(act), led, narrator, calibration) for act in range(len(acts)))
    own = [hop for hop in hops if not hop.lead_in]
    tested = [hop.p for hop in own if hop.p == hop.p]
    chain_id = hashlib.sha256(f"chain:{table.row_id(min(core))}".encode()).hexdigest()[:16]
    return Finding(
        chain_id, rank, max(hop.score for hop in own), min(tested, default=float("nan")),
        any(hop.significant for hop in own), hops, tuple(_chain_words(hops, table)),
    )  # fmt: skip


def _hop(rows: tuple[int, ...], led: set[int], narrator: Narrator, calibration: Calibration) -> FoundHop:
    table, scores = narrator.table, narrator.scores
    best = max(rows, key=lambda row: (scores.total[row], -row))
    side = scores.causes.inbound
    ends = [int(table.end[row]) for row in rows]
    techniques = dict.fromkeys(one for row in rows for one in narrator.technique_ids(row))
    lead_in = led.issuperset(rows)
    reasons = dict.fromkeys(
        [LED] * lead_in + narrator.reasons(best) + [text for row in rows for text in narrator.found.get(row, [])]
    )
    p = calibration.p[list(rows)]
    return FoundHop(
        rows, int(table.src[best]), int(table.dst[best]), int(table.acct[best]), int(table.t[rows[0]]),
        -1 if min(ends) < 0 else max(ends), min(narrator.klass(row) for row in rows), int(side.root[best]),
        1.0 / max(1, int(side.causes[best])), float(scores.total[best]),
        float(np.nanmin(p)) if not np.isnan(p).all() else float("nan"),
        bool(calibration.significant[list(rows)].any()), tuple(techniques), tuple(reasons),
        lead_in,
    )  # fmt: skip


def _chain_words(hops: tuple[FoundHop, ...], table: LogonTable) -> list[str]:
    accounts = list(dict.fromkeys(table.account_name(hop.acct) for hop in hops))
    machines = {host for hop in hops for host in (hop.src, hop.dst)}
    counts = ((len(hops), "hop"), (len(machines), "machine"), (len(accounts), "account"))
    first = f"{', '.join(counted(*count) for count in counts)} ({', '.join(accounts[:5])})"
    if len(hops) > 1:
        first += f" within {span_words(hops[-1].start - hops[0].start)}"
    led = sum(hop.lead_in for hop in hops)
    if led:
        first += f"; {led} of them only because they can have led to the others"
    strongest = max((hop for hop in hops if not hop.lead_in), key=lambda hop: hop.score)
    return [first, *strongest.reasons]


def _notes(
    scores: Scores, calibration: Calibration, scored: Flags, found: list[Finding], options: LateralOptions
) -> list[str]:
    history = _history(scores, scored)
    notes = [f"Rarity rests on up to {history} earlier days (window {options.rules.window_days} days)."]
    if history < LEAST_HISTORY:
        notes.append("Too little history for a statement of rarity: host events and switched credentials decide.")
    if calibration.baseline:
        notes.append(
            f"{calibration.tested} new connections tested against N = {calibration.baseline} of the baseline; "
            f"smallest reachable p = {calibration.smallest_p:.2g}; false discovery rate {options.fdr:.0%}."
        )
    else:
        notes.append("No baseline: p-values can't be given.")
    if not scores.corroboration.rows:
        notes.append("No host events speak for or against any hop.")
    if len(found) >= options.limit:
        notes.append(f"Only the first {options.limit} chains are listed.")
    return notes
