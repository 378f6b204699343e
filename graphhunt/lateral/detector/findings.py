"""What the detector returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from graphhunt.lateral.detector.calibrate import Calibration
from graphhunt.lateral.detector.modes import CASE
from graphhunt.lateral.detector.scope import Scope
from graphhunt.lateral.detector.score import Scores
from graphhunt.lateral.detector.suppress import Suppressed
from graphhunt.lateral.paths.table import DAY

PROPERTIES = (
    "lm_chain_id", "lm_hop", "lm_class", "lm_root_user", "lm_certainty", "lm_score", "lm_p", "lm_reason",
)  # fmt: skip
"""Properties written to REMOTE_LOGON."""


@dataclass(frozen=True, slots=True)
class FoundHop:
    """One act of a finding.

    Attributes:
        rows: Table rows of its logons, earliest first.
        src: Source host index.
        dst: Destination host index.
        acct: Account index.
        start: First logon, µs UTC.
        end: Latest recorded end, -1 when unknown.
        klass: P, E, S, N or H, see `classes`.
        root: Account the causal path began with, -1 when unknown.
        certainty: One over the number of possible causes.
        score: Nats.
        p: Conformal p-value of its unit, NaN when not tested.
        significant: Passes the false-discovery rule.
        techniques: ATT&CK ids.
        reasons: Why, in words with counts.
        lead_in: Only in the chain because it can have led to the others; see `lead_in`.
        kinds: Different kinds of events that speak for its telling logon.
        kind_p: P-value among units of the same kind of account and source, NaN when not tested.
    """

    rows: tuple[int, ...]
    src: int
    dst: int
    acct: int
    start: int
    end: int
    klass: str
    root: int
    certainty: float
    score: float
    p: float
    significant: bool
    techniques: tuple[str, ...]
    reasons: tuple[str, ...]
    lead_in: bool = False
    kinds: int = 0
    kind_p: float = float("nan")

    @property
    def unit(self) -> tuple[int, int, int]:
        """Account, source and UTC day: what one has to read once."""
        return self.acct, self.src, self.start // DAY


@dataclass(frozen=True, slots=True)
class Finding:
    """A chain of suspicious hops, in time order.

    Attributes:
        chain_id: Stable id, from the relationship id of its earliest logon.
        rank: 1 for the first thing to look at.
        score: Score of its strongest hop.
        p: Smallest p-value of its hops, NaN when none was tested.
        significant: A hop passes the false-discovery rule.
        hops: The acts.
        reasons: The chain in words.
        klass: The most telling class of its hops.
        kinds: Most kinds of events that speak for one of its hops.
    """

    chain_id: str
    rank: int
    score: float
    p: float
    significant: bool
    hops: tuple[FoundHop, ...]
    reasons: tuple[str, ...]
    klass: str = "H"
    kinds: int = 0
    kind_p: float = float("nan")

    @property
    def units(self) -> list[tuple[int, int, int]]:
        """What is to be read: (account, source, day) of its own hops, in time order, each once."""
        return list(dict.fromkeys(hop.unit for hop in self.hops if not hop.lead_in))


@dataclass(frozen=True, slots=True)
class Findings:
    """Result of a run.

    Attributes:
        findings: Chains, first what to read first.
        suppressed: What suppression lists took out, by name.
        notes: What the reader must know: history, baseline size, smallest reachable p, limits.
        scores: All scores, for ranking paths (`scores.total`).
        table_ids: Relationship id per row, None when rows are numbered.
        accounts: Account ids by index.
        scope: What was scored and what was not.
        units: Units (account, source, day) of all leads, by class.
        calibration: P-values of every scored row.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    notes: tuple[str, ...]
    scores: Scores
    table_ids: pl.Series | None
    accounts: tuple[str, ...]
    scope: Scope
    units: dict[str, int]
    calibration: Calibration

    def properties(self) -> pl.DataFrame:
        """Give the `lm_…` properties of every logon in a finding, one row per relationship id.

        A logon that is in one chain for itself and led to others has the properties of the first. In case mode there
        is no baseline a score could be compared with, so that none is given.
        """
        told: dict[int, tuple[Any, ...]] = {}
        for lead_in in (False, True):
            for finding in self.findings:
                for number, hop in enumerate(finding.hops, start=1):
                    for row in hop.rows if hop.lead_in == lead_in else ():
                        told.setdefault(row, self._property(finding, number, hop, row))
        rows = [told[row] for row in sorted(told)]
        text, whole, real = pl.String, pl.Int64, pl.Float64
        schema = {
            "id": text, "lm_chain_id": text, "lm_hop": whole, "lm_class": text, "lm_root_user": text,
            "lm_certainty": real, "lm_score": real, "lm_p": real, "lm_reason": text,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _property(self, finding: Finding, number: int, hop: FoundHop, row: int) -> tuple[Any, ...]:
        name = str(row) if self.table_ids is None else self.table_ids[row]
        root = self.accounts[hop.root] if hop.root >= 0 else None
        p = None if hop.p != hop.p else hop.p
        score = None if self.scope.mode == CASE else round(hop.score, 6)
        return (name, finding.chain_id, number, hop.klass, root, hop.certainty, score, p, "; ".join(hop.reasons))
