"""A cloud is a place on the way: SSH, Windows and cloud hops are one path; accounts join only where records prove it.

The records are made by hand, and so is what must come out: who went where is decided before anything is computed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphhunt.graph.graph import build
from graphhunt.graph.snapshot import Snapshot
from graphhunt.lateral.attack_paths import AttackPaths, PathOptions
from graphhunt.model import Authentication, CloudAction, ExplicitCredentials, Fact, Lease, Logon
from tests.graph.facts import SECOND, T0, frames

MINUTE = 60 * SECOND
AWS = "aws:111122223333"
SID = "S-1-5-21-1-2-3-1105"

WAY: list[Fact] = [
    Lease(time=T0 - MINUTE, host="bastion", ip="10.0.0.5", code="zeek/dhcp"),
    Lease(time=T0 - MINUTE, host="JUMP", ip="198.51.100.20", code="zeek/dhcp"),
    Logon(
        time=T0, host="bastion", code="syslog/sshd", user="ops", logon_process="sshd", source_ip="203.0.113.66",
        source_port=50_000,
    ),
    Logon(
        time=T0 + 5 * MINUTE, host="JUMP", code="Security/4624", user="ann", domain="CORP", logon_type=10,
        logon_id="0x5000", source_ip="10.0.0.5",
    ),
    Authentication(
        time=T0 + 10 * MINUTE, code="cloudtrail/ConsoleLogin", user="ann", domain=AWS, realm=AWS, protocol="console",
        source_ip="198.51.100.20", outcome="success",
    ),
    Logon(
        time=T0 + 12 * MINUTE, host="i-0a", code="cloudtrail/StartSession", user="ann", domain=AWS, realm=AWS,
        logon_process="SSM session", source_ip="198.51.100.20", certainty=0.5,
    ),
    CloudAction(
        time=T0 + 12 * MINUTE, code="cloudtrail/StartSession", user="ann", domain=AWS, realm=AWS,
        action="StartSession", service="ssm.amazonaws.com", target="i-0a", source_ip="198.51.100.20",
    ),
]  # fmt: skip


def searched(facts: list[Fact], folder: Path) -> AttackPaths:
    held = Snapshot(folder / "graph")
    held.replace(build(frames(facts)), "made")
    return AttackPaths(held)


def ways(found: dict[str, Any]) -> list[list[str]]:
    return [[path["hops"][0]["from_id"], *(hop["to_id"] for hop in path["hops"])] for path in found["paths"]]


def test_ssh_windows_and_cloud_are_one_path(tmp_path: Path) -> None:
    found = searched(WAY, tmp_path).find(PathOptions(source="203.0.113.66", target="i-0a"))
    assert ["203.0.113.66", "bastion", "jump", AWS, "i-0a"] in ways(found)
    hops = next(path["hops"] for path in found["paths"] if len(path["hops"]) == 4)
    assert [hop["technique"] for hop in hops] == ["T1021.004", "T1021.001", "T1078.004", "T1021.008"]
    assert [hop["to_label"] for hop in hops] == ["Machine", "Machine", "Realm", "Machine"]
    assert all(hop["evidence"] for hop in hops)


def test_a_realm_is_an_end_of_a_path(tmp_path: Path) -> None:
    found = searched(WAY, tmp_path).find(PathOptions(source="bastion", target=AWS))
    assert ways(found) == [["bastion", "jump", AWS]]


def test_a_failed_sign_in_is_no_hop(tmp_path: Path) -> None:
    refused = [
        Authentication(
            time=T0 + MINUTE, user="ann", domain=AWS, realm=AWS, source_ip="203.0.113.99", success=False, status="bad"
        )
    ]
    found = searched([*WAY, *refused], tmp_path).find(PathOptions(source="203.0.113.99", target="i-0a"))
    assert found["paths"] == []


def test_the_key_of_a_role_proves_who_is_behind_it(tmp_path: Path) -> None:
    other = "aws:444455556666"
    role: dict[str, Any] = {
        "user": "role/Ops", "domain": other, "realm": other, "access_key": "ASIAMADE", "source_ip": "203.0.113.70",
    }  # fmt: skip
    by: dict[str, Any] = {"subject_user": "bob", "subject_domain": AWS}
    facts: list[Fact] = [
        ExplicitCredentials(time=T0, code="cloudtrail/AssumeRole", target_server=other, **role, **by),
        Authentication(time=T0, code="cloudtrail/AssumeRole", protocol="sts", outcome="success", **role, **by),
        Logon(time=T0 + MINUTE, host="i-0b", code="cloudtrail/StartSession", certainty=0.5, **role),
    ]
    found = searched(facts, tmp_path).find(PathOptions(source=AWS, target="i-0b"))
    assert ways(found) == [[AWS, other, "i-0b"]]
    taken, opened = found["paths"][0]["hops"]
    assert opened["caused_by"] == taken["relationship_id"]
    assert (opened["cause_proved"], opened["cause_how"]) == (True, "credentials")


def test_an_account_that_is_joined_leads_from_the_cloud_to_a_machine(tmp_path: Path) -> None:
    facts: list[Fact] = [
        Authentication(
            time=T0, code="entra/SignInLogs", user="bob@corp.example", sid=SID, realm="entra:t1", protocol="oidc",
            source_ip="203.0.113.70", outcome="success",
        ),
        Logon(
            time=T0 + 30 * MINUTE, host="GATE", code="Security/4624", user="bob", domain="CORP", sid=SID,
            logon_type=10, logon_id="0x7000", source_ip="203.0.113.70",
        ),
    ]  # fmt: skip
    found = searched(facts, tmp_path).find(PathOptions(source="203.0.113.70", target="GATE"))
    assert ["203.0.113.70", "entra:t1", "gate"] in ways(found)


@pytest.mark.parametrize(
    ("windows", "joined"),
    [
        (Logon(time=T0, host="GATE", code="Security/4624", user="bob", domain="CORP", sid=SID), False),
        (Logon(time=T0, host="GATE", code="Security/4624", user="bob@CORP.example", sid=SID), True),
        (Logon(time=T0, host="GATE", code="Security/4625", user="bob@corp.example", sid=SID, success=False), False),
        (Logon(time=T0, host="gate", code="syslog/sshd", user="bob@corp.example"), False),
    ],
    ids=["another spelling", "equal UPN", "only claimed", "not Windows"],
)
def test_a_upn_joins_only_where_windows_calls_the_account_so(windows: Logon, joined: bool) -> None:
    cloud = Authentication(time=T0, user="bob@corp.example", realm="entra:t1", source_ip="203.0.113.70")
    graph = build(frames([windows, cloud]))
    [account] = graph.relationships["AUTHENTICATED"].get_column("from_id")
    assert account == (SID if joined else "bob@corp.example")
