"""Leads of access: who first came over SSH, who took root's rights, who asked a domain for its secrets.

The first of its kind is told, and nothing claimed: without history everything is new.

References:
    ATT&CK T1021.004, T1548.003, T1003.006; Microsoft, DS-Replication-Get-Changes-All extended right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.lead import Entity, Lead
from graphhunt.incidents.leads.hops import told

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

_ALL_CHANGES = "DS-Replication-Get-Changes-All"
"""The right that gives passwords' hashes away, too."""

_CONTROLLERS = ("machine", "system")
"""Kinds of accounts that domain controllers replicate with."""


def access_leads(tables: Tables) -> Iterator[Lead]:
    """Give the leads of access."""
    yield from _first_by_ssh(tables)
    yield from _root(tables)
    yield from _replicated(tables)


def _first_by_ssh(tables: Tables) -> Iterator[Lead]:
    """An address or machine came to a machine over SSH for the first time in the records."""
    by_host = pl.col("witnesses").list.eval(~pl.element().str.ends_with("_sensor")).list.any()
    came = tables.hops.filter((pl.col("technique") == "T1021.004") & by_host)
    for row in came.unique(["from_id", "to_id"], keep="first", maintain_order=True).iter_rows(named=True):
        yield told("access_ssh", row)


def _root(tables: Tables) -> Iterator[Lead]:
    """An account took root's rights on a machine (sudo, su), for the first time in the records."""
    root = tables.users.filter(pl.col("name") == "root").select(to_id="id")
    used = tables.edges("USED_CREDENTIALS", "machine_id").drop_nulls("machine_id").join(root, on="to_id", how="semi")
    first = used.filter(pl.col("from_id") != pl.col("to_id")).sort("start", "id")
    for row in first.unique(["from_id", "machine_id"], keep="first", maintain_order=True).iter_rows(named=True):
        facts = {
            "account": Entity("User", row["from_id"]), "to": Entity("Machine", row["machine_id"]),
            "as": Entity("User", row["to_id"]), "count": row["count"],
        }  # fmt: skip
        yield Lead("access_root", _session(tables, row), row["start"], row["machine_id"], row["from_id"],
                   tuple(row["evidence"]), facts, relationships=(row["id"],))  # fmt: skip


def _session(tables: Tables, row: dict[str, Any]) -> str:
    """Give the account's last session that began before, else the use by itself."""
    own = tables.sessions.filter(
        (pl.col("to_id") == row["machine_id"]) & (pl.col("from_id") == row["from_id"])
        & (pl.col("start") <= row["start"]) & (pl.col("open") | (pl.col("end") >= row["start"]))
    )  # fmt: skip
    found = own.get_column("logon_session_id").drop_nulls()
    return f"session|{found[-1]}" if len(found) else f"use|{row['id']}"


def _replicated(tables: Tables) -> Iterator[Lead]:
    """An account that is no machine's asked a domain controller for all changes, with the secrets (DCSync)."""
    asked = tables.edges("USED_RIGHTS", "rights", "success", "machine_id", "logon_id").filter(
        pl.col("rights").str.split(",").list.eval(pl.element().str.strip_chars()).list.contains(_ALL_CHANGES)
        & pl.col("success").fill_null(value=True)
    )
    kinds = tables.users.select(from_id="id", kind="kind")
    people = asked.join(kinds, on="from_id", how="left").filter(
        ~pl.col("kind").is_in(_CONTROLLERS).fill_null(value=False)
    )
    for row in people.drop_nulls("machine_id").sort("start", "id").iter_rows(named=True):
        known = {"account": Entity("User", row["from_id"]), "to": Entity("Machine", row["machine_id"])}
        vertex = _by_logon(tables, row)
        yield Lead("replication", vertex, row["start"], row["machine_id"], row["from_id"], tuple(row["evidence"]),
                   known, relationships=(row["id"],))  # fmt: skip


def _by_logon(tables: Tables, row: dict[str, Any]) -> str:
    """Give the session with the LogonId of an act, else the act by itself."""
    own = tables.sessions.filter(
        (pl.col("to_id") == row["machine_id"]) & (pl.col("logon_id") == row["logon_id"])
        & (pl.col("start") <= row["start"])
    )  # fmt: skip
    found = own.get_column("logon_session_id").drop_nulls()
    return f"session|{found[-1]}" if len(found) else f"use|{row['id']}"
