"""A case in which every text that the workspace can show is one of the hostile payloads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.api.case import PAYLOADS, SHELL, guid, logon, process, record

SYSMON = "Microsoft-Windows-Sysmon/Operational"


def records() -> list[dict[str, Any]]:
    """Give the case: one intruder's hop between two machines, then each payload in every field of eleven events."""
    found = [
        logon("bravo", "10:00:00.000000", "ada", 3, "0xb0b", ("10.0.0.1", "ALPHA")),
        process("bravo", "10:00:07.000000", 21, SHELL, (20, SHELL)),
    ]
    for number, payload in enumerate(PAYLOADS):
        found += _of(number, payload)
    return found


def _of(number: int, payload: str) -> Iterator[dict[str, Any]]:
    clock = f"{number // 60:02}:{number % 60:02}.000000"
    own = {
        "ProcessId": str(500 + number),
        "ProcessGuid": guid("bravo", 500 + number),
        "UtcTime": f"2026-03-02 13:{clock[:9]}",
    }
    image = f"C:\\{number}\\{payload}"
    # A machine of that name, which somebody of that name and domain came to from a workstation of that name.
    yield logon(f"h{number} {payload}", f"12:{clock}", payload, 3, hex(0x5000 + number), ("10.0.0.2", payload)) | {
        "TargetDomainName": payload, "LogonProcessName": payload, "AuthenticationPackageName": payload,
    }  # fmt: skip
    yield record("bravo", 4625, f"12:{clock}", TargetUserName=payload, TargetDomainName=payload, LogonType="3",
                 WorkstationName=payload, IpAddress="10.0.0.9", SubStatus="0xc000006a", Status=payload)  # fmt: skip
    yield process("bravo", f"13:{clock}", 500 + number, image, (21, SHELL), CommandLine=payload, User=f"LAB\\{payload}",
                  CurrentDirectory=payload, OriginalFileName=payload, Company=payload, IntegrityLevel=payload,
                  ParentCommandLine=payload, Hashes=f"MD5={number:032x}")  # fmt: skip
    for code, fields in (
        (11, {"TargetFilename": f"C:\\{payload}"}),
        (13, {"EventType": "SetValue", "TargetObject": f"HKLM\\{payload}", "Details": payload}),
        (22, {"QueryName": payload, "QueryStatus": "0", "QueryResults": f"9.9.9.{number + 1}"}),
        (3, {"SourceIp": "10.0.0.2", "SourcePort": "50001", "SourceHostname": payload, "DestinationHostname": payload,
             "DestinationIp": f"9.9.9.{number + 1}", "DestinationPort": "443", "Protocol": "tcp", "Initiated": "true"}),
    ):  # fmt: skip
        yield record("bravo", code, f"13:{clock}", SYSMON, Image=image, User=f"LAB\\{payload}", **own, **fields)
    who = {"SubjectUserName": "ada", "SubjectDomainName": "LAB", "SubjectLogonId": "0xb0b"}
    yield record(
        "bravo", 4697, f"14:{clock}", **who, ServiceName=payload, ServiceFileName=payload, ServiceAccount=payload
    )
    task = f"<Task><Actions><Exec><Command>{number}</Command></Exec></Actions></Task>"
    yield record("bravo", 4698, f"14:{clock}", **who, TaskName=payload, TaskContent=task)
    yield record("bravo", 5145, f"14:{clock}", **who, ShareName=f"\\\\*\\{payload}", RelativeTargetName=payload,
                 ShareLocalPath=payload, IpAddress="10.0.0.1", ObjectType="File")  # fmt: skip


def write(folder: Path) -> Path:
    """Write the case as JSON Lines into the folder and give the file."""
    file = folder / "case <img src=x onerror=1>.json"
    file.write_text("".join(json.dumps(item) + "\n" for item in records()), encoding="utf-8")
    return file
