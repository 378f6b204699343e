"""The samples of Linux and network sources say what their descriptions state, each record and each edge by itself."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from graphhunt.loaders._record import Hints, RecordLoader

from graphhunt.graph.snapshot import Snapshot
from graphhunt.model import Flow, Logon, Record, Rejected, Skipped
from graphhunt.sources import loading
from graphhunt.times import micros
from tests.lateral.case import snapshot

FOLDERS = (
    "auditd_raw_namenone", "ausearch_interpreted", "azure_nsg_flow", "cef_leef", "lanl", "laurel", "nfdump_csv",
    "panos_csv", "rfc5424_sshd", "squid_and_fortigate", "suricata_eve", "utmp_wtmp_btmp_lastlog", "vpc_flow",
    "zeek_json_mixed", "zeek_tsv",
)  # fmt: skip
IN_SYSLOG = {"cef.log", "panos.log", "fgt.log", "auth5424.log"}
"""Files whose lines have a header of syslog, which is taken off before their loader sees them."""

EVIDENCE = {"known_hosts.log", "redteam.txt", "software.log", "weird.log", "x509.log"}
"""Files whose records tell nothing that is drawn: they are kept and skipped."""

ALSO_SKIPPED = {"eve.json": 2}
"""Records of a file that its description counts as loaded and that are kept as evidence: ssh and anomaly."""

HEADER = re.compile(
    r"(?:<\d+>)?(?:1 \S+ \S+ (?P<program>\S+) (?P<pid>\S+) \S+ (?:-|\[[^\]]*\]) |[A-Z][a-z]{2} .{11} \S+ )?"
)
DRAWN = (
    "FLOWED_TO", "RESOLVED_TO", "FAILED_LOGON", "REMOTE_LOGON", "CONNECTED", "HAD_IP", "QUERIED", "AUTHENTICATED",
)  # fmt: skip


def described(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "README.md").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith('{"')]


def records(path: Path, name: str) -> list[Record]:
    source = loading.Source(path.name, path)
    if path.name not in IN_SYSLOG:
        found = loading.choose(source)
        assert found.name == name
        return [item for item in found.read(source) if isinstance(item, Record)]
    reader = loading.loaders()[name]
    assert isinstance(reader, RecordLoader)
    return [within(reader, line) for line in path.read_text("utf-8").splitlines()]


def within(reader: RecordLoader, line: str) -> Record:
    header = HEADER.match(line)
    assert header is not None
    hints = Hints(time=1_772_440_980_123_456, host="lnx03", program=header["program"])
    return Record(line, "", reader.of(line[header.end() :], hints))


@pytest.mark.parametrize("name", FOLDERS)
def test_every_record_is_told(shared_data: Path, name: str) -> None:
    folder = shared_data / "sources" / name
    for row in described(folder):
        if "file" not in row or row["format"] == "context":
            continue
        path = folder / row["file"]
        found = records(path, row["format"])
        kinds = Counter("facts" if isinstance(each.outcome, list) else type(each.outcome).__name__ for each in found)
        assert len(found) == row["read"], path
        assert kinds[Rejected.__name__] == row["rejected"]
        more = row["read"] if path.name in EVIDENCE else ALSO_SKIPPED.get(path.name, 0)
        assert kinds[Skipped.__name__] == row["skipped"] + more, path


@pytest.fixture(scope="module")
def drawn(shared_data: Path, made_once: Callable[..., Path]) -> Snapshot:
    """Give the graph of all of the samples that name a machine, or need none, and stand without a header."""

    def make(folder: Path) -> None:
        logs = folder / "logs"
        for name in FOLDERS:
            shutil.copytree(shared_data / "sources" / name, logs / name)
        for path in logs.rglob("*"):
            if path.name in {"README.md", *IN_SYSLOG}:
                path.unlink()
        snapshot(folder / "case", logs)

    return Snapshot(made_once("case-network-samples", make) / "case" / "graph")


WITHOUT = {"auditd_raw_namenone", "utmp_wtmp_btmp_lastlog", "panos_csv", "rfc5424_sshd"}
"""Folders whose files don't name their machine, or stand behind a header."""

