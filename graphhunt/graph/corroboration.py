"""Corroboration: host events that speak for a logon being used, for the scoring of lateral movement.

Each row is one event: what the session left at the target (a process, service, task, admin share), another account
that is proved to have opened it, lsass opened at the origin with the right to read its memory, credentials used
explicitly towards a server, or what a network log saw go between the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.claims import READS, grade
from graphhunt.graph.frames import with_address

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.techniques import Techniques

_KINDS = {
    "service_made": "service_install", "service_changed": "service_install", "service_run": "service_install",
    "task_made": "task_install", "task_second": "task_install", "service_second": "service_install",
    "wmi_child": "remote_process", "wmi_nearby": "remote_process", "wmi_subscription": "remote_process",
    "dcom_server": "remote_process", "borrowed_child": "remote_process", "winrm_shell": "remote_process",
    "ssh_child": "remote_process", "exploit_shell": "remote_process", "admin_share": "admin_share",
    "service_control": "admin_share", "task_pipe": "admin_share",
}  # fmt: skip

REMOTE_ACCESS = (22, 135, 139, 445, 3389, 5985, 5986)
"""Ports of SSH, RPC, NetBIOS sessions, SMB, RDP and WinRM (IANA)."""

_UNANSWERED = ("S0", "REJ", "RSTOS0", "RSTRH", "SH", "SHR")
"""Zeek's states of connections that were never established (conn.log, conn_state)."""

_MINUTE = 60_000_000

COLUMNS = ("time", "machine_id", "user_id", "kind", "relationship_id", "peer_id")


def corroboration(case: Case, remote: pl.DataFrame, techniques: Techniques, opened: pl.DataFrame) -> pl.DataFrame:
    """Give one row per event: time µs, machine, account, kind, REMOTE_LOGON id if it is in a session, other machine."""
    parts = [_sessions(remote, techniques), _switches(remote), _lsass(opened), _explicit(case), _flows(case)]
    return pl.concat([part.select(COLUMNS) for part in parts]).sort(COLUMNS)


def _logons(remote: pl.DataFrame, *more: str) -> pl.DataFrame:
    return remote.select(
        *more,
        pl.col("id").alias("relationship_id"), pl.col("logon_session_id").alias("id"), pl.col("start").alias("time"),
        pl.col("to_id").alias("machine_id"), "user_id", pl.col("from_id").alias("peer_id"),
    )  # fmt: skip


def _switches(remote: pl.DataFrame) -> pl.DataFrame:
    """Give the logons by another account than the one that is proved to have opened them.

    Whoever sits at the source and uses another account from there may be an administrator at ordinary work; whoever
    came in from elsewhere and goes on as somebody else is what an intruder does.
    """
    switched = remote.filter("credential_switch")
    onward = switched.get_column("cause_proved") & switched.get_column("caused_by").is_not_null()
    kind = pl.when(pl.lit(onward)).then(pl.lit("credential_switch")).otherwise(pl.lit("local_switch"))
    return _logons(switched.with_columns(kind=kind), "kind")


def _sessions(remote: pl.DataFrame, techniques: Techniques) -> pl.DataFrame:
    kind = pl.col("trace").replace_strict(_KINDS, default=None, return_dtype=pl.String)
    traces = techniques.traces.select("id", kind.alias("kind")).drop_nulls().unique()
    return _logons(remote).join(traces, on="id")


def _lsass(opened: pl.DataFrame) -> pl.DataFrame:
    """Give the openings of lsass with the right to read its memory, by other than Windows' own programs."""
    target = pl.col("target_path").str.to_lowercase().str.ends_with("\\lsass.exe")
    acts = opened.filter(target).sort("time", "event_id").unique("act", keep="first", maintain_order=True)
    foreign = acts.filter(grade("granted", "path", "user_id") >= READS)
    nothing = pl.lit(None, pl.String)
    return foreign.with_columns(kind=pl.lit("lsass_access"), relationship_id=nothing, peer_id=nothing)


def _explicit(case: Case) -> pl.DataFrame:
    """Give the uses of explicit credentials towards another machine (4648)."""
    frame = case.machines.named(case.facts("explicit_credentials"), "target_server", "peer_id")
    frame = frame.filter(pl.col("peer_id").is_not_null() & (pl.col("peer_id") != pl.col("machine_id")))
    return frame.with_columns(kind=pl.lit("explicit_credentials"), relationship_id=pl.lit(None, pl.String))


def _flows(case: Case) -> pl.DataFrame:
    """Give what network logs saw go to a port of remote access, once per pair and minute."""
    answered = ~pl.col("state").is_in(_UNANSWERED).fill_null(value=False) & pl.col("allowed").ne_missing(other=False)
    frame = case.raw("flow").filter(pl.col("destination_port").is_in(REMOTE_ACCESS) & answered)
    for end, into in (("source", "_from"), ("destination", "peer_id")):
        frame = case.owners.resolve(with_address(frame, f"{end}_ip", f"{end}_address"), f"{end}_address", into)
    # A logon whose source names no machine begins at the address itself.
    frame = frame.with_columns(machine_id=pl.coalesce("_from", "source_address"), minute=pl.col("time") // _MINUTE)
    pairs = frame.drop_nulls(["machine_id", "peer_id"]).filter(pl.col("machine_id") != pl.col("peer_id"))
    seen = pairs.group_by("machine_id", "peer_id", "minute").agg(time=pl.col("time").min())
    nothing = [pl.lit(None, pl.String).alias(name) for name in ("user_id", "relationship_id")]
    return seen.with_columns(*nothing, kind=pl.lit("network_flow"))
