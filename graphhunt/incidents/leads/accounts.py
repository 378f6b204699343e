"""Leads of what was tried with accounts: passwords on many of them, tickets of many services.

Records of these name no process. They belong to the one session that was in use at the source then; where there were
several, to the machine alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.incidents.lead import MINUTE, Entity, Lead

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

WITHIN = 10 * MINUTE
"""How near each other attempts of one doing lie, µs."""

SPRAYED = 5
"""Accounts that one source failed to log on with."""

TICKETS = 4
"""Services of people's kind of account that one account asked tickets for: their passwords can be guessed from them."""


def account_leads(tables: Tables) -> Iterator[Lead]:
    """Give the leads of what was tried with accounts."""
    yield from _sprayed(tables)
    yield from _many_tickets(tables)


def failed_logons(tables: Tables) -> pl.DataFrame:
    """Give failed logons with their `source`, a machine before an address; the machine itself for its own desk."""
    failed = tables.edges("FAILED_LOGON", "source_ip", "source_machine_id", "logon_type")
    local = pl.when(pl.col("logon_type").is_in([2, 7, 11])).then("to_id")
    return failed.with_columns(source=pl.coalesce("source_machine_id", "source_ip", local)).drop_nulls("source")


def _sprayed(tables: Tables) -> Iterator[Lead]:
    """One source failed to log on with many accounts within minutes."""
    failed = failed_logons(tables).with_columns(slot=pl.col("start") // WITHIN).sort("start", "id")
    many = failed.filter(pl.col("from_id").n_unique().over("source", "slot") >= SPRAYED)
    for _, part in many.group_by("source", "slot", maintain_order=True):
        yield _tried("sprayed", tables, part, None, part.get_column("from_id").n_unique())


def _many_tickets(tables: Tables) -> Iterator[Lead]:
    """One account asked within minutes for tickets of many services that run as people's kind of account."""
    owners = tables.edges("HAD_IP").select(source_ip="to_id", owner="from_id").unique("source_ip", keep="none")
    asked = tables.edges("AUTHENTICATED", "protocol", "service", "source_ip", "success").filter(
        (pl.col("protocol") == "kerberos-service") & pl.col("success")
        & ~pl.col("service").str.contains(r"(?i)\$$|^krbtgt(?:/|$)")
    )  # fmt: skip
    asked = asked.join(owners, on="source_ip", how="left").with_columns(
        source=pl.coalesce("owner", "source_ip"), slot=pl.col("start") // WITHIN
    )
    named = asked.drop_nulls("source").sort("start", "id")
    many = named.filter(pl.col("service").n_unique().over("source", "from_id", "slot") >= TICKETS)
    for _, part in many.group_by("source", "from_id", "slot", maintain_order=True):
        account = part.item(0, "from_id")
        yield _tried("many_tickets", tables, part, account, part.get_column("service").n_unique())


def _tried(kind: str, tables: Tables, part: pl.DataFrame, account: str | None, count: int) -> Lead:
    first = part.row(0, named=True)
    source, start = first["source"], first["start"]
    proof = tuple(part.get_column("evidence").list.first().drop_nulls().to_list()[:20])
    label = "Machine" if source in set(tables.machines.get_column("id")) else "IP"
    facts = {"from": Entity(label, source), "count": count, "account": Entity("User", account) if account else None}
    session = _session(tables, source, start, account)
    vertex = f"session|{session}" if session else f"host|{source}"
    return Lead(kind, vertex, start, source, account, proof, facts, relationships=tuple(part.get_column("id")[:20]))


def _session(tables: Tables, machine: str, time: int, account: str | None) -> str | None:
    """Give the one session that was in use on a machine, of an account where it is known; None if several were."""
    sessions = tables.sessions.filter(
        (pl.col("to_id") == machine) & (pl.col("start") <= time + MINUTE) & (pl.col("end") >= time - MINUTE)
    )
    own = sessions if account is None else sessions.filter(pl.col("from_id") == account)
    found = own.get_column("logon_session_id").drop_nulls().unique()
    return str(found[0]) if len(found) == 1 else None
