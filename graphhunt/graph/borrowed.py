"""Which remote logons used credentials that a logon of type 9 had put in place: pass-the-hash, `runas /netonly`.

A logon of type 9 (NewCredentials) leaves the caller who they are on the machine and gives them other credentials
for the network; its record names those (TargetOutboundUserName). A remote logon from that machine is its work if
the process that opened the connection ran in it, or if it is by the outbound account, which has no desktop of its
own there at that time.

References: Microsoft, event 4624, "Logon Type 9" and "Network Account Name"; ATT&CK T1550.002.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import HOUR
from graphhunt.graph.sessions import SLACK
from graphhunt.schema import EVIDENCE_CAP

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes
    from graphhunt.graph.sessions import Sessions

PASS_THE_HASH = "T1550.002"  # noqa: S105 - a technique
"""ATT&CK: Use Alternate Authentication Material: Pass the Hash."""

NEW_CREDENTIALS = 9
_DESKTOP = (2, 7, 10, 11, 12, 13)
_HELD = 24 * HOUR
"""How long a session without a recorded end is taken to last."""

_NAME = "pass-the-hash (new credentials)"
_REASON = "credentials put in place by a type 9 logon at the source"


def with_borrowed(remote: pl.DataFrame, case: Case, sessions: Sessions, processes: Processes) -> pl.DataFrame:
    """Add `credential_session_id` and `credential_technique` to the remote logons; null where none was borrowed.

    Where nothing else tells the technique, it is pass-the-hash.
    """
    swapped = _swapped(case, sessions)
    found = pl.concat([_by_process(remote, swapped, sessions, processes), _by_account(remote, swapped, sessions)])
    found = found.sort("id", "rank", pl.col("began") * -1, "session").unique("id", keep="first", maintain_order=True)
    frame = remote.join(found.select("id", "session", "proof"), on="id", how="left", maintain_order="left")
    borrowed = pl.col("session").is_not_null()
    bare = borrowed & pl.col("technique").is_null()
    proof = pl.concat_list(pl.col("evidence").list.head(EVIDENCE_CAP - 1), "proof").list.unique(maintain_order=True)
    return frame.with_columns(
        credential_session_id=pl.col("session"),
        credential_technique=pl.when(borrowed).then(pl.lit(PASS_THE_HASH)),
        technique=pl.when(bare).then(pl.lit(PASS_THE_HASH)).otherwise("technique"),
        technique_name=pl.when(bare).then(pl.lit(_NAME)).otherwise("technique_name"),
        technique_reason=pl.when(bare).then(pl.lit(_REASON)).otherwise("technique_reason"),
        evidence=pl.when(borrowed).then(proof).otherwise("evidence"),
    ).drop("session", "proof")


def _swapped(case: Case, sessions: Sessions) -> pl.DataFrame:
    """Give every type 9 session: (session, machine_id, outbound_id, began, until, proof)."""
    logons = case.facts("logon").filter(
        pl.col("success") & (pl.col("logon_type") == NEW_CREDENTIALS) & pl.col("outbound_user").is_not_null()
    )
    logons = case.accounts.resolve(logons, "outbound_user", "outbound_domain", "outbound_sid", "outbound_id")
    found = sessions.attach(logons).select(
        "outbound_id", pl.col("logon_session_id").alias("session"), pl.col("event_id").alias("proof")
    )
    return found.drop_nulls("session").join(_lasting(sessions), on="session").sort("began", "session", "proof")


def _lasting(sessions: Sessions) -> pl.DataFrame:
    """Give when each session may have been in use: (session, machine_id, user_id, logon_type, began, until)."""
    until = pl.when("open").then(pl.max_horizontal("end", pl.col("start") + _HELD)).otherwise("end")
    return sessions.table.select(
        pl.col("id").alias("session"), "machine_id", "user_id", "logon_type", pl.col("start").alias("began"),
        until.alias("until"),
    )  # fmt: skip


def _by_process(remote: pl.DataFrame, swapped: pl.DataFrame, sessions: Sessions, processes: Processes) -> pl.DataFrame:
    """Find logons whose connection was opened by a process of a type 9 session."""
    inside = sessions.attach(processes.starts.drop_nulls("logon_id")).select(
        pl.col("process_id").alias("origin_process_id"), pl.col("logon_session_id").alias("session")
    )
    pairs = remote.select("id", "origin_process_id").drop_nulls().join(inside.unique(), on="origin_process_id")
    return pairs.join(swapped, on="session").select("id", "session", "proof", "began", rank=pl.lit(0))


def _by_account(remote: pl.DataFrame, swapped: pl.DataFrame, sessions: Sessions) -> pl.DataFrame:
    """Find logons by the outbound account from its machine while the type 9 session lasts."""
    asked = remote.select("id", "start", "user_id", pl.col("from_id").alias("machine_id"))
    lasts = pl.col("start").is_between(pl.col("began") - SLACK, pl.col("until") + SLACK)
    pairs = asked.join(
        swapped.drop("user_id"), left_on=["machine_id", "user_id"], right_on=["machine_id", "outbound_id"]
    ).filter(lasts)
    desktops = _lasting(sessions).filter(pl.col("logon_type").is_in(_DESKTOP))
    own = asked.join(desktops, on=["machine_id", "user_id"]).filter(lasts)
    return pairs.join(own, on="id", how="anti").select("id", "session", "proof", "began", rank=pl.lit(1))
