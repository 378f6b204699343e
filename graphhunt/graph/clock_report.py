"""What answers say of clocks: how far those of the machines differ, and which logs' times were put right."""

from __future__ import annotations

from typing import Any

from graphhunt.graph.snapshot import Snapshot
from graphhunt.times import iso


def clock_report(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """Give `clock_skew` and `corrected` as `status`, `load` and `coverage` have them."""
    return {"clock_skew": _skew(snapshot), "corrected": _corrected(snapshot)}


def _skew(snapshot: Snapshot) -> list[dict[str, Any]]:
    """List how far the machines' clocks differ, over all days and on single ones, as connections of both ends show.

    Tables made by an earlier version, which are read until the next load, don't tell of single days.
    """
    found = snapshot.table("ClockSkew")
    rows = found.iter_rows(named=True) if found is not None else iter(())
    return [
        {
            "from": row["origin"],
            "to": row["target"],
            "seconds": row["skew"] / 1e6,
            "least": row.get("least", row["skew"]) / 1e6,
            "most": row.get("most", row["skew"]) / 1e6,
            "connections": row["matches"],
        }
        for row in rows
    ]


def _corrected(snapshot: Snapshot) -> list[dict[str, Any]]:
    """List the logs whose times were put right: how far ahead they were, and how many records of other logs show it."""
    found = snapshot.table("Corrected")
    rows = found.iter_rows(named=True) if found is not None else iter(())
    return [
        {
            "machine": row["machine_id"],
            "channel": row["channel"],
            "loader": row["loader"],
            "code": row["code"],
            "what": row["what"],
            "seconds": row["offset"] / 1e6,
            "taken": row["field"],
            "pairs": row["pairs"],
            "from": iso(row["start"]),
            "until": iso(row["end"]),
        }
        for row in rows
    ]
