"""Coverage: what each machine's logs can show, and what they can't, so that an empty answer is understood."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt import ids
from graphhunt.model import FACTS
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace

NEEDED: dict[str, tuple[tuple[str, ...], str]] = {
    "logons": (("logon",), "remote logons to this machine can't be seen (Security 4624)"),
    "processes": (("process_start",), "what ran on this machine can't be seen (Security 4688, Sysmon 1)"),
    "connections": (
        ("connection",),
        "connections, and the source of WinRM logons, can't be seen (Sysmon 3, Security 5156)",
    ),
    "services and tasks": (
        ("service_install", "task_action"),
        "services and tasks made from afar can't be seen (Security 4697, 4698, System 7045)",
    ),
    "shares": (("share_access",), "use of admin shares and pipes can't be seen (Security 5140, 5145)"),
}
"""What hunting lateral movement needs, the facts that give it, and what is missed without them."""

HOUR = 3600 * 10**6


def coverage(workspace: Workspace) -> dict[str, Any]:
    """Say per machine which channels it has, from when to when, silent hours within, and what is missing."""
    frame = _sightings(workspace)
    machines = [_machine(str(name[0]), part) for name, part in frame.group_by("machine", maintain_order=True)]
    note = "nothing is loaded" if not machines else None
    return {"machines": machines, **({"reason": note} if note else {})}


def _sightings(workspace: Workspace) -> pl.DataFrame:
    parts = [
        workspace.facts(str(fact.__struct_config__.tag), ["host", "time", "code"]).with_columns(
            kind=pl.lit(str(fact.__struct_config__.tag))
        )
        for fact in FACTS
    ]
    frame = pl.concat([part.select("host", "time", "code", "kind") for part in parts]).drop_nulls("host")
    counted = frame.group_by(
        "host", "kind", channel=pl.col("code").str.split("/").list.first(), hour=pl.col("time") // HOUR
    )
    table = counted.agg(events=pl.len(), first=pl.col("time").min(), last=pl.col("time").max()).collect()
    names = {host: ids.short_host(host) for host in table.get_column("host").unique()}
    return table.with_columns(machine=pl.col("host").replace_strict(names)).sort("machine", "kind", "channel", "hour")


def _machine(name: str, part: pl.DataFrame) -> dict[str, Any]:
    kinds = set(part.get_column("kind"))
    channels = part.group_by("channel").agg(
        pl.col("events").sum(), pl.col("first").min(), pl.col("last").max(), hours=pl.col("hour").n_unique()
    )
    missing = {what: effect for what, (needed, effect) in NEEDED.items() if not kinds & set(needed)}
    hours = part.get_column("hour").unique().sort()
    rows = [
        {**row, "first": iso(row["first"]), "last": iso(row["last"])}
        for row in channels.sort("channel").iter_rows(named=True)
    ]
    return {
        "machine": name,
        "first": min(row["first"] for row in rows),
        "last": max(row["last"] for row in rows),
        "channels": rows,
        "missing": missing,
        "silent": [{"start": iso(a * HOUR), "end": iso(b * HOUR)} for a, b in _gaps(hours.to_list())],
    }


def _gaps(hours: list[int]) -> list[tuple[int, int]]:
    """List the runs of whole hours without any event between the first and the last."""
    return [(a + 1, b) for a, b in pairwise(hours) if b - a > 1]
