"""Leads of WMI subscriptions that run something: what is bound to a consumer of commands or scripts runs for ever.

The graph draws subscriptions only as traces of remote logons, so that bindings are read from the evidence beside it;
where a graph has no evidence beside it, there are no such leads.

References:
    ATT&CK T1546.003; Sysmon event 21; WMI-Activity event 5861.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.evidence import Workspace
from graphhunt.incidents.lead import MINUTE, Entity, Lead

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

_RUNS = r"(?i)\b(?:CommandLine|ActiveScript)EventConsumer\b"
"""Classes of consumers that run a program or a script; Windows' own subscription writes to the event log."""

_BESIDE = 2 * MINUTE
"""A remote logon that made a subscription lies this near its binding, µs."""


def subscription_leads(tables: Tables) -> Iterator[Lead]:
    """Give the leads of WMI subscriptions."""
    folder = tables.snapshot.folder.parent
    if not (folder / "workspace.json").exists():
        return
    columns = ("event_id", "time", "host", "operation", "text")
    bound = (
        Workspace(folder)
        .facts("wmi_action", columns)
        .filter((pl.col("operation") == "binding") & pl.col("text").str.contains(_RUNS))
    )
    found = bound.sort("time", "event_id").collect()
    named = _names(tables) if found.height else {}
    for event, time, host, _, text in found.select(columns).iter_rows():
        machine = named.get((host or "").lower())
        if machine is not None and time is not None:
            facts = {"to": Entity("Machine", machine), "binding": text}
            yield Lead("subscription", _vertex(tables, machine, time, event), time, machine, None, (event,), facts)


def _names(tables: Tables) -> dict[str, str]:
    """Give the ids of machines by every name that records have for them, in lower case."""
    machines = tables.nodes("Machine", "id", "name", "fqdn", "aliases")
    return {
        name.lower(): id_
        for id_, *names, aliases in machines.iter_rows()
        for name in (*names, *(aliases or ())) if name
    }  # fmt: skip


def _vertex(tables: Tables, machine: str, time: int, event: str) -> str:
    """Give the remote logon that made the subscription, by its own traces; else the binding by itself."""
    made = tables.hops.filter(
        (pl.col("to_id") == machine) & (pl.col("technique") == "T1546.003")
        & pl.col("start").is_between(time - _BESIDE, time + _BESIDE)
    )  # fmt: skip
    return str(made.item(0, "vertex")) if made.height else f"use|{event}"
