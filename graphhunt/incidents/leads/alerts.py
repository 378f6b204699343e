"""Leads of other products: what they raised alerts about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.incidents.lead import Entity, Lead

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

_LEVELS = {
    "critical": "alert_critical", "high": "alert_high", "medium": "alert_medium", "low": "alert_low",
    "informational": "alert_low", "1": "alert_high", "2": "alert_medium", "3": "alert_low",
}  # fmt: skip
"""Kinds by severity: in words as Sigma and products write it, in numbers as Suricata does (1 is the highest)."""


def alert_leads(tables: Tables) -> Iterator[Lead]:
    """Another product raised an alert about a process, machine or address."""
    alerts = tables.nodes("Alert", "id", "name", "level").rename({"id": "from_id"})
    flagged = tables.edges("FLAGGED").filter(pl.col("from_label") == "Alert").join(alerts, on="from_id")
    flagged = flagged.filter(pl.col("to_label").is_in(["Process", "Machine", "IP"])).sort(
        "start", "from_id", "to_label"
    )
    machines = dict(tables.processes.select("id", "machine_id").iter_rows())
    for (alert,), part in flagged.group_by("from_id", maintain_order=True):
        rank = {"Process": 0, "Machine": 1, "IP": 2}
        row = min(part.iter_rows(named=True), key=lambda each: (rank[each["to_label"]], each["to_id"]))
        label, about = row["to_label"], row["to_id"]
        place = machines.get(about, about) if label == "Process" else about
        vertex = f"process|{about}" if label == "Process" else f"host|{about}"
        kind = _LEVELS.get(str(row["level"] or "").lower(), "alert_low")
        facts = {"alert": Entity("Alert", str(alert)), "name": row["name"], "about": Entity(label, about)}
        yield Lead(kind, vertex, row["start"], place, None, tuple(row["evidence"]), facts, relationships=(row["id"],))
