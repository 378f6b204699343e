"""Real Linux logs: raw audit records counted against the text, and sshd messages."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections import Counter
from pathlib import Path

from graphhunt.loaders.auditd import AuditdLoader

from graphhunt import loading
from graphhunt.model import Logon, ProcessStart, Record, Rejected


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
