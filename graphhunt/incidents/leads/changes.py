"""Leads of what accounts changed that others rely on: logs that were cleared, accounts that were made or raised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.lead import Entity, Lead

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

Row = dict[str, Any]

_POWERFUL = r"-(?:512|518|519|520|544|548|549|551)$"
"""Ends of the SIDs of groups that rule a domain or a machine (Microsoft, well-known SIDs)."""


def change_leads(tables: Tables) -> Iterator[Lead]:
    """Give the leads of changes."""
    yield from _cleared(tables)
    yield from _accounts(tables)


def _cleared(tables: Tables) -> Iterator[Lead]:
    """An event log was cleared: what it held is gone."""
    done = tables.edges("CHANGED_SETTING", "what", "operation", "target", "process_id", "logon_id").filter(
        (pl.col("what") == "log") & (pl.col("operation") == "clear")
    )
    for row in done.sort("start", "id").iter_rows(named=True):
        yield _lead("log_cleared", tables, row, row["to_id"], log=row["target"])


def _accounts(tables: Tables) -> Iterator[Lead]:
    """An account was made, or put in a group that rules a domain or a machine, as the machine itself recorded."""
    done = tables.edges("MANAGED", "action", "member_id", "success", "machine_id", "logon_id").drop_nulls("machine_id")
    kinds = tables.users.select(to_id="id", changed_kind="kind")
    # A computer that joins a domain has an account made for it: that is no person's.
    made = done.join(kinds, on="to_id", how="left").filter(pl.col("changed_kind").fill_null("") != "machine")
    groups = tables.nodes("Group", "id", "name", "sid").filter(pl.col("sid").str.contains(_POWERFUL))
    for row in made.filter(pl.col("success").fill_null(value=True)).sort("start", "id").iter_rows(named=True):
        if row["action"] == "create" and row["to_label"] == "User":
            yield _lead("account_made", tables, row, row["machine_id"], changed=Entity("User", row["to_id"]))
    raised = done.join(groups.select("name", to_id="id"), on="to_id").filter(pl.col("action") == "add-member")
    for row in raised.sort("start", "id").iter_rows(named=True):
        member = Entity("User", row["member_id"]) if row["member_id"] else None
        yield _lead("account_raised", tables, row, row["machine_id"], changed=member, group=row["name"])


def _lead(kind: str, tables: Tables, row: Row, machine: str, **facts: Any) -> Lead:
    """Make the lead of a change, of the session that did it where that is known."""
    known = {"account": Entity("User", row["from_id"]), "to": Entity("Machine", machine), **facts}
    vertex = _vertex(tables, row, machine)
    return Lead(kind, vertex, row["start"], machine, row["from_id"], tuple(row["evidence"]), known,
                relationships=(row["id"],))  # fmt: skip


def _vertex(tables: Tables, row: Row, machine: str) -> str:
    """Give what did it: its process, its session by LogonId where one was open then, else the machine."""
    if row.get("process_id"):
        return f"process|{row['process_id']}"
    if row["logon_id"] is None:
        return f"host|{machine}"
    sessions = tables.sessions.filter(
        (pl.col("to_id") == machine) & (pl.col("logon_id") == row["logon_id"]) & (pl.col("start") <= row["start"])
    )
    found = sessions.get_column("logon_session_id").drop_nulls()
    return f"session|{found[-1]}" if len(found) else f"host|{machine}"
