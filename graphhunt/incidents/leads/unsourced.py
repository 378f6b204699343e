"""Leads of work for other machines whose remote logon no record tells: services, their children, driven programs.

Where the logon is recorded, it has a lead of its own that names the way. These are for records that hold less: the
System log alone (7045), or Sysmon without the Security log.

References:
    ATT&CK T1569.002, T1047, T1021.003, T1021.006; System 7045; Sysmon events 1 and 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.graph.remote_work import BORROWED, DYNAMIC, SHELLS
from graphhunt.graph.techniques import PLUMBING
from graphhunt.incidents.lead import Entity, Lead
from graphhunt.incidents.leads.commands import of_process
from graphhunt.incidents.programs import remote_tool

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

Row = dict[str, Any]

_SHELL = re.compile(
    r"^\s{0,9}\"?(?:[^\"\s]{0,255}\\)?(?:%comspec%|(?:cmd|powershell|pwsh|mshta|rundll32|regsvr32)(?:\.exe)?)(?:[\s\"]|$)"
)
"""A command whose program is an interpreter, in lower case; a service's own program is none."""

_HOSTS = ("wsmprovhost.exe", "winrshost.exe")
"""Programs of Windows that only ever work for somebody elsewhere (WinRM)."""

_BY_SERVICE = ("T1569.002", "T1053.005")


def unsourced_leads(tables: Tables) -> Iterator[Lead]:
    """Give the leads of work for other machines that no recorded logon explains."""
    yield from _services(tables)
    yield from _children(tables)
    yield from _driven(tables)


def _services(tables: Tables) -> Iterator[Lead]:
    """A service was installed that runs an interpreter, or commands for other machines, as is told by no logon."""
    known = tables.hops.filter(pl.col("technique").is_in(_BY_SERVICE)).get_column("logon_session_id").drop_nulls()
    told = tables.processes.drop_nulls("remote_session_id").get_column("id")
    run = tables.edges("STARTED").filter(pl.col("to_id").is_in(told.implode())).get_column("from_id")
    services = tables.nodes("Service", "id", "name", "image", "machine_id").rename({"id": "to_id"})
    made = tables.edges("INSTALLED", "logon_session_id").filter(pl.col("from_label") == "User")
    alone = made.filter(
        ~pl.col("logon_session_id").is_in(known.implode()).fill_null(value=False)
        & ~pl.col("to_id").is_in(run.implode())
    ).join(services, on="to_id")
    for row in alone.sort("start", "id").iter_rows(named=True):
        tool = remote_tool(row["name"], row["image"])
        if tool or _SHELL.search((row["image"] or "").lower()):
            yield _installed(tables, row, tool)


def _installed(tables: Tables, row: Row, tool: str | None) -> Lead:
    machine = row["machine_id"] or row["to_id"].partition("|")[0]
    facts = {
        "account": Entity("User", row["from_id"]), "to": Entity("Machine", machine),
        "work": Entity("Service", row["to_id"]), "command": row["image"], "tool": tool,
    }  # fmt: skip
    vertex = f"session|{row['logon_session_id']}" if row["logon_session_id"] else f"work|{row['to_id']}"
    return Lead("tool_service" if tool else "shell_service", vertex, row["start"], machine, row["from_id"],
                tuple(row["evidence"]), facts, relationships=(row["id"],))  # fmt: skip


def _children(tables: Tables) -> Iterator[Lead]:
    """A program that works for other machines started another, over no logon that is recorded."""
    parents = tables.processes.select(from_id="id", parent="name")
    by_service = tables.edges("STARTED").get_column("to_id")
    made = tables.edges("SPAWNED").select("from_id", "to_id", proof="evidence").join(parents, on="from_id")
    alone = tables.processes.filter(
        pl.col("remote_session_id").is_null() & pl.col("start").is_not_null() & (pl.col("evidence").list.len() > 0)
    )
    rows = made.join(alone, left_on="to_id", right_on="id").filter(~pl.col("to_id").is_in(by_service.implode()))
    for row in rows.sort("start", "to_id").iter_rows(named=True):
        kind = _kind(row["parent"] or "", row)
        if kind is not None:
            yield of_process(kind, {**row, "id": row["to_id"]}, row["proof"], parent=row["parent"])


def _kind(parent: str, row: Row) -> str | None:
    """Give the kind of lead that a start by a parent is; None if it is none."""
    name = row["name"] or ""
    if parent == "services.exe" and name in SHELLS:
        return "service_shell"
    if parent == "wmiprvse.exe" and name in SHELLS:
        return "wmi_shell"
    served = parent in _HOSTS or remote_tool(parent) is not None
    return "served_command" if served and name not in PLUMBING else None


def _driven(tables: Tables) -> Iterator[Lead]:
    """A program of the desktop or Office took a call from another machine on a port that DCOM gave it."""
    came = tables.edges("CONNECTED", "direction", "local_port", "machine_id").filter(
        (pl.col("direction") == "incoming") & (pl.col("local_port") >= DYNAMIC)
    )
    programs = tables.processes.filter(pl.col("name").is_in(BORROWED))
    own = tables.edges("HAD_IP").select(machine_id="from_id", to_id="to_id")
    away = came.join(own, on=["machine_id", "to_id"], how="anti").rename({"id": "edge", "evidence": "proof"})
    away = away.select("from_id", "edge", "proof", "to_id", "local_port", time="start")
    rows = away.join(programs, left_on="from_id", right_on="id").filter(~pl.col("to_id").is_in(["127.0.0.1", "::1"]))
    for row in rows.sort("time", "edge").iter_rows(named=True):
        proof, source = list(row["proof"] or ()), Entity("IP", row["to_id"])
        if proof:
            lead = of_process("driven_program", {**row, "id": row["from_id"]}, proof, row["time"],
                              port=str(row["local_port"]), **{"from": source})  # fmt: skip
            yield lead._replace(relationships=(row["edge"],))
