"""A hop of a path in the words of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.schema import EVIDENCE_CAP
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.paths import Hop, LogonTable

SAME_ACT = "part of the same act"


def describe_hop(table: LogonTable, hop: Hop, logons: list[dict[str, Any]]) -> dict[str, Any]:
    """Describe a hop by its telling logon: the one whose own traces name the technique.

    Args:
        table: The logons the path engine searched.
        hop: One step of a path.
        logons: The REMOTE_LOGON rows of the hop, earliest first.
    """
    told = sorted(logons, key=lambda row: (row["technique"] is None, row["technique_reason"] == SAME_ACT))
    main = told[0]
    proof = dict.fromkeys(event for row in told for event in row["evidence"])
    return {
        "from": table.host_name(hop.src), "to": table.host_name(hop.dst), "user": main["user_name"],
        "user_domain": main["user_domain"], "logon_type": main["logon_type"], "technique": main["technique"],
        "technique_name": main["technique_name"], "technique_reason": main["technique_reason"],
        "start": iso(hop.start), "end": iso(max(row["end"] for row in logons)), "logon_id": main["logon_id"],
        "logons": len(logons), "evidence": list(proof)[:EVIDENCE_CAP], "confidence": main["confidence"],
        "score": round(hop.score, 4), "reasons": list(hop.reasons),
        "origin_process_id": _first(told, "origin_process_id"),
        "remote_process_id": _first(told, "remote_process_id"), "remote_process": _first(told, "remote_process"),
        "from_id": main["from_id"], "from_label": main["from_label"], "to_id": main["to_id"],
        "user_id": main["user_id"], "relationship_id": main["id"],
        "relationship_ids": [row["id"] for row in logons],
    }  # fmt: skip


def _first(rows: list[dict[str, Any]], name: str) -> Any:
    return next((row[name] for row in rows if row[name]), None)
