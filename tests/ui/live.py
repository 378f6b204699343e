"""Files for a page that is open while they are loaded, and records that no parser may touch."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.api import case
from tests.api.case import CMD, DAY, logon, process

MANY = 20_000
"""Events of the long load."""

EXACT = (
    '{"EventID": 4624,"Channel":"Security", "Hostname":"bravo.lab.local","SourceName":"test",'
    f'"@timestamp":"{DAY}T10:00:00.000000Z","EventTime":"{DAY} 10:00:00","RecordNumber":9223372036854775807,'
    '"RecordNumber":9223372036854775807,"Keywords":-9214364837600034816,"Ratio":1.50e+007,"Big":1e400,'
    '"Zeros":[0.10,-0,1.0],"Empty":{},"Note":"\\u202egnp.exe \\ud800 \\/","Seen":"a\u202egnp.exe\u2066\u200bb",'
    '"Note":"twice","TargetUserName":"ada","TargetDomainName":"LAB","TargetLogonId":"0xb0b","LogonType":"3",'
    '"TargetUserSid":"S-1-5-21-1-2-3-1294","IpAddress":"10.0.0.1","IpPort":"50000","WorkstationName":"ALPHA",'
    '"LogonProcessName":"Kerberos","AuthenticationPackageName":"Kerberos","SubjectUserName":"-",'
    '"SubjectLogonId":"0x0","SubjectUserSid":"S-1-0-0"}'
)
"""A logon from alpha to bravo with all that a parser would change: keys that stand twice, long numbers, escapes."""


def first() -> list[dict[str, Any]]:
    """Give the case without its noise, nine events: alpha to bravo as ada, bravo to charlie as grace."""
    return case.records()[:9]


def second() -> list[dict[str, Any]]:
    """Give a third hop, to a new machine, and one between two machines that are known: two events."""
    return [
        logon("delta", "11:00:00.000000", "grace", 3, "0xdead", ("10.0.0.3", "CHARLIE")),
        logon("charlie", "10:40:00.000000", "ada", 3, "0xfeed", ("10.0.0.1", "ALPHA")),
    ]


def third(name: str, clock: str) -> list[dict[str, Any]]:
    """Give a logon to one more machine."""
    return [logon(name, clock, "grace", 3, "0xbeef", ("10.0.0.3", "CHARLIE"))]


def many() -> Iterable[dict[str, Any]]:
    """Give so many processes that loading them takes a while."""
    for number in range(MANY):
        clock = f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000000"
        yield process("yankee", clock, 1000 + number, f"C:\\{number}\\a.exe", (20, CMD))


def write(folder: Path) -> Path:
    """Write the files into the folder and give it."""
    files = {
        "first": first(), "second": second(), "many": many(), "echo": third("echo", "11:10:00.000000"),
        "foxtrot": third("foxtrot", "11:20:00.000000"), "golf": third("golf", "11:30:00.000000"),
    }  # fmt: skip
    for name, records in files.items():
        text = "".join(json.dumps(record) + "\n" for record in records)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    return folder


def write_exact(folder: Path) -> Path:
    """Write the records that no parser may touch."""
    rest = "".join(json.dumps(record) + "\n" for record in first()[1:])
    (folder / "exact.json").write_text(EXACT + "\n" + rest, encoding="utf-8")
    return folder
