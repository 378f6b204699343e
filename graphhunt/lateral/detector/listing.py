"""Lists the leads of a scored case: ranks them, groups them into chains and explains each.

Before anything is listed, one lead that was made up stands among the others with an evidence class; if it does not
come out in the ranked list, the run has failed and says so, instead of saying that nothing was found.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from graphhunt.errors import AnalysisError
from graphhunt.lateral.detector.calibrate import Calibration
from graphhunt.lateral.detector.chains import ranked_rows, walk_chains
from graphhunt.lateral.detector.classes import LETTERS, LISTED, Classed, order_of
from graphhunt.lateral.detector.corroboration import KINDS
from graphhunt.lateral.detector.findings import Finding, FoundHop
from graphhunt.lateral.detector.lead_in import LeadIns
from graphhunt.lateral.detector.modes import CASE
from graphhunt.lateral.detector.score import Scores
from graphhunt.lateral.detector.words import Narrator
from graphhunt.lateral.paths.acts import Acts, fold
from graphhunt.lateral.paths.explain import span_words
from graphhunt.lateral.paths.table import DAY, Flags, Floats, Ints, LogonTable
from graphhunt.plain import counted

LED = "the latest logon that can have led to a later hop of the chain"
"""First reason of a hop that is in a chain for that only."""

NOT_FOUND = "scoring failed: the check lead was not found"
"""What is said where the made-up lead does not come out."""

_CHECK = next(kind for kind in KINDS if kind.name == "outside_address")
"""What the made-up lead shows: one event of class E."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A scored case as it is listed.

    Attributes:
        table: The logons.
        scores: Their scores.
        classed: Their classes and order.
        scored: Rows in the time that is scored.
        mode: `case` or `monitor`.
        floor: Least score of a listed hop in monitor mode, nats.
        window_us: How long before a hop what led to it may be.
    """

    table: LogonTable
    scores: Scores
    classed: Classed
    scored: Flags
    mode: str
    floor: float
    window_us: int = DAY

    def listable(self, code: Ints, order: Floats) -> Flags:
        """Tell which of some leads are listed at all: by class in case mode, by score in monitor mode.

        Args:
            code: Their classes, as indexes in `LETTERS`.
            order: What they are listed by.
        """
        return np.asarray(code < len(LISTED)) if self.mode == CASE else np.asarray(order > self.floor)

    def leads(self, acts: Acts) -> Flags:
        """Mark the row of each act that speaks for it and is listed.

        Raises:
            AnalysisError: The check lead is not among what would be listed.
        """
        told, order = acts.telling(self.classed.order), self.classed.order
        codes = np.append(self.classed.code[told], LETTERS.index("E"))
        check = order_of(codes[-1:], np.ones(1, np.int64), np.full(1, _CHECK.strength), self.mode)
        values = np.append(order[told], check)
        ranked = ranked_rows(values, self.listable(codes, values), float("-inf"))
        if len(told) not in ranked:
            raise AnalysisError(NOT_FOUND, hint="this is a fault of graphhunt: please report it")
        marked = np.zeros(len(self.table), dtype=bool)
        marked[told[ranked[ranked < len(told)]]] = True
        return marked

    def units(self, leads: Flags) -> dict[str, int]:
        """Count the units (account, source, day) of leads by their best class."""
        rows = np.flatnonzero(leads)
        keys = {"a": self.table.acct[rows], "s": self.table.src[rows], "d": self.table.t[rows] // DAY}
        frame = pl.DataFrame({**keys, "c": self.classed.code[rows]})
        best = frame.group_by("a", "s", "d").agg(pl.col("c").min()).group_by("c").len()
        number: dict[int, int] = dict(best.iter_rows())
        return {letter: number[code] for code, letter in enumerate(LETTERS) if code in number}


def listed_chains(listing: Listing, calibration: Calibration, limit: int) -> tuple[list[Finding], dict[str, int]]:
    """Give the chains, first what to read first, and the units of all leads by class.

    Args:
        listing: The case.
        calibration: P-values of its rows.
        limit: Most chains.

    Raises:
        AnalysisError: The check lead does not come out.
    """
    table, scores, order = listing.table, listing.scores, listing.classed.order
    acts = fold(table, np.flatnonzero(scores.hops & listing.scored), order)
    act_of = np.full(len(table), -1, dtype=np.int64)
    act_of[acts.rows] = np.repeat(np.arange(len(acts)), np.diff(acts.offsets))
    leads = listing.leads(acts)
    members: dict[int, list[int]] = {}
    for row, chain, _ in walk_chains(table, order, leads, float("-inf"), base=scores.base):
        if chain.number >= limit:
            break
        members.setdefault(chain.number, []).extend(acts.rows_of(int(act_of[row])))
    writer = _Writer(Narrator.of(table, scores, listing.classed), calibration)
    before = LeadIns(table, scores.hops, scores.causes.inbound, listing.window_us)
    found = []
    for number, rows in members.items():
        # One act is one hop: what is added comes with the other logons of its act.
        led = {
            one for row in before.of(rows) for one in (acts.rows_of(int(act_of[row])) if act_of[row] >= 0 else (row,))
        }
        found.append(writer.finding(number + 1, rows, led - set(rows)))
    return found, listing.units(leads)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes chains as findings."""

    narrator: Narrator
    calibration: Calibration

    def finding(self, rank: int, core: list[int], led: set[int]) -> Finding:
        """Write one chain: the rows of its own hops, and of those that led to them."""
        table, order = self.narrator.table, self.narrator.classed.order
        acts = fold(table, np.array(sorted({*core, *led}), dtype=np.int64), order)
        hops = tuple(self._hop(acts.rows_of(act), led) for act in range(len(acts)))
        own = [hop for hop in hops if not hop.lead_in]
        tested = [hop.p for hop in own if hop.p == hop.p]
        chain_id = hashlib.sha256(f"chain:{table.row_id(min(core))}".encode()).hexdigest()[:16]
        return Finding(
            chain_id, rank, max(hop.score for hop in own), min(tested, default=float("nan")),
            any(hop.significant for hop in own), hops, tuple(_chain_words(hops, table)),
            min((hop.klass for hop in own), key=LETTERS.index), max(hop.kinds for hop in own),
        )  # fmt: skip

    def _hop(self, rows: tuple[int, ...], led: set[int]) -> FoundHop:
        narrator, classes = self.narrator, self.narrator.classed
        table, scores = narrator.table, narrator.scores
        best = max(rows, key=lambda row: (classes.order[row], -row))
        side = scores.causes.inbound
        ends = [int(table.end[row]) for row in rows]
        techniques = dict.fromkeys(one for row in rows for one in narrator.technique_ids(row))
        lead_in = led.issuperset(rows)
        reasons = dict.fromkeys(
            [LED] * lead_in + narrator.reasons(best) + [text for row in rows for text in narrator.found.get(row, [])]
        )
        p, kind_p = (_least(column[list(rows)]) for column in (self.calibration.p, self.calibration.kind_p))
        return FoundHop(
            rows, int(table.src[best]), int(table.dst[best]), int(table.acct[best]), int(table.t[rows[0]]),
            -1 if min(ends) < 0 else max(ends), classes.letter(best), int(side.root[best]),
            1.0 / max(1, int(side.causes[best])), float(max(scores.total[row] for row in rows)),
            p,
            bool(self.calibration.significant[list(rows)].any()), tuple(techniques), tuple(reasons),
            lead_in, int(classes.kinds[best]), kind_p,
        )  # fmt: skip


def _least(p: Floats) -> float:
    return float(np.nanmin(p)) if not np.isnan(p).all() else float("nan")


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
    own = [hop for hop in hops if not hop.lead_in]
    strongest = min(own, key=lambda hop: (LETTERS.index(hop.klass), -hop.kinds, -hop.score))
    return [first, *strongest.reasons]
