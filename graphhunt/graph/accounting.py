"""Accounting: which records the rules drew, and why the others are evidence only.

A record is drawn where a node or relationship cites it or counts it. Every family of rules says which records it folded
(`graphhunt.graph.drawn`); relationships cite at most twenty of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.graph.case import Case

NO_MACHINE = "names no machine"
REFUSED = "refused: nothing was opened"
OUTVOTED = "outvoted: by more evidence the address was another machine's"

REASONS = {
    "logon": "a logon without an account",
    "logoff": "the end of a session that is not known",
    "session_change": "tells of a session without an account, or of one that is only possible",
    "explicit_credentials": "credentials without the account that used them, or whose they are",
    "privileges": "privileges of a session that is not known",
    "authentication": "a check without an account",
    "process_start": "a process without id or time",
    "process_end": "the end of a process that is not known",
    "connection": "a connection without a process or an address",
    "flow": "traffic without addresses",
    "dns_query": "a look-up without a name, or of an address",
    "file_action": "an act without a file",
    "registry_action": "an act without a key",
    "process_access": "an access without both processes",
    "pipe_action": "a pipe: shown as evidence",
    "service_install": "a service without a name",
    "task_action": "a task that was run, changed or deleted, or has no name: shown as evidence",
    "share_access": "an act without a share",
    "script": "a script's text: shown as evidence",
    "wmi_action": "an act of WMI: shown as evidence",
    "machine_state": "the state of a machine: shown as evidence",
    "lease": "a lease without a machine or an address",
    "detection": "a detection without what it concerns",
    "directory_object": "an object of a directory without an id",
    "possible_right": "a right without both ends",
    "outgoing_remote": "an attempt to reach another machine: shown as evidence",
    "remote_execution_hint": "a call over the network: shown as evidence",
    "file_transfer": "a file that went over the network: shown as evidence",
    "server_request": "a request to a server by name: shown as evidence",
    "account_change": "a change without who made it, or of what",
    "enumeration": "a look-up without who asked, or for what",
    "policy_change": "a change without who made it",
    "directory_change": "a change without who made it, or of what",
    "directory_access": "an access without who used it, or to what",
    "certificate_issue": "a certificate without who asked for it",
    "cloud_action": "an act in a cloud without who did it",
}
"""Why a record with facts of a kind is evidence only, where nothing more precise is known."""

_ANYWHERE = (
    "flow", "dns_query", "detection", "directory_object", "possible_right", "lease", "file_transfer", "server_request",
    "cloud_action",
)  # fmt: skip
"""Kinds that are drawn without a machine."""

_SCHEMA = {"event_id": pl.String, "reason": pl.String}


def undrawn(case: Case, relationships: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Give every record with facts that isn't drawn, with the reason: event_id and reason, sorted by id."""
    events = case.drawn.events(relationships)
    # A sighting of an address that no interval counts was outweighed, or stands alone amid another machine's.
    outvoted = case.owners.sightings.select("event_id").unique().with_columns(_outvoted=pl.lit(value=True))
    parts = [pl.DataFrame(schema={**_SCHEMA, "ordinal": pl.Int64})]
    for kind in case.kinds():
        frame = case.raw(kind).join(events, on="event_id", how="anti").join(outvoted, on="event_id", how="left")
        parts.append(frame.select("event_id", _reason(kind, frame).alias("reason"), "ordinal"))
    parts.append(case.doubles.select("event_id", "reason", ordinal=pl.lit(0, pl.Int64)))
    rows = pl.concat(parts).sort("event_id", "ordinal", "reason")
    return rows.unique("event_id", keep="first", maintain_order=True).select(*_SCHEMA)


def _reason(kind: str, frame: pl.DataFrame) -> pl.Expr:
    """Say why facts of a kind are not drawn, the most precise first."""
    reasons = [pl.when(pl.col("_outvoted")).then(pl.lit(OUTVOTED))]
    if kind not in _ANYWHERE:
        reasons.append(pl.when(pl.col("host").is_null()).then(pl.lit(NO_MACHINE)))
    if kind in ("process_access", "share_access") and "success" in frame.columns:
        reasons.append(pl.when(pl.col("success") == pl.lit(value=False)).then(pl.lit(REFUSED)))
    return pl.coalesce(*reasons, pl.lit(REASONS[kind]))
