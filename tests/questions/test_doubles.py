"""An event that two collections hold is drawn once, and accounted for in both files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.snapshot import Snapshot
from graphhunt.questions.accounting import accounting
from graphhunt.store.sync import compute, snapshot_of

XML = (
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
    '<Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4625</EventID>'
    '<TimeCreated SystemTime="2026-03-02T08:10:{second:02}.1234567Z"/><EventRecordID>{record}</EventRecordID>'
    "<Channel>Security</Channel><Computer>WS-11.corp.example</Computer></System><EventData>"
    '<Data Name="TargetUserName">ana</Data><Data Name="TargetDomainName">CORP</Data>'
    '<Data Name="LogonType">3</Data><Data Name="IpAddress">192.0.2.7</Data></EventData></Event>\n'
)


def forwarded(second: int, record: int | None) -> str:
    """Give the event as a forwarder writes it."""
    event = {
        "EventTime": f"2026-03-02 08:10:{second:02}", "Hostname": "ws-11", "EventID": 4625, "Channel": "Security",
        "SourceName": "Microsoft-Windows-Security-Auditing", "TargetUserName": "ana", "TargetDomainName": "CORP",
        "LogonType": "3", "IpAddress": "192.0.2.7",
    }  # fmt: skip
    return json.dumps(event if record is None else {**event, "RecordNumber": record}) + "\n"


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("order", [("log.xml", "siem.json"), ("siem.json", "log.xml")])
def test_the_second_file_holds_duplicates(tmp_path: Path, order: tuple[str, str], *, numbered: bool) -> None:
    """Two events of the log; the forwarder has the second one of them, and a third."""
    (tmp_path / "log.xml").write_text(XML.format(second=1, record=11) + XML.format(second=5, record=12))
    (tmp_path / "siem.json").write_text(forwarded(5, 12 if numbered else None) + forwarded(9, 13 if numbered else None))
    workspace = Workspace(tmp_path / "workspace")
    for name in order:
        ingest(workspace, [tmp_path / name], workers=1)
    computed = compute(workspace)
    assert computed is not None
    (edge,) = computed.graph.relationships["FAILED_LOGON"].iter_rows(named=True)
    assert edge["count"] == 3
    Snapshot(workspace.path / "graph").replace(computed.graph, computed.fingerprint)
    found = accounting(workspace, snapshot_of(workspace), files=True)
    assert (found["read"], found["drawn"]) == (4, 3)
    assert found["evidence_only"] == {"duplicate of a record read by windows_xml": 1}
    rows = {row["loader"]: row for row in found["files"]}
    assert (rows["windows_xml"]["drawn"], rows["windows_json"]["drawn"]) == (2, 1)
