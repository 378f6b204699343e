"""Who first came over SSH, took root's rights, or asked a domain for its secrets; rows made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from graphhunt.incidents.leads.access import access_leads
from graphhunt.incidents.sentences import Writer, plain

from .made import MINUTE, tables


def hop(number: int, source: str, **more: Any) -> dict[str, Any]:
    return {"id": f"h{number}", "from_id": source, "from_label": "IP", "to_id": "m", "user_id": "ann", "certainty": 0.9,
            "user_kind": "person", "technique": "T1021.004", "start": number, "witnesses": ["logon"],
            "logon_session_id": f"s{number}", "evidence": [f"e{number}"], **more}  # fmt: skip


def test_an_address_comes_over_ssh_for_the_first_time() -> None:
    logons = [
        hop(1, "a"), hop(2, "a"), hop(3, "b"), hop(4, "c", witnesses=["ssh_sensor"]),
        hop(5, "d", technique="T1021.002"),
    ]  # fmt: skip
    found = list(access_leads(tables(REMOTE_LOGON=logons)))
    assert [(lead.kind, lead.vertex) for lead in found] == [("access_ssh", "session|s1"), ("access_ssh", "session|s3")]


def use(account: str, **more: Any) -> dict[str, Any]:
    return {"id": f"u {account}", "from_id": account, "to_id": "m\\root", "machine_id": "m", "start": 5 * MINUTE,
            "count": 2, "evidence": ["e1", "e2"], **more}  # fmt: skip


def test_roots_rights_are_of_the_session_that_was_open() -> None:
    users = [{"id": name, "name": name.rpartition("\\")[2], "kind": "person"} for name in ("ann", "bob", "m\\root")]
    open_ = {"id": "l", "from_id": "ann", "to_id": "m", "logon_session_id": "s1", "start": 0, "end": 0, "open": True}
    uses = [use("ann"), use("bob"), use("m\\root"), use("ann", id="x", to_id="bob", start=0)]
    known = tables(User=users, LOGGED_ON=[open_], USED_CREDENTIALS=uses)
    found = {lead.account: lead for lead in access_leads(known)}
    assert {account: lead.vertex for account, lead in found.items()} == {"ann": "session|s1", "bob": "use|u bob"}
    said = plain(Writer(known).lead(found["ann"], None))
    assert said == "ann took the rights of root on m, 2 times, for the first time in the records"


@pytest.mark.parametrize(
    ("kind", "rights", "more", "listed"),
    [
        ("person", "DS-Replication-Get-Changes-All", {}, True),
        (None, "DS-Replication-Get-Changes, DS-Replication-Get-Changes-All", {}, True),
        ("person", "DS-Replication-Get-Changes", {}, False),
        ("person", "DS-Replication-Get-Changes-All", {"success": False}, False),
        ("machine", "DS-Replication-Get-Changes-All", {}, False),
        ("system", "DS-Replication-Get-Changes-All", {}, False),
    ],
)
def test_who_asks_for_a_domains_secrets(kind: str | None, rights: str, more: dict[str, Any], listed: bool) -> None:
    asked = {"id": "r", "from_id": "ann", "to_id": "domain", "rights": rights, "machine_id": "dc", "logon_id": "0x5",
             "start": 9, "evidence": ["e"], **more}  # fmt: skip
    logon = {"id": "l", "from_id": "ann", "to_id": "dc", "logon_id": "0x5", "logon_session_id": "s", "start": 1}
    known = tables(User=[{"id": "ann", "name": "ann", "kind": kind}], USED_RIGHTS=[asked], LOGGED_ON=[logon])
    expected = [("replication", "session|s" if kind != "machine" else "", ("e",))] if listed else []
    assert [(lead.kind, lead.vertex, lead.evidence) for lead in access_leads(known)] == expected
