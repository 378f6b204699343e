"""Defender's records 1116 and 1117, from the file to the analyst's table, and marks of the web; on both engines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphhunt.entities import Alert, Client, File, Histogram, Machine, Process, User
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.store import Store
from graphhunt.store.sync import sync
from tests.entities.conftest import Counting, StoreHunt

DEFENDER = "Microsoft-Windows-Windows Defender/Operational"
SYSMON = "Microsoft-Windows-Sysmon/Operational"
TOOL = r"C:\Users\ana\Downloads\tool.exe"
SHELL = r"C:\Windows\System32\cmd.exe"
SHA = "AB" * 32


def record(second: int, channel: str, code: int, **data: str) -> dict[str, Any]:
    time = f"2026-03-02T08:00:{second:02}.000000Z"
    more = {"UtcTime": time[:-4].replace("T", " ")} if channel == SYSMON else {}
    return {"TimeGenerated": time, "Computer": "PC1", "Channel": channel, "EventID": code, "EventData": more | data}


def detected(second: int, code: int, action: str, **data: str) -> dict[str, Any]:
    return record(
        second, DEFENDER, code,
        **{"Detection ID": "{A1}", "Threat Name": "HackTool", "Severity Name": "High", "Detection User": r"CORP\ana",
           "Process Name": SHELL, "Path": f"file:_{TOOL}", "Action Name": action} | data,
    )  # fmt: skip


def brought(second: int, image: str, file: str) -> list[dict[str, Any]]:
    """Let a program write a file on another machine, and the file run."""
    writer, made = (f"{{22222222-0000-0000-0000-0000000000{second + i}}}" for i in (0, 1))
    rows = [
        record(second, SYSMON, 1, ProcessGuid=writer, ProcessId=str(second), Image=image, User=r"CORP\bob"),
        record(second + 1, SYSMON, 11, ProcessGuid=writer, ProcessId=str(second), Image=image, TargetFilename=file),
        record(second + 2, SYSMON, 1, ProcessGuid=made, ProcessId=str(second + 1), Image=file, User=r"CORP\bob"),
    ]
    return [row | {"Computer": "PC2"} for row in rows]


def through_a_share(second: int, name: str, mask: str) -> list[dict[str, Any]]:
    """Let a client open a file of C$ on a third machine with some rights, and the file run."""
    made = f"{{22222222-0000-0000-0000-0000000000{second}}}"
    rows = [
        record(
            second,
            "Security",
            5145,
            SubjectUserName="ana",
            SubjectDomainName="CORP",
            SubjectLogonId="0x77",
            ShareName=r"\\*\C$",
            ShareLocalPath="\\??\\C:\\",
            RelativeTargetName=rf"Tools\{name}",
            IpAddress="10.0.0.9",
            IpPort="50001",
            AccessMask=mask,
            ObjectType="File",
        ),
        record(
            second + 1,
            SYSMON,
            1,
            ProcessGuid=made,
            ProcessId=str(second),
            Image=rf"C:\tools\{name}",
            User=r"CORP\bob",
            Hashes=f"SHA256={str(second) * 32}",
        ),
        record(
            second + 2,
            SYSMON,
            11,
            ProcessGuid=made,
            ProcessId=str(second),
            Image=rf"C:\tools\{name}",
            TargetFilename=rf"C:\tools\{name}",
        ),
    ]
    return [row | {"Computer": "PC3"} for row in rows]


RECORDS = [
    record(1, SYSMON, 1, ProcessGuid="{11111111-0000-0000-0000-000000000001}", ProcessId="500", Image=SHELL,
           CommandLine="cmd", User=r"CORP\ana", LogonId="0x99", ParentProcessGuid="", ParentProcessId="0",
           Hashes=f"SHA256={'CD' * 32}"),
    record(2, SYSMON, 15, ProcessGuid="{11111111-0000-0000-0000-000000000001}", ProcessId="500", Image=SHELL,
           TargetFilename=TOOL + ":Zone.Identifier", Hash=f"SHA256={SHA}", User=r"CORP\ana"),
    record(3, SYSMON, 1, ProcessGuid="{11111111-0000-0000-0000-000000000002}", ProcessId="501", Image=TOOL,
           CommandLine="tool", User=r"CORP\ana", LogonId="0x99", Hashes=f"SHA256={SHA}",
           ParentProcessGuid="{11111111-0000-0000-0000-000000000001}", ParentProcessId="500", ParentImage=SHELL),
    record(4, SYSMON, 11, ProcessGuid="{11111111-0000-0000-0000-000000000001}", ProcessId="500", Image=SHELL,
           TargetFilename=r"C:\plain.txt", User=r"CORP\ana"),
    *brought(20, "outlook.exe", r"C:\Users\ana\invoice.exe"), *brought(23, "System", r"C:\Windows\svc.exe"),
    *brought(26, "System", r"C:\Windows\log.etl"), *brought(29, "notepad.exe", r"C:\own.exe"),
    *through_a_share(40, "put.dat", "0x2"), *through_a_share(44, "read.exe", "0x120089"),
    detected(5, 1116, "Not Applicable"),
    detected(6, 1117, "Quarantine"),
    detected(7, 1116, "Not Applicable", **{"Detection ID": "{B2}", "Threat Name": "Other", "Path": r"file:_C:\b.dll"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def hunt(kept_store: Store, tmp_path_factory: pytest.TempPathFactory) -> StoreHunt:
    folder = tmp_path_factory.mktemp("alerts")
    logs = folder / "logs.jsonl"
    logs.write_text("".join(json.dumps(row) + "\n" for row in RECORDS), encoding="utf-8")
    workspace = Workspace(folder / "w")
    ingest(workspace, [logs])
    sync(workspace, kept_store)
    return StoreHunt(Counting(kept_store))


def test_defender_finds_and_stops(hunt: StoreHunt) -> None:
    found = Machine("pc1", hunt=hunt).get_detections()
    assert [row.rule for row in found] == ["HackTool", "Other"]
    stopped: Any = Machine("pc1", hunt=hunt).get_blocked()
    [blocked] = stopped
    # The record names the image of the process but not the process: several may run the same image.
    assert (blocked.child_path, blocked.child_filename, blocked.parent_filename) == (TOOL, "tool.exe", None)
    assert (blocked.winning_tech, blocked.detection_id, blocked.action) == ("Defender", "{A1}", "Quarantine")
    assert (blocked.muid, blocked.logged_user, blocked.client_id) == ("pc1", r"CORP\ana", "default")
    assert len(blocked.event_ids or []) == 2
    for given in ({"file": "TOOL.exe"}, {"file": TOOL}, {"users": "ana"}, {"limit": 1}):
        assert [row.detection_id for row in Machine("pc1", hunt=hunt).get_detections(**given)] == ["{A1}"] * (
            2 if given == {"users": "ana"} else 1
        ) or given == {"users": "ana"}
    assert len(Machine("pc1", hunt=hunt).get_detections(users="nobody")) == 0
    assert len(Client(hunt=hunt).get_detections(file="b.dll")) == 1
    assert len(User("ana", hunt=hunt).get_blocked()) == 1


def test_an_alert_is_gone_on_from(hunt: StoreHunt) -> None:
    for name in ("{A1}", "HackTool", "hacktool"):
        assert len(Alert(name, hunt=hunt)) == 1
    assert len(Alert("Defender", hunt=hunt)) == 2
    alert = Machine("pc1", hunt=hunt).get_blocked().entities("Alert")
    assert alert.get_machines().ids == ["pc1"]
    assert list(alert.get_users().df["LoggedUser"]) == [r"CORP\ana"]
    assert {row.kind for row in alert.neighbours()} == {"Machine", "User", "File"}
    assert alert.get_blocked()[0].action == "Quarantine"
    files = Machine("pc1", hunt=hunt).get_blocked().entities("File")
    assert files.ids == [f"pc1|{TOOL.lower()}"]
    assert [row.alert_id for row in files.alerts()] == alert.ids
    assert len(Alert("nothing", hunt=hunt).alerts()) == 0


def test_the_mark_of_the_web_is_told_and_its_absence_is_not_guessed(hunt: StoreHunt) -> None:
    made = Machine("pc1", hunt=hunt).get_executions(operation="create")
    assert {row.child_filename: row.external for row in made} == {"cmd.exe": None, "tool.exe": True}
    marked = Machine("pc1", hunt=hunt).get_executions(operation="create", attributes="ATTR_EXTERNAL")
    assert [row.child_filename for row in marked] == ["tool.exe"]
    written = Machine("pc1", hunt=hunt).get_files(operation="create")
    # Sysmon 15 gives the stream's path with the hash of the file, which is the one that ran.
    assert {row.child_filename: row.external for row in written} == {"tool.exe": True, "plain.txt": None}
    assert len(Machine("pc1", hunt=hunt).get_files(attributes=["ATTR_EXTERNAL", "ATTR_REMOTE"])) == 1
    assert File(sha256=SHA.lower(), hunt=hunt).get_executions(operation="create")[0].external is True
    assert Process.of([made[0].process_id or ""], hunt=hunt).get_executions()[0].child_filename == "tool.exe"


def test_what_a_mail_program_or_a_client_of_smb_brought_is_from_outside(hunt: StoreHunt) -> None:
    machine = Machine("pc2", hunt=hunt)
    outside = {"invoice.exe", "svc.exe"}
    ran = {row.child_filename: row.external for row in machine.get_executions(operation="create")}
    assert {name for name, known in ran.items() if known} == outside
    assert {ran["own.exe"], ran["notepad.exe"], ran["log.etl"]} == {None}
    written = {row.child_filename: row.external for row in machine.get_files()}
    assert written == {"invoice.exe": True, "svc.exe": True, "log.etl": None, "own.exe": None}
    only: Any = {"attributes": "ATTR_EXTERNAL"}
    assert {row.child_filename for row in machine.get_executions(operation="create", **only)} == outside
    assert {row.child_filename for row in machine.get_files(**only)} == outside
    for ask in (machine.get_files, machine.get_executions):
        counts: Any = ask(histogram=Histogram(by="ChildFilename"), **only)
        assert {row["ChildFilename"] for row in counts.df.to_dict("records")} == outside


def test_what_a_record_says_was_sent_through_a_share_is_from_outside(hunt: StoreHunt) -> None:
    machine = Machine("pc3", hunt=hunt)
    assert {row.child_filename: row.external for row in machine.get_files()} == {"put.dat": True, "read.exe": None}
    ran = machine.get_executions(operation="create")
    assert {row.child_filename: row.external for row in ran} == {"put.dat": True, "read.exe": None}
    only: Any = {"attributes": "ATTR_EXTERNAL"}
    for ask in (machine.get_files, machine.get_executions):
        assert {row.child_filename for row in ask(**only)} == {"put.dat"}
        counts: Any = ask(histogram=Histogram(by="ChildFilename"), **only)
        assert {row["ChildFilename"] for row in counts.df.to_dict("records")} == {"put.dat"}
