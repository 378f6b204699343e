"""Coverage: what each machine's logs can show, and what they can't, so that an empty answer is understood."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt import ids
from graphhunt.graph.identity_machines import machine_names
from graphhunt.graph.state import VERSION
from graphhunt.model import FACTS
from graphhunt.questions.kept import kept_table
from graphhunt.store.sync import snapshot_of
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.evidence import Workspace
    from graphhunt.graph.snapshot import Snapshot

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

UNSEEN = "no log of this machine is loaded: logons to it and what ran on it can't be seen"
"""What is missed on a machine that others name and that logged nothing itself."""

NO_MACHINE = "no record that is loaded says which machine wrote it, as in logs of a network sensor or a cloud"
"""Why there is nothing to say of machines where something is loaded."""

HOUR = 3600 * 10**6


def coverage(workspace: Workspace) -> dict[str, Any]:
    """Say per machine which channels it has, from when to when, silent hours, and what is missing.

    Returns:
        `machines` that logged; `unseen`: machines and addresses that logons name and that logged nothing;
        `first` and `last` event of the case; `reason` when there is no machine.
    """
    frame = _sightings(workspace)
    cleared = _cleared(workspace, dict(frame.select("host", "machine").iter_rows()))
    machines = [
        _machine(str(name[0]), part, cleared.get(str(name[0]), []))
        for name, part in frame.group_by("machine", maintain_order=True)
    ]
    if not machines:
        reason = NO_MACHINE if workspace.events() else "nothing is loaded"
        return {"machines": [], "unseen": [], "first": None, "last": None, "reason": reason}
    first, last = frame.get_column("first").min(), frame.get_column("last").max()
    return {
        "machines": machines,
        "unseen": _unseen(snapshot_of(workspace)),
        "first": iso(int(first)),  # type: ignore[arg-type]
        "last": iso(int(last)),  # type: ignore[arg-type]
    }


def _sightings(workspace: Workspace) -> pl.DataFrame:
    """Count events per machine, kind of fact, channel and hour; kept beside the snapshot until the evidence changes."""
    mark = ids.digest(workspace.fingerprint(), VERSION, size=8)
    return kept_table(workspace, "coverage", mark, lambda: _counted(workspace))


def _counted(workspace: Workspace) -> pl.DataFrame:
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
    names = machine_names(table.get_column("host"))
    return table.with_columns(machine=pl.col("host").replace_strict(names, return_dtype=pl.String)).sort(
        "machine", "kind", "channel", "hour"
    )


def _cleared(workspace: Workspace, machines: Mapping[str, str]) -> dict[str, list[int]]:
    """Give, per machine, when one of its logs was cleared."""
    frame = workspace.facts("machine_state", ["host", "time", "state"]).filter(pl.col("state") == "log_cleared")
    found: dict[str, list[int]] = {}
    for host, time in frame.select("host", "time").drop_nulls().sort("time").collect().iter_rows():
        found.setdefault(machines[host], []).append(time)
    return found


def _machine(name: str, part: pl.DataFrame, cleared: list[int]) -> dict[str, Any]:
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
        "cleared": [iso(time) for time in cleared],
    }


def _gaps(hours: list[int]) -> list[tuple[int, int]]:
    """List the runs of whole hours without any event between the first and the last."""
    return [(a + 1, b) for a, b in pairwise(hours) if b - a > 1]


def _unseen(snapshot: Snapshot) -> list[dict[str, Any]]:
    """List machines that others name and addresses that logons came from, of which no log is loaded."""
    found = []
    machines, logons = snapshot.table("Machine"), snapshot.scan("REMOTE_LOGON")
    if machines is not None and "stub" in machines.columns:
        names = machines.filter(pl.col("stub")).get_column("name").sort()
        found = [{"machine": name, "kind": "machine", "effect": UNSEEN} for name in names]
    if logons is not None:
        outside = logons.filter(pl.col("from_label") == "IP").select("from_id").unique().collect()
        effect = "no loaded machine had this address then: what led to its logons can't be seen"
        addresses = outside.get_column("from_id").sort()
        found += [{"machine": address, "kind": "address", "effect": effect} for address in addresses]
    return found
