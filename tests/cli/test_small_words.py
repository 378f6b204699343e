"""What commands say of little: one of a thing, nothing of a thing, and logs that name no machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graphhunt.cli.app import app
from graphhunt.store.embedded import stop_engine

RUNNER = CliRunner()
SSHD = "Mar  2 09:00:00 web1 sshd[42]: Accepted password for alice from 192.0.2.7 port 4022 ssh2\n"
DNS = {
    "timestamp": "2026-03-02T09:00:00.000000+0000", "event_type": "dns", "src_ip": "192.0.2.7", "src_port": 4000,
    "dest_ip": "192.0.2.53", "dest_port": 53, "proto": "UDP",
    "dns": {
        "type": "answer", "id": 1, "rrname": "a.example.org", "rrtype": "A", "rcode": "NOERROR", "rdata": "192.0.2.9",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def small_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
    monkeypatch.setenv("GRAPHHUNT_ENGINE_IDLE", "5")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "ws"
    stop_engine(tmp_path / "ws")


def run(workspace: Path, *arguments: str) -> Result:
    return RUNNER.invoke(app, ["--workspace", str(workspace), *arguments])


def test_one_is_one_and_a_logon_without_id_has_none(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text(SSHD)
    load = run(workspace, "load", str(tmp_path / "auth.log")).stdout
    assert "1 event read from 1 file in" in load
    assert "1 event from 1 file," in run(workspace, "status").stdout
    assert "1 event in 1 hour" in run(workspace, "coverage").stdout.splitlines()[1]
    found = run(workspace, "hunt", "lateral-movement", "--no-write")
    assert "1 hop, 2 machines, 1 account (alice)" in found.stdout
    assert "; 1 record, first " not in found.stdout
    assert "1 record, first " in found.stdout
    assert "None" not in found.stdout
    assert "1 remote logon scored" in found.stderr
    paths = run(workspace, "paths")
    assert "      class N, 1 record, first " in paths.stdout
    assert "None" not in paths.stdout
    machine = dict(line.split(maxsplit=1) for line in run(workspace, "entity", "machine", "web1").stdout.splitlines()
                   if len(line.split(maxsplit=1)) == 2)  # fmt: skip
    assert machine["aliases"].strip() == "web1"
    assert machine["stub"].strip() == "no"
    assert "search" not in machine


def test_a_logon_of_no_known_type_has_none(workspace: Path, tmp_path: Path) -> None:
    row = {"name": "last", "hostIdentifier": "web1", "unixTime": 1772442000, "action": "added", "columns": {
        "host": "192.0.2.7", "pid": "7", "time": "1772442000", "tty": "pts/0", "type": "7", "username": "alice",
    }}  # fmt: skip
    (tmp_path / "osqueryd.results.log").write_text(json.dumps(row) + "\n")
    assert "1 REMOTE_LOGON" in run(workspace, "load", str(tmp_path / "osqueryd.results.log")).stdout
    paths = run(workspace, "paths").stdout
    assert "192.0.2.7 -> web1  alice  logon\n" in paths
    assert "None" not in paths


def test_paths_say_why_no_logon_could_be_scored(workspace: Path, tmp_path: Path) -> None:
    data = {
        "TargetUserName": "WEC$", "TargetDomainName": "CORP", "TargetUserSid": "S-1-5-21-1-2-3-1104", "LogonType": "3",
        "TargetLogonId": "0x1234", "IpAddress": "192.0.2.7", "IpPort": "50000", "WorkstationName": "-",
    }  # fmt: skip
    event = {"EventID": 4624, "Channel": "Security", "Computer": "DC1.corp.example", "EventRecordID": 7,
             "TimeCreated": "2026-03-02T09:00:00.0000000Z", "Hostname": "DC1.corp.example",
             "@timestamp": "2026-03-02T09:00:00.000Z", **data}  # fmt: skip
    (tmp_path / "dc.json").write_text(json.dumps(event) + "\n")
    assert "1 REMOTE_LOGON" in run(workspace, "load", str(tmp_path / "dc.json")).stdout
    for command in (("paths",), ("hunt", "lateral-movement", "--no-write")):
        first = run(workspace, *command).stderr.splitlines()[0]
        assert first == "no remote logon could be scored: 1 of machine, system or anonymous accounts"


def test_logs_without_a_machine_are_not_nothing(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "eve.json").write_text(json.dumps(DNS) + "\n")
    assert run(workspace, "coverage").stderr == "nothing is loaded\n"
    assert "1 RESOLVED_TO" in run(workspace, "load", str(tmp_path / "eve.json")).stdout
    told = run(workspace, "coverage")
    assert "nothing is loaded" not in told.stderr
    assert "which machine wrote it" in told.stderr
    empty = "MATCH (u:User) RETURN u.name AS name, u.id"
    assert run(workspace, "query", empty, "--format", "csv").stdout.splitlines() == ["name,u.id"]
    assert "name" in run(workspace, "query", empty).stdout
    assert run(workspace, "query", empty).stderr == "no rows\n"


def test_a_table_names_nodes_and_relationships_and_keeps_wrapped_rows_apart(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text(SSHD)
    run(workspace, "load", str(tmp_path / "auth.log"))
    shown = run(workspace, "query", "MATCH p = (a:IP)-[r:REMOTE_LOGON]->(b) RETURN a, r, b, p").stdout
    hop = "(192.0.2.7)-[REMOTE_LOGON]->(web1)"
    assert shown.split("\n")[3].split("   ") == [" (IP 192.0.2.7)", hop, "(Machine web1)", f"{hop} "]
    assert "_kind" not in shown
    assert "{" in run(workspace, "query", "RETURN {_kind: 'node'} AS a", "--format", "csv").stdout
    assert "(None None)" in run(workspace, "query", "RETURN {_kind: 'node'} AS a").stdout
    long = "word " * 60
    wrapped = run(workspace, "query", f"UNWIND ['{long}', 'second'] AS text RETURN text").stdout.splitlines()
    assert wrapped[wrapped.index(next(line for line in wrapped if "second" in line)) - 1].strip() == ""


def test_many_files_with_one_warning_are_one_line(workspace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "auth.log").write_text(SSHD)
    for number in range(9):
        (folder / f"{number}.txt").write_text("nothing that any loader knows\n")
    said = run(workspace, "load", str(folder)).stderr.splitlines()
    assert len(said) == 1
    assert "0.txt, and 8 files more (--verbose names them): the format is not recognised" in said[0]
    named = run(workspace, "load", str(folder), "--verbose").stderr.splitlines()
    assert len(named) == 9
    assert all(f"{number}.txt: the format" in named[number] for number in range(9))
