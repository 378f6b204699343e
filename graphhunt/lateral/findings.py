"""Findings of the lateral-movement detector as a responder reads them: reasons, techniques, records, blind spots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphhunt.lateral.detector import CLASSES
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
    detection: Detection | None, snapshot: Snapshot, sight: Callable[[], Sight], wanted: FindingFilter | None = None
) -> dict[str, Any]:
    """Write a run of the detector as the JSON of `graphhunt hunt lateral-movement`.

    Returns:
        `findings` by falling score, `suppressed` (what lists took out, by name), `notes`, `scope` (what was
        scored; see `scope_json`; None where there is no remote logon), and `reason` when nothing was found.
    """
    if detection is None:
        return {"findings": [], "suppressed": [], "notes": [], "scope": None, "reason": NOTHING_LOADED}
    wanted, table, found = wanted or FindingFilter(), detection.table, detection.findings
    kept = [finding for finding in found.findings if wanted.keeps(finding, table)]
    rows = sorted({row for finding in kept for hop in finding.hops for row in hop.rows})
    details = Details(snapshot).of(table, rows)
    seen = sight() if kept else None
    written: dict[str, Any] = {
        "findings": [finding_json(finding, table, details, seen) for finding in kept],
        "suppressed": [suppressed_json(one) for one in found.suppressed],
        "notes": list(found.notes), "scope": scope_json(found.scope),
    }  # fmt: skip
    if not kept:
        none = nothing_found(written["scope"])
        written["reason"] = f"none of {len(found.findings):,} findings fits" if found.findings else none
    return written


def finding_json(
    finding: Finding, table: LogonTable, details: dict[int, dict[str, Any]], sight: Sight | None = None
) -> dict[str, Any]:
    """Write one chain."""
    hops = [_hop(hop, table, details) for hop in finding.hops]
    first, last = finding.hops[0].start, finding.hops[-1].start
    blind = sight.of_hops(hops, first, last) if sight else []
    return {
        "rank": finding.rank, "chain_id": finding.chain_id, "score": round(finding.score, 4), "p": _number(finding.p),
        "significant": finding.significant, "start": iso(first), "end": iso(last),
        "class": min(hop["class"] for hop in hops), "root_users": list(dict.fromkeys(h["root_user"] for h in hops)),
        "techniques": list(dict.fromkeys(one for hop in hops for one in hop["techniques"])),
        "reasons": list(finding.reasons), "hops": hops, "blind_spots": blind,
    }  # fmt: skip


def _hop(hop: FoundHop, table: LogonTable, details: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return describe_hop(table, hop, [details[row] for row in hop.rows]) | {
        "class": hop.klass, "class_meaning": CLASSES[hop.klass],
        "root_user": table.account_name(hop.root) if hop.root >= 0 else None,
        "certainty": round(hop.certainty, 4), "p": _number(hop.p), "significant": hop.significant,
        "techniques": list(hop.techniques), "lead_in": hop.lead_in,
    }  # fmt: skip


def _number(value: float) -> float | None:
    return None if value != value else value


def _host_texts(table: LogonTable, host: int) -> set[str]:
    return set() if host < 0 else {table.hosts[host].casefold(), table.host_name(host).casefold()}


def _account_texts(table: LogonTable, account: int) -> set[str]:
    return set() if account < 0 else {table.accounts[account].casefold(), table.account_name(account).casefold()}
