"""A hop of a path in the words of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from graphhunt.graph.hypotheses import SAME_ACT
from graphhunt.schema import EVIDENCE_CAP
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.paths import LogonTable

_TECHNIQUE = (
    "technique_level", "technique_margin", "technique_support", "technique_records", "technique_against",
    "alternatives", "transport",
)  # fmt: skip
"""What a hop says of how sure its technique is."""


class AnyHop(Protocol):
    """What hops of paths and of findings have in common; see `graphhunt.lateral.paths.Hop`."""

    @property
    def src(self) -> int:
        """Source host index, -1 when unknown."""

    @property
    def dst(self) -> int:
        """Destination host index."""

    @property
    def start(self) -> int:
        """Time of the first logon, µs UTC."""

    @property
    def score(self) -> float:
        """How unusual it is."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in words."""


class Details:
    """What the relationships say of rows of a logon table."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def of(self, table: LogonTable, rows: list[int]) -> dict[int, dict[str, Any]]:
        """Give the REMOTE_LOGON behind each row, with its account's domain."""
        schema = {"id": pl.String, "_row": pl.Int64}
        ids = pl.DataFrame({"id": [table.row_id(row) for row in rows], "_row": rows}, schema=schema)
        logons = self.snapshot.scan("REMOTE_LOGON")
        if logons is None or not rows:
            return {}
        found = logons.filter(pl.col("id").is_in(ids.get_column("id").implode())).collect()
        joined = ids.join(found, on="id", how="left").join(self._domains(), on="user_id", how="left")
        return {row.pop("_row"): row for row in joined.iter_rows(named=True)}

    def _domains(self) -> pl.DataFrame:
        users = self.snapshot.table("User")
        if users is None:
            return pl.DataFrame(schema={"user_id": pl.String, "user_domain": pl.String})
        return users.select(pl.col("id").alias("user_id"), pl.col("domain").alias("user_domain"))


def describe_hop(table: LogonTable, hop: AnyHop, logons: list[dict[str, Any]]) -> dict[str, Any]:
    """Describe a hop by its telling logon: the one whose own traces name the technique.

    Args:
        table: The logons the path engine searched.
        hop: One step of a path or finding.
        logons: The REMOTE_LOGON rows of the hop, earliest first.
    """
    told = sorted(logons, key=lambda row: (row["technique"] is None, row.get("technique_reason") == SAME_ACT))
    main = told[0]
    proof = dict.fromkeys(event for row in told for event in row["evidence"])
    return {
        "from": table.host_name(hop.src), "to": table.host_name(hop.dst), "user": main["user_name"],
        "user_domain": main["user_domain"], "logon_type": main["logon_type"], "technique": main["technique"],
        "technique_name": main["technique_name"], "technique_reason": main.get("technique_reason"),
        **{name: main[name] for name in _TECHNIQUE}, "credential_technique": _first(told, "credential_technique"),
        "start": iso(hop.start), "end": iso(max(row["end"] for row in logons)), "logon_id": main["logon_id"],
        "logons": len(logons), "evidence": list(proof)[:EVIDENCE_CAP], "confidence": main["confidence"],
        "certainty": main["certainty"], "origin_how": main["origin_how"], "stated_name": main["stated_name"],
        "doubt": _first(told, "doubt"), **_cause(told),
        "score": round(hop.score, 4), "reasons": list(hop.reasons),
        "origin_process_id": _first(told, "origin_process_id"),
        "remote_process_id": _first(told, "remote_process_id"), "remote_process": _first(told, "remote_process"),
        "from_id": main["from_id"], "from_label": main["from_label"], "to_id": main["to_id"],
        "to_label": main["to_label"],
        "user_id": main["user_id"], "relationship_id": main["id"],
        "relationship_ids": [row["id"] for row in logons],
    }  # fmt: skip


def _cause(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Give what led to the hop: the surest that is known of one of its logons, a proved switch before all."""
    best = max(
        rows,
        key=lambda row: (bool(row["credential_switch"]), bool(row["cause_proved"]), row["cause_certainty"] or 0.0),
    )
    names = ("cause_how", "cause_certainty", "cause_proved", "cause_reason", "credential_switch", "caused_by")
    return {name: best[name] for name in names} | {"cause_kind": cause_kind(best)}


CAUSE_KINDS = ("proved", "proved machine", "inferred", "none")
"""How the cause of a logon may be known, surest first."""


def cause_kind(row: dict[str, Any]) -> str:
    """Say how the cause of a logon is known, one of `CAUSE_KINDS`.

    Where only a program is known that opens connections for others, records prove the machine and the time.
    """
    if row["cause_proved"]:
        return "proved"
    if row["cause_how"] == "broker":
        return "proved machine"
    return "inferred" if row["cause_how"] not in (None, "none") else "none"


def _first(rows: list[dict[str, Any]], name: str) -> Any:
    return next((row[name] for row in rows if row.get(name)), None)
