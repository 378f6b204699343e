"""Leads of remote logons: what was run over them, where they came from, how many there were, who they went on as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.graph.hypotheses import SAME_ACT
from graphhunt.incidents.lead import MINUTE, Entity, Lead
from graphhunt.incidents.leads.accounts import failed_logons
from graphhunt.incidents.programs import HUBS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.incidents.networks import Networks
    from graphhunt.incidents.tables import Tables

Row = dict[str, Any]

_KINDS = {
    "T1569.002": "remote_service", "T1053.005": "remote_task", "T1047": "remote_wmi", "T1021.003": "remote_dcom",
    "T1021.006": "remote_winrm", "T1210": "exploited", "T1546.003": "remote_subscription",
}  # fmt: skip
"""Kinds by the technique that the traces of a session show (ATT&CK)."""

_NAMED = ("clear", "likely")
"""Levels of a technique that is ahead of every other."""

FAN_OUT, FAN_OUT_WITHIN = 3, 5 * MINUTE
"""Machines that one account runs something on from one place, and within how long."""

GUESSES, GUESSED_WITHIN = 5, 60 * MINUTE
"""Failed logons from one source, and how long after them a success follows."""


def hop_leads(tables: Tables, networks: Networks) -> Iterator[Lead]:
    """Give the leads of remote logons."""
    hops = tables.hops
    installed = _installed(tables)
    programs = tables.programs
    own = pl.col("technique_reason").is_not_null() & (pl.col("technique_reason") != SAME_ACT)
    named = pl.col("technique").is_in(list(_KINDS)) & pl.col("technique_level").is_in(_NAMED)
    for hop in hops.filter(own & named).iter_rows(named=True):
        yield from _run(hop, installed, programs)
    outside = (pl.col("from_label") == "IP") & pl.col("from_id").is_in(list(networks.outside))
    for hop in hops.filter(outside).iter_rows(named=True):
        yield told("outside_logon", hop, why=networks.outside[hop["from_id"]])
    # Somebody who came in from elsewhere went on as another account, both proved.
    onward = pl.col("credential_switch") & pl.col("cause_proved") & pl.col("caused_by").is_not_null()
    for hop in hops.filter(onward).iter_rows(named=True):
        yield told("switched_on", hop, why=hop["cause_reason"])
    yield from _misnamed(tables, hops)
    yield from _fan_out(hops, programs)
    yield from _guessed(tables, hops)
    yield from _new_credentials(tables)


def told(kind: str, hop: Row, evidence: list[str] | None = None, **facts: Any) -> Lead:
    """Make a lead of a remote logon."""
    source = Entity("Machine" if hop["from_label"] == "Machine" else "IP", hop["from_id"])
    known = {
        "account": Entity("User", hop["user_id"]), "from": source, "to": Entity("Machine", hop["to_id"]),
        "technique": hop["technique"], **facts,
    }  # fmt: skip
    proof = tuple(evidence or hop["evidence"])
    return Lead(kind, hop["vertex"], hop["start"], hop["to_id"], hop["user_id"], proof, known,
                relationships=(hop["id"],))  # fmt: skip


def _installed(tables: Tables) -> dict[str, Row]:
    """Give what was installed over each session: service or task, with its command."""
    made = tables.edges("INSTALLED", "logon_session_id").drop_nulls("logon_session_id").sort("start", "id")
    parts = [
        made.join(
            tables.nodes(label, "id", "name", command).rename({command: "command"}), left_on="to_id", right_on="id"
        )
        for label, command in (("Service", "image"), ("ScheduledTask", "command"))
    ]
    rows = pl.concat([part.select("logon_session_id", "to_id", "to_label", "name", "command") for part in parts])
    return {row["logon_session_id"]: row for row in reversed(rows.to_dicts())}


def _run(hop: Row, installed: Mapping[str, Row], programs: Mapping[str, str]) -> Iterator[Lead]:
    """Something was run over the session, by the session's own traces."""
    kind = _KINDS[hop["technique"]]
    if kind == "remote_winrm" and hop["remote_process_id"] is None:
        return
    made = installed.get(hop["logon_session_id"] or "")
    facts: dict[str, Any] = {}
    if made:
        facts = {"work": Entity(made["to_label"], made["to_id"]), "command": made["command"]}
    if hop["remote_process_id"]:
        facts["process"] = Entity("Process", hop["remote_process_id"])
        facts["program"] = programs.get(hop["remote_process_id"]) or hop["remote_process"]
    yield told(kind, hop, **facts)


