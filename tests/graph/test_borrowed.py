"""Remote logons with credentials that a type 9 logon put in place are marked, others aren't."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from graphhunt.graph.graph import build
from graphhunt.model import Connection, Fact, Logoff, Logon, ProcessStart

from .facts import SECOND, T0, frames

VICTIM = "S-1-5-21-1-2-3-1500"
THIEF = "S-1-5-21-1-2-3-1600"
PTH = "T1550.002"


def logon(host: str, user: str, at: int, logon_id: str, **more: Any) -> Logon:
    sid = {"victim": VICTIM, "thief": THIEF}[user]
    return Logon(
        time=T0 + at * SECOND,
        host=host,
        user=user,
        domain="CORP",
        sid=sid,
        logon_id=logon_id,
        code="Security/4624",
        **more,
    )


def swap(at: int = 10, **more: Any) -> Logon:
    return logon("WS", "thief", at, "0x9", logon_type=9, outbound_user="victim", outbound_domain="CORP", **more)


def arrival(at: int, user: str = "victim", logon_id: str = "0x77", **more: Any) -> Logon:
    return logon("SRV", user, at, logon_id, logon_type=3, auth_package="NTLM", workstation="WS", **more)


def marked(*facts: Fact) -> dict[str, tuple[str | None, str | None]]:
    rows = build(frames([logon("WS", "thief", 0, "0x1", logon_type=2), *facts])).relationships["REMOTE_LOGON"]
    return {
        row["logon_id"]: (row["credential_technique"], row["technique"])
        for row in rows.filter(pl.col("logon_type") == 3).iter_rows(named=True)
    }


def test_a_logon_by_the_outbound_account_is_pass_the_hash() -> None:
    assert marked(swap(), arrival(60)) == {"0x77": (PTH, PTH)}


def test_the_record_of_the_type_9_logon_is_part_of_the_proof() -> None:
    graph = build(frames([logon("WS", "thief", 0, "0x1", logon_type=2), swap(), arrival(60)]))
    (remote,) = graph.relationships["REMOTE_LOGON"].filter(pl.col("logon_type") == 3).iter_rows(named=True)
    sessions = graph.relationships["LOGGED_ON"].filter(pl.col("logon_type") == 9)
    assert remote["credential_session_id"] == sessions.item(0, "id")
    assert set(sessions.item(0, "evidence")) <= set(remote["evidence"])


@pytest.mark.parametrize(
    "facts",
    [
        [arrival(60)],
        [swap(), arrival(5)],
        [swap(), arrival(60, user="thief")],
        [swap(), arrival(25 * 3600)],
        [swap(), Logoff(time=T0 + 30 * SECOND, host="WS", sid=THIEF, user="thief", logon_id="0x9"), arrival(60)],
        [logon("WS", "victim", 1, "0x2", logon_type=2), swap(), arrival(60)],
    ],
    ids=["no type 9", "before it", "by the account itself", "a day later", "after its end", "own desktop there"],
)  # fmt: skip
def test_other_logons_are_not(facts: list[Fact]) -> None:
    assert set(marked(*facts).values()) == {(None, None)}


def test_the_process_tells_it_even_where_the_account_has_a_desktop() -> None:
    tool: dict[str, Any] = {"pid": 44, "path": r"c:\x\tool.exe"}
    facts = [
        logon("WS", "victim", 1, "0x2", logon_type=2), swap(),
        ProcessStart(time=T0 + 20 * SECOND, host="WS", user="thief", domain="CORP", logon_id="0x9", **tool),
        Connection(
            time=T0 + 59 * SECOND, host="WS", **tool, source_ip="10.0.0.1", source_port=50123,
            destination_ip="10.0.0.2", destination_port=445, protocol="tcp", initiated=True,
        ),
        Connection(
            time=T0 + 59 * SECOND, host="SRV", pid=4, path="System", source_ip="10.0.0.1", source_port=50123,
            destination_ip="10.0.0.2", destination_port=445, protocol="tcp", initiated=False,
        ),
        arrival(60, source_ip="10.0.0.1", source_port=50123),
    ]  # fmt: skip
    assert marked(*facts)["0x77"][0] == PTH
