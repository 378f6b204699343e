"""Findings of the lateral-movement detector as a responder reads them: reasons, techniques, records, blind spots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphhunt.lateral.budget import PER_DAY, Budget, found_units, opened
from graphhunt.lateral.detector import CASE, CLASSES
from graphhunt.lateral.detector.calibrate import differ
from graphhunt.lateral.hops import Details, describe_hop
from graphhunt.lateral.scope import NOTHING_LOADED, nothing_found, scope_json, suppressed_json
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.detection import Detection
    from graphhunt.lateral.detector import Finding, FoundHop
    from graphhunt.lateral.paths import LogonTable
    from graphhunt.lateral.sight import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter:
    """Which findings to list.

    Attributes:
        machine: Keep chains with a hop from or to this machine or address, by name or id.
        user: Keep chains with a hop by this account.
        significant: Keep chains that pass the false-discovery rule.
    """

    machine: str | None = None
    user: str | None = None
    significant: bool = False

    def keeps(self, finding: Finding, table: LogonTable) -> bool:
        """Tell whether a finding is to be listed."""
        if self.significant and not finding.significant:
            return False
        hosts = {text for hop in finding.hops for host in (hop.src, hop.dst) for text in _host_texts(table, host)}
        users = {text for hop in finding.hops for text in _account_texts(table, hop.acct)}
        asked = ((self.machine, hosts), (self.user, users))
        return all(name is None or name.strip().casefold() in found for name, found in asked)


def report(
    detection: Detection | None,
    snapshot: Snapshot,
    sight: Callable[[], Sight],
    wanted: FindingFilter | None = None,
    *,
    budget: int = PER_DAY,
) -> dict[str, Any]:
    """Write a run of the detector as the JSON of `graphhunt hunt lateral-movement`.

    Args:
        detection: The run; None where there is no remote logon.
        snapshot: The graph's tables.
        sight: Gives what the logs can show.
        wanted: Which findings to list.
        budget: Units shown for each scored day.

    Returns:
        `findings`, first what to read first, `suppressed` (what lists took out, by name), `notes`, `scope` (what was
        scored; see `scope_json`; None where there is no remote logon), `budget` (see `Budget.json`),
        `sources_missing` (kinds of records that machines lack) and `reason` when nothing was found.
    """
    if detection is None:
        return {
            "findings": [], "suppressed": [], "notes": [], "scope": None, "budget": None,
            "sources_missing": sight().missing(), "reason": NOTHING_LOADED,
        }  # fmt: skip
    table, found = detection.table, detection.findings
    kept = [one for one in found.findings if wanted is None or wanted.keeps(one, table)]
    whole = len(kept) == len(found.findings)
    reading = Budget(budget, found.scope.days)
    taken = reading.take(kept)
    rows = sorted({row for finding in taken for hop in finding.hops for row in hop.rows})
    seen = sight()
    writer = Writer(table, found.scope.mode, Details(snapshot).of(table, rows), seen)
    written: dict[str, Any] = {
        "findings": [writer.finding(finding) for finding in taken],
        "suppressed": [suppressed_json(one) for one in found.suppressed],
        "notes": list(found.notes), "scope": scope_json(found.scope),
        "budget": reading.json(found.units if whole else found_units(kept)), "sources_missing": seen.missing(),
    }  # fmt: skip
    if not kept:
        none = nothing_found(written["scope"])
        written["reason"] = f"none of {len(found.findings):,} findings fits" if found.findings else none
    return written


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes chains as JSON.

    Attributes:
        table: The logons.
        mode: `case` or `monitor`; without a baseline there are no scores.
        details: The REMOTE_LOGON behind each row.
        sight: What the logs can show; no blind spots without it.
    """

    table: LogonTable
    mode: str
    details: dict[int, dict[str, Any]]
    sight: Sight | None = None

    def finding(self, finding: Finding) -> dict[str, Any]:
        """Write one chain, of whose units only the first are opened."""
        shown, more = opened(finding)
        hops = [self._hop(hop) for hop in shown]
        first, last = finding.hops[0].start, finding.hops[-1].start
        blind = self.sight.of_hops(hops, first, last) if self.sight else []
        return {
            "rank": finding.rank, "chain_id": finding.chain_id, "score": self._score(finding.score),
            "p": _number(finding.p), "significant": finding.significant, "start": iso(first), "end": iso(last),
            "class": finding.klass, "class_meaning": CLASSES[finding.klass], "evidence_kinds": finding.kinds,
            "units": len(finding.units), "more_units": more,
            "root_users": list(dict.fromkeys(h["root_user"] for h in hops)),
            "techniques": list(dict.fromkeys(one for hop in hops for one in hop["techniques"])),
            "reasons": list(finding.reasons), "hops": hops, "blind_spots": blind,
        }  # fmt: skip

    def _hop(self, hop: FoundHop) -> dict[str, Any]:
        table = self.table
        return describe_hop(table, hop, [self.details[row] for row in hop.rows]) | {
            "score": self._score(hop.score), "class": hop.klass, "class_meaning": CLASSES[hop.klass],
            "evidence_kinds": hop.kinds, "root_user": table.account_name(hop.root) if hop.root >= 0 else None,
            "certainty": round(hop.certainty, 4), "p": _number(hop.p), "kind_p": _number(hop.kind_p),
            "p_differs": differ(hop.p, hop.kind_p), "significant": hop.significant,
            "techniques": list(hop.techniques), "lead_in": hop.lead_in,
        }  # fmt: skip

    def _score(self, value: float) -> float | None:
        return None if self.mode == CASE else round(value, 4)


def _number(value: float) -> float | None:
    return None if value != value else value


def _host_texts(table: LogonTable, host: int) -> set[str]:
    return set() if host < 0 else {table.hosts[host].casefold(), table.host_name(host).casefold()}


def _account_texts(table: LogonTable, account: int) -> set[str]:
    return set() if account < 0 else {table.accounts[account].casefold(), table.account_name(account).casefold()}