def _misnamed(tables: Tables, hops: pl.DataFrame) -> Iterator[Lead]:
    """A client named itself after a machine that has other addresses: so look relayed logons, and made-up names.

    A machine whose addresses no record tells may well be the one.
    """
    had = tables.edges("HAD_IP").select(owner="from_id", address="to_id").group_by("owner").agg("address")
    names = tables.machines.select(owner="id", said=pl.col("name").str.to_lowercase()).join(had, on="owner")
    torn = hops.filter(pl.col("doubt") == "name_address_mismatch").with_columns(
        said=pl.col("stated_name").str.to_lowercase()
    )
    for hop in (
        torn.join(names, on="said").filter(~pl.col("address").list.contains(pl.col("source_ip"))).iter_rows(named=True)
    ):
        yield told("name_mismatch", hop, said=hop["stated_name"])


def _fan_out(hops: pl.DataFrame, programs: Mapping[str, str]) -> Iterator[Lead]:
    """One account ran something on several machines from one place within minutes."""
    ran = pl.col("remote_process_id").is_not_null() | pl.col("technique").is_in(["T1569.002", "T1053.005"])
    run: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for hop in hops.filter(ran).iter_rows(named=True):
        run[hop["from_id"], hop["user_id"]].append(hop)
    for found in run.values():
        for index, first in enumerate(found):
            near = [hop for hop in found[index:] if hop["start"] - first["start"] < FAN_OUT_WITHIN]
            machines = list(dict.fromkeys(hop["to_id"] for hop in near))
            if len(machines) >= FAN_OUT:
                ends = [Entity("Machine", machine) for machine in machines]
                proof = [event for hop in near for event in hop["evidence"][:1]]
                found_lead = told("fan_out", first, proof, machines=ends)
                process = first["origin_process_id"]
                own = process is not None and programs.get(process) not in HUBS
                yield found_lead._replace(vertex=f"process|{process}", machine=first["from_id"]) if own else found_lead
                break


def _guessed(tables: Tables, hops: pl.DataFrame) -> Iterator[Lead]:
    """A success followed failed attempts of the same account from the same source."""
    failed = failed_logons(tables).select(
        "to_id", from_id="source", user_id="from_id", tried="start", until="end", tries="count", proof="evidence"
    )
    pairs = hops.join(failed, on=["from_id", "to_id", "user_id"]).filter(
        (pl.col("tried") < pl.col("start")) & (pl.col("start") <= pl.col("until") + GUESSED_WITHIN)
    )
    for _, part in pairs.sort("start", "id", "tried").group_by("id", maintain_order=True):
        hop, count = part.row(0, named=True), int(part.get_column("tries").sum())
        if count >= GUESSES:
            proof = part.get_column("proof").explode().to_list()
            yield told("guessed", hop, [*proof[:19], *hop["evidence"][:1]], count=count)


def _new_credentials(tables: Tables) -> Iterator[Lead]:
    """A session with other credentials for the network (type 9)."""
    for row in tables.sessions.filter(pl.col("logon_type") == 9).iter_rows(named=True):
        facts = {
            "account": Entity("User", row["from_id"]),
            "to": Entity("Machine", row["to_id"]),
            "as": row["outbound_user"],
        }
        yield Lead("new_credentials", f"session|{row['logon_session_id']}", row["start"], row["to_id"], row["from_id"],
                   tuple(row["evidence"]), facts, relationships=(row["id"],))  # fmt: skip
