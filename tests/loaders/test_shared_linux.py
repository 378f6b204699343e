"""Real Linux logs: raw audit records counted against the text, and sshd messages."""

from __future__ import annotations

import gzip
import os
import re
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from graphhunt.loaders.auditd import AuditdLoader
from graphhunt.loaders.linux_auth import LinuxAuthLoader
from graphhunt.loaders.osquery import OsqueryLoader

from graphhunt.model import Logon, ProcessStart, Record, Rejected
from graphhunt.sources import loading


def records(loader: loading.Loader, name: str, data: bytes, folder: Path) -> list[Record]:
    path = folder / name
    path.write_bytes(data)
    source = loading.Source(name, path)
    assert loader.sniff(source.head(), "evidence") > 0.5
    return [item for item in loader.read(source) if isinstance(item, Record)]


def test_audit_lines_become_events(shared_data: Path, tmp_path: Path) -> None:
    data = gzip.decompress((shared_data / "msticpy" / "auditd_log.txt.gz").read_bytes())
    found = records(AuditdLoader(), "audit.log", data, tmp_path)
    text = data.decode()
    assert sum(len(record.raw.splitlines()) for record in found) == len(text.splitlines()) == 1_708
    assert len(found) == len(set(re.findall(r"msg=(audit\([^)]+\))", text)))
    assert [record for record in found if isinstance(record.outcome, Rejected)] == []
    kinds = Counter(fact.code for record in found if isinstance(record.outcome, list) for fact in record.outcome)
    assert kinds["auditd/USER_LOGIN"] == text.count("type=USER_LOGIN") == 191
    assert kinds["auditd/execve"] == text.count("type=EXECVE") == 146
    logons = [record.outcome[0] for record in found if isinstance(record.outcome, list)]
    failed = [fact for fact in logons if isinstance(fact, Logon) and not fact.success]
    assert len(failed) == len(re.findall(r"type=USER_LOGIN .*res=failed", text))


def test_commands_of_the_atomic_tests(shared_data: Path, tmp_path: Path) -> None:
    commands = []
    for name in ("sh_arp_cache", "sh_binary_padding_dd"):
        with zipfile.ZipFile(shared_data / "mordor_formats" / f"{name}.zip") as package:
            data = package.read(package.namelist()[0])
        for record in records(AuditdLoader(), f"{name}.log", data, tmp_path):
            assert isinstance(record.outcome, list)
            [fact] = record.outcome
            assert isinstance(fact, ProcessStart)
            commands.append((fact.pid, fact.command_line, fact.working_directory))
    assert commands == [
        (1631, "arp -a", "/home/wardog"),
        (1632, "grep -v ^?", "/home/wardog"),
        (2168, "dd if=/dev/zero bs=1 count=1", "/home/wardog"),
    ]


def test_sshd_and_sudo_messages(shared_data: Path, tmp_path: Path) -> None:
    data = (shared_data / "ssh_auth" / "filebeat_system_auth_test.log").read_bytes()
    path = tmp_path / "auth.log"
    path.write_bytes(data)
    os.utime(path, (1_488_000_000, 1_488_000_000))  # 25 February 2017
    found = [item for item in LinuxAuthLoader().read(loading.Source("auth.log", path)) if isinstance(item, Record)]
    assert len(found) == 10
    facts = [fact for record in found if isinstance(record.outcome, list) for fact in record.outcome]
    logons = [fact for fact in facts if isinstance(fact, Logon)]
    assert [(fact.host, fact.user, fact.source_ip, fact.source_port, fact.success) for fact in logons] == [
        ("localhost", "vagrant", "10.0.2.2", 63673, True),
        ("localhost", "vagrant", "192.168.33.1", 58803, True),
        ("slave22", "root", "216.160.83.57", 29160, False),
    ]
    assert all(fact.guessed_time for fact in facts)
    assert datetime.fromtimestamp(logons[0].time / 1e6, UTC) == datetime(2017, 2, 21, 21, 54, 44, tzinfo=UTC)


def test_osquery_results(shared_data: Path, tmp_path: Path) -> None:
    data = gzip.decompress((shared_data / "msticpy" / "osqueryd.results.log.gz").read_bytes())
    found = records(OsqueryLoader(), "results.log", data, tmp_path)
    assert len(found) == len(data.splitlines()) == 266
    assert [record for record in found if isinstance(record.outcome, Rejected)] == []
    kinds = Counter(fact.code for record in found if isinstance(record.outcome, list) for fact in record.outcome)
    assert kinds["osquery/file"] == data.count(b'{"name":"fim",') == 21
    logins = {
        (fact.host, fact.user, fact.source_ip)
        for record in found
        if isinstance(record.outcome, list)
        for fact in record.outcome
        if isinstance(fact, Logon)
    }
    assert ("jumpvm", "robert.sparrow", "109.159.104.127") in logins