BEHIND = {"192.0.2.56", "192.0.2.57 203.0.113.58", "192.0.2.57 c2-57.example.net"}
"""Edges that stand behind a header (CEF and FortiGate), and one of an address whose machine nothing tells."""


@pytest.mark.parametrize("name", sorted(set(FOLDERS) - WITHOUT))
def test_every_edge_is_drawn(shared_data: Path, drawn: Snapshot, name: str) -> None:
    edges = [row for row in described(shared_data / "sources" / name) if row.get("edge") in DRAWN]
    edges = [row for row in edges if not {row["from"], f"{row['from']} {row['to']}"} & BEHIND]
    missing = [row for row in edges if not stands(drawn, row)]
    assert missing == []


def stands(graph: Snapshot, row: dict[str, Any]) -> bool:
    table = graph.table(row["edge"])
    assert table is not None
    start, at = row["from"].removeprefix("pid "), micros(row["at"])
    begins = pl.col("from_id") == start if start == row["from"] else pl.col("from_id").str.contains(rf"\|{start}\|")
    found = table.filter(
        begins & (pl.col("to_id") == row["to"].removeprefix("ip ")) & (pl.col("start") <= at) & (pl.col("end") >= at)
    )
    for name in ("remote_port", "bytes_out", "bytes_in", "blocked"):
        if name in row and name in found.columns:
            found = found.filter(pl.col(name) == row[name])
    return found.height == 1


def test_files_without_a_machine_name_none(shared_data: Path) -> None:
    sources = shared_data / "sources"
    for path, name in (
        (sources / "auditd_raw_namenone" / "audit.log", "auditd"),
        (sources / "utmp_wtmp_btmp_lastlog" / "var" / "log" / "wtmp", "utmp"),
        (sources / "utmp_wtmp_btmp_lastlog" / "var" / "log" / "btmp", "utmp"),
        (shared_data / "cases" / "t06_audit.log", "auditd"),
    ):
        told = [fact for each in records(path, name) if isinstance(each.outcome, list) for fact in each.outcome]
        assert told
        assert {fact.host for fact in told} == {None}


def test_sessions_of_wtmp_and_failures_of_btmp(shared_data: Path) -> None:
    folder = shared_data / "sources" / "utmp_wtmp_btmp_lastlog" / "var" / "log"
    logons = [
        (path, fact.user, fact.success, fact.source_ip, fact.logon_id, fact.time)
        for path in ("wtmp", "btmp")
        for each in records(folder / path, "utmp")
        if isinstance(each.outcome, list)
        for fact in each.outcome
        if isinstance(fact, Logon)
    ]
    assert logons == [
        ("wtmp", "user44", True, "192.0.2.44", "pts/0:4400", micros("2026-03-02T08:44:00.123456Z")),
        ("btmp", "oracle", False, "203.0.113.44", None, micros("2026-03-02T08:44:30.123456Z")),
    ]


@pytest.mark.parametrize(
    ("path", "name", "ends"),
    [
        ("cef_leef/cef.log", "cef", ("192.0.2.56", 3389, 200, 100)),
        ("squid_and_fortigate/fgt.log", "fortigate", ("192.0.2.57", 443, 1000, 2000)),
        ("panos_csv/panos.log", "panos", ("192.0.2.58", 3389, 3000, 4000)),
    ],
)
def test_flows_behind_a_header(shared_data: Path, path: str, name: str, ends: tuple[object, ...]) -> None:
    (told,) = records(shared_data / "sources" / path, name)
    assert isinstance(told.outcome, list)
    (flow,) = told.outcome
    assert isinstance(flow, Flow)
    assert (flow.source_ip, flow.destination_port, flow.bytes_out, flow.bytes_in) == ends
