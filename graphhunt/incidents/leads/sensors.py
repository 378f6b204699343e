"""Leads of network sensors and of other products' alerts; what sensors tell has no account and is marked so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.lead import Entity, Lead
from graphhunt.incidents.leads.hops import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.incidents.networks import Networks
    from graphhunt.incidents.tables import Tables

WINRM, SMB = (5985, 5986), (445, 139)
"""Ports (IANA)."""

COPIED = 1_000_000
"""Bytes sent to a share from which on a file was brought."""

CALLS = 60
"""Connections to one outside address within the hour that a row of flows holds; a person's browser makes fewer."""

FEW = 3
"""Machines that may talk to an address for it to be nobody's usual one."""

_LEVELS = {
    "critical": "alert_critical", "high": "alert_high", "medium": "alert_medium", "low": "alert_low",
    "informational": "alert_low", "1": "alert_high", "2": "alert_medium", "3": "alert_low",
}  # fmt: skip
"""Kinds by severity: in words as Sigma and products write it, in numbers as Suricata does (1 is the highest)."""


def sensor_leads(tables: Tables, networks: Networks) -> Iterator[Lead]:
    """Give the leads of flows, where nothing but the network was recorded, and of alerts."""
    if networks.flows_only:
        yield from _sensed_hops(tables)
        yield from _flows(tables, networks)
    yield from _alerts(tables)


def _sensed_hops(tables: Tables) -> Iterator[Lead]:
    """A sensor saw WinRM go from one machine to another, with the account's ticket for it."""
    for hop in tables.hops.filter(pl.col("technique") == "T1021.006").iter_rows(named=True):
        yield told("network_remote", hop)


def _flows(tables: Tables, networks: Networks) -> Iterator[Lead]:
    flows = tables.edges("FLOWED_TO", "remote_port", "bytes_out", "bytes_in").sort("start", "id")
    outside = pl.col("to_id").is_in(list(networks.outside))
    answered = pl.col("bytes_in").fill_null(0) > 0
    copied = ~outside & pl.col("remote_port").is_in(SMB) & (pl.col("bytes_out") >= COPIED)
    servers, owners = _servers(tables), _owners(tables)
    for row in flows.filter(copied & ~pl.col("to_id").is_in(servers)).iter_rows(named=True):
        yield _flow("network_copy", row, row["to_id"], owners)
    few = pl.col("from_id").n_unique().over("to_id") <= FEW
    many = outside & answered & (pl.col("count") >= CALLS) & few
    for row in flows.filter(many).iter_rows(named=True):
        yield _flow("network_calls", row, row["from_id"], owners)


def _owners(tables: Tables) -> dict[str, str]:
    """Give the machine of each address that one machine had."""
    had = tables.edges("HAD_IP").select("to_id", "from_id").unique("to_id", keep="none")
    return dict(had.iter_rows())


def _servers(tables: Tables) -> list[str]:
    """Addresses of domain controllers, to whose shares everybody writes."""
    own = tables.machines.filter(pl.col("role").is_not_null()).select(from_id="id")
    return tables.edges("HAD_IP").join(own, on="from_id", how="semi").get_column("to_id").to_list()


def _flow(kind: str, row: dict[str, Any], place: str, owners: Mapping[str, str]) -> Lead:
    """Make a lead of a flow that tells of one of its ends."""
    facts = {
        "from": Entity("IP", row["from_id"]), "address": Entity("IP", row["to_id"]), "port": row["remote_port"],
        "count": row["count"], "bytes": row["bytes_out"],
    }  # fmt: skip
    proof = tuple(row["evidence"])
    return Lead(kind, f"host|{place}", row["start"], owners.get(place, place), None, proof, facts,
                relationships=(row["id"],))  # fmt: skip


def _alerts(tables: Tables) -> Iterator[Lead]:
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
