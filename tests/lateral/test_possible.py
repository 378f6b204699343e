"""Rights of a directory beside ground truth A's real logons: what was used, and paths over either or both.

The directory is written by hand: THESHIRE's two accounts with their real SIDs, three computers and one server
that no log knows. Expected values follow from ground truth A: pgustavo ran services on WORKSTATION6 from
WORKSTATION5 (20 September 2020), sbeavers went from WORKSTATION6 to MORDORDC once, without a technique that
needs administration.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from graphhunt.errors import UsageError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import build
from graphhunt.graph.snapshot import Snapshot
from graphhunt.lateral.attack_paths import AttackPaths, PathOptions

DOMAIN = "S-1-5-21-4228717743-1032521047-1810997296"
PGUSTAVO, SBEAVERS = f"{DOMAIN}-1104", f"{DOMAIN}-1106"
GROUP, OUTER = f"{DOMAIN}-2001", f"{DOMAIN}-2002"
MACHINES = {"WORKSTATION5": f"{DOMAIN}-3005", "WORKSTATION6": f"{DOMAIN}-3006", "MORDORDC": f"{DOMAIN}-1000",
            "VAULT": f"{DOMAIN}-3099"}  # fmt: skip


def principal(sid: str, kind: str) -> dict[str, str]:
    return {"ObjectIdentifier": sid, "ObjectType": kind}


def computer(name: str, admins: list[dict[str, str]], users: list[str], remote: dict[str, str] | None = None) -> Any:
    sid = MACHINES[name]
    groups = [{"ObjectIdentifier": f"{sid}-544", "Results": admins}]
    if remote:
        groups.append({"ObjectIdentifier": f"{sid}-580", "Results": [remote]})
    return {
        "ObjectIdentifier": sid, "Properties": {"name": f"{name}.THESHIRE.LOCAL"}, "LocalGroups": groups,
        "Sessions": {"Results": [{"UserSID": user, "ComputerSID": sid} for user in users]},
    }  # fmt: skip


def document(kind: str, data: list[Any]) -> str:
    return json.dumps({"data": data, "meta": {"type": kind, "count": len(data), "version": 6}})


def write_directory(path: Path) -> Path:
    """Write a SharpHound zip."""
    pgustavo, group = principal(PGUSTAVO, "User"), principal(OUTER, "Group")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("20200919120000_computers.json", document("computers", [
            computer("WORKSTATION5", [], [PGUSTAVO]),
            computer("WORKSTATION6", [group], [SBEAVERS], pgustavo),
            computer("MORDORDC", [principal(SBEAVERS, "User")], []),
            computer("VAULT", [principal(SBEAVERS, "User")], []),
        ]))  # fmt: skip
        archive.writestr("20200919120000_users.json", document("users", [
            {"ObjectIdentifier": sid, "Properties": {"name": f"{name.upper()}@THESHIRE.LOCAL", "samaccountname": name,
                                                     "domain": "THESHIRE.LOCAL"}}
            for sid, name in ((PGUSTAVO, "pgustavo"), (SBEAVERS, "sbeavers"))
        ]))  # fmt: skip
        archive.writestr("20200919120000_groups.json", document("groups", [
            {"ObjectIdentifier": GROUP, "Properties": {"name": "HELPERS"}, "Members": [principal(PGUSTAVO, "User")]},
            {"ObjectIdentifier": OUTER, "Properties": {"name": "ADMINS OF 6"}, "Members": [principal(GROUP, "Group")]},
        ]))  # fmt: skip
    return path


@pytest.fixture(scope="module")
def case(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("possible")
    workspace = Workspace(folder / "ws")
    report = ingest(workspace, [shared_data / "mordor_theshire_2020", write_directory(folder / "bloodhound.zip")])
    assert report.events_rejected == 0
    found = Snapshot(folder / "ws" / "graph")
    found.replace(build(lambda kind: workspace.facts(kind).collect()), workspace.fingerprint())
    return found


def rights(case: Snapshot, kind: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    table = case.table(kind)
    assert table is not None
    return {(row["from_id"], row["right"], row["to_id"]): row for row in table.iter_rows(named=True)}


def test_accounts_and_machines_are_those_of_the_logs(case: Snapshot) -> None:
    users, machines = case.table("User"), case.table("Machine")
    assert users is not None
    assert machines is not None
    assert set(users.filter(users["name"].is_in(["pgustavo", "sbeavers"]))["id"]) == {PGUSTAVO, SBEAVERS}
    known = dict(machines.select("id", "stub").iter_rows())
    assert known["vault"] is True
    assert known["workstation6"] is False
    assert "workstation6.theshire.local" not in known


def test_rights_that_were_used_are_marked(case: Snapshot) -> None:
    admin = rights(case, "POSSIBLE_ADMIN")
    used = admin[OUTER, "AdminTo", "workstation6"]
    assert used["used"] is True
    assert used["used_by"] == [PGUSTAVO]
    assert used["used_logons"] >= 4
    assert admin[SBEAVERS, "AdminTo", "vault"]["used"] is False
    remoting = rights(case, "POSSIBLE_LOGON")[PGUSTAVO, "CanPSRemote", "workstation6"]
    assert remoting["used"] is True
    assert remoting["used_logons"] >= 1
    sessions = rights(case, "POSSIBLE_SESSION")
    assert sessions["workstation5", "HasSession", PGUSTAVO]["used"] is True
    assert all(row["used"] is None for row in rights(case, "POSSIBLE_MEMBER_OF").values())


def test_possible_paths_go_through_sessions_and_groups(case: Snapshot) -> None:
    found = AttackPaths(case).find(PathOptions(source="WORKSTATION5", target="vault.theshire.local", edges="possible"))
    first, second = found["paths"][0]["hops"]
    assert (first["from"], first["to"], second["to"]) == ("WORKSTATION5", "WORKSTATION6", "VAULT")
    assert [step["right"] for step in second["steps"]] == ["HasSession", "AdminTo"]
    assert (second["user"], second["used"], second["start"]) == ("sbeavers", False, None)
    assert all(hop["evidence"] for hop in (first, second))
    assert all(hop["kind"] == "possible" for path in found["paths"] for hop in path["hops"])


def test_both_mixes_observed_logons_with_rights_never_used(case: Snapshot) -> None:
    paths = AttackPaths(case)
    both = paths.find(PathOptions(source="WORKSTATION5", target="VAULT", edges="both"))["paths"]
    kinds = [[hop["kind"] for hop in path["hops"]] for path in both]
    assert kinds[0] == ["observed", "possible"]
    assert not paths.find(PathOptions(source="WORKSTATION5", target="VAULT"))["paths"]
    for path in both:
        times = [hop["start"] for hop in path["hops"] if hop["start"]]
        assert times == sorted(set(times))


def test_next_steps_of_a_machine_are_listed_once_each(case: Snapshot) -> None:
    found = AttackPaths(case).find(PathOptions(source="WORKSTATION6", edges="possible"))
    assert {path["hops"][-1]["to"] for path in found["paths"]} == {"MORDORDC", "VAULT"}
    into = AttackPaths(case).find(PathOptions(target="VAULT", edges="possible", user="pgustavo"))
    assert [path["hops"][0]["from"] for path in into["paths"]] == ["WORKSTATION5"]


def test_empty_and_wrong_questions_say_why(case: Snapshot, tmp_path: Path) -> None:
    paths = AttackPaths(case)
    with pytest.raises(UsageError, match="need an end"):
        paths.find(PathOptions(edges="possible"))
    with pytest.raises(UsageError, match="no kind of edge"):
        paths.find(PathOptions(edges="imagined"))
    assert paths.find(PathOptions(source="nowhere", edges="possible"))["reason"]
    assert paths.find(PathOptions(source="VAULT", edges="possible"))["reason"]
