"""Real tables: Azure's security events and Defender's process rows as CSV, Suricata's EVE events."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from graphhunt.loaders.mde_csv import MdeCsvLoader
from graphhunt.loaders.suricata import SuricataLoader
from graphhunt.loaders.windows_csv import WindowsCsvLoader

from graphhunt.model import Logon, ProcessStart, Record
from graphhunt.sources import loading


def records(loader: loading.Loader, path: Path) -> list[Record]:
    source = loading.Source(path.name, path)
    assert loading.choose(source).name == loader.name
    items = list(loader.read(source))
    return [item for item in items if isinstance(item, Record)]


@pytest.mark.parametrize(("name", "count"), [("processes_on_host", 363), ("process_tree", 117)])
def test_security_event_processes(shared_data: Path, name: str, count: int) -> None:
    path = shared_data / "msticpy" / f"{name}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    found = records(WindowsCsvLoader(), path)
    assert len(found) == len(rows) == count
    for row, record in zip(rows, found, strict=True):
        assert isinstance(record.outcome, list)
        [fact] = record.outcome
        assert isinstance(fact, ProcessStart)
        assert (fact.host, fact.path, fact.pid) == (
            row["Computer"],
            row["NewProcessName"],
            int(row["NewProcessId"], 16),
        )
        # The Target account wins where it has a session of its own.
        owner = row["SubjectLogonId"] if row["TargetLogonId"] == "0x0" else row["TargetLogonId"]
        assert fact.logon_id == owner.lower()


def test_security_event_logons(shared_data: Path) -> None:
    found = records(WindowsCsvLoader(), shared_data / "msticpy" / "host_logons.csv")
    logons = [record.outcome[0] for record in found if isinstance(record.outcome, list)]
    assert len(found) == len(logons) == 14
    assert all(isinstance(fact, Logon) and fact.host == "MSTICAlertsWin1" for fact in logons)


def test_defender_processes(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "processes.csv"
    path.write_bytes(gzip.decompress((shared_data / "msticpy" / "mde_proc_cs1.csv.gz").read_bytes()))
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    found = records(MdeCsvLoader(), path)
    assert len(found) == len(rows) == 1_564
    for row, record in zip(rows, found, strict=True):
        assert isinstance(record.outcome, list)
        [fact] = record.outcome
        assert isinstance(fact, ProcessStart)
        assert (fact.pid, fact.parent_pid) == (int(row["CreatedProcessId"]), int(row["InitiatingProcessId"]))
        assert fact.md5 == (row["CreatedProcessFileMd5"] or None)
        assert fact.host == row["ComputerDnsName"]


@pytest.mark.parametrize("name", ["alertify_input", "jsonparse_eve"])
def test_eve_events(shared_data: Path, name: str) -> None:
    path = shared_data / "suricata" / f"{name}.json"
    kinds = [json.loads(line)["event_type"] for line in path.read_text("utf-8").splitlines()]
    found = records(SuricataLoader(), path)
    assert len(found) == len(kinds) == 3
    told = ("dns", "http", "tls", "fileinfo", "flow", "alert")
    assert [isinstance(record.outcome, list) for record in found] == [kind in told for kind in kinds]
