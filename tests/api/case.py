"""A small case for the tests of pivots, interface and browser: three hosts, two hops, hostile names.

Records are written by hand in the layout of NXLog's Windows JSON. What they say is known, so that every
expected value in the tests is counted from here and not from the product.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphhunt.hunt import Hunt
from graphhunt.store.embedded import stop_engine
from tests.conftest import small_settings

DAY = "2026-03-02"
"""A Monday."""

PAYLOADS = [
    "<script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    "<svg/onload=window.__xss=1>",
    '"><script>window.__xss=1</script>',
    "'><img src=x onerror=window.__xss=1>",
    "</script><script>window.__xss=1</script>",
    "</title><script>window.__xss=1</script>",
    "</textarea><script>window.__xss=1</script>",
    "</style><script>window.__xss=1</script>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'>",
    "<a href=javascript:window.__xss=1>x</a>",
    "javascript:window.__xss=1",
    "data:text/html,<script>window.__xss=1</script>",
    "<body onload=window.__xss=1>",
    "<details open ontoggle=window.__xss=1>",
    "<video><source onerror=window.__xss=1>",
    "<input autofocus onfocus=window.__xss=1>",
    "<math><mtext><img src=x onerror=window.__xss=1>",
    "<template><script>window.__xss=1</script></template>",
    "<object data=javascript:window.__xss=1>",
    "<embed src=javascript:window.__xss=1>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><button autofocus>x",
    "<marquee onstart=window.__xss=1>",
    "<audio src=x onerror=window.__xss=1>",
    "<style>@import '//evil.example/x.css'</style>",
    "<div style=background:url(//evil.example/x)>",
    "<p onpointerenter=window.__xss=1>",
    "{{constructor.constructor('window.__xss=1')()}}",
    "${window.__xss=1}",
    "<%= window.__xss=1 %>",
    "#{window.__xss=1}",
    "{@html '<script>window.__xss=1</script>'}",
    "{#if window.__xss=1}{/if}",
    "[x](javascript:window.__xss=1)",
    '![x](x" onerror="window.__xss=1)',
    "`${window.__xss=1}`",
    "');window.__xss=1;//",
    '";window.__xss=1;//',
    "\\u003cscript\\u003ewindow.__xss=1\\u003c/script\\u003e",
    "&lt;script&gt;window.__xss=1&lt;/script&gt;",
    "%3Cscript%3Ewindow.__xss=1%3C/script%3E",
    "<scr<script>ipt>window.__xss=1</scr</script>ipt>",
    "<ScRiPt>window.__xss=1</sCrIpT>",
    "<script\t>window.__xss=1</script>",
    "<img/src=x/onerror=window.__xss=1>",
    "<svg><animate onbegin=window.__xss=1 attributeName=x>",
    "<svg><a xlink:href=javascript:window.__xss=1><text>x",
    "<svg><foreignObject><script>window.__xss=1</script>",
    "<!--><script>window.__xss=1</script>",
    "]]><script>window.__xss=1</script>",
    "\u202egnp.exe",
    "\u2066\u202eabc\u2069",
    "\u001b]8;;http://evil.example\u0007x",
    "\u001b[31mred",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "__proto__",
    "constructor",
]
"""Names that would run, fetch or confuse if they were ever taken for more than text."""

_numbers = itertools.count(1000)


def record(host: str, code: int, time: str, channel: str = "Security", **fields: Any) -> dict[str, Any]:
    """Make one record; `time` is the clock time of DAY, UTC."""
    return {
        "EventID": code, "Channel": channel, "Hostname": f"{host}.lab.local", "SourceName": "test",
        "@timestamp": f"{DAY}T{time}Z", "EventTime": f"{DAY} {time[:8]}", "RecordNumber": next(_numbers), **fields,
    }  # fmt: skip


def logon(host: str, time: str, user: str, kind: int, logon_id: str, source: tuple[str, str]) -> dict[str, Any]:
    """Make a 4624 of a person coming from (address, name)."""
    return record(
        host, 4624, time, TargetUserName=user, TargetDomainName="LAB", TargetLogonId=logon_id, LogonType=str(kind),
        TargetUserSid=f"S-1-5-21-1-2-3-{1000 + sum(user.encode()) % 8000}", IpAddress=source[0], IpPort="50000",
        WorkstationName=source[1], LogonProcessName="Kerberos", AuthenticationPackageName="Kerberos",
        SubjectUserName="-", SubjectLogonId="0x0", SubjectUserSid="S-1-0-0",
    )  # fmt: skip


def process(host: str, time: str, pid: int, image: str, parent: tuple[int, str], **more: Any) -> dict[str, Any]:
    """Make a Sysmon 1; GUIDs are made of host and pid."""
    return record(
        host, 1, time, "Microsoft-Windows-Sysmon/Operational", UtcTime=f"{DAY} {time[:12]}", ProcessId=str(pid),
        ProcessGuid=guid(host, pid), Image=image, ParentProcessId=str(parent[0]),
        ParentProcessGuid=guid(host, parent[0]),
        ParentImage=parent[1], **{"User": "LAB\\ada", "LogonId": "0xb0b", "CommandLine": image, **more},
    )  # fmt: skip


def guid(host: str, pid: int) -> str:
    """Give the GUID of the case's process with that pid."""
    return f"{{{sum(host.encode()):08x}-0000-0000-0000-{pid:012x}}}"


def connection(host: str, time: str, pid: int, image: str, ends: tuple[str, str, int]) -> dict[str, Any]:
    """Make an outgoing Sysmon 3 from ends[0] to ends[1]:ends[2]."""
    return record(
        host, 3, time, "Microsoft-Windows-Sysmon/Operational", UtcTime=f"{DAY} {time[:12]}", ProcessId=str(pid),
        ProcessGuid=guid(host, pid), Image=image, User="LAB\\ada", Protocol="tcp", Initiated="true",
        SourceIp=ends[0], SourcePort="50001", SourceHostname=f"{host}.lab.local", DestinationIp=ends[1],
        DestinationPort=str(ends[2]),
    )  # fmt: skip


SERVICES = "C:\\Windows\\System32\\services.exe"
CMD = "C:\\Windows\\System32\\cmd.exe"
SHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"


def records() -> list[dict[str, Any]]:
    """Give the case: alpha to bravo as ada at 10:00, bravo to charlie as grace at 10:30, and noise."""
    found = [
        logon("bravo", "10:00:00.000000", "ada", 3, "0xb0b", ("10.0.0.1", "ALPHA")),
        record(
            "bravo",
            4697,
            "10:00:04.000000",
            SubjectUserName="ada",
            SubjectDomainName="LAB",
            SubjectLogonId="0xb0b",
            ServiceName="updater",
            ServiceFileName="cmd.exe /c whoami",
            ServiceAccount="LocalSystem",
        ),
        process("bravo", "10:00:05.000000", 4, SERVICES, (1, "C:\\Windows\\System32\\wininit.exe")),
        process("bravo", "10:00:06.000000", 20, CMD, (4, SERVICES), CommandLine="cmd.exe /c whoami"),
        process("bravo", "10:00:07.000000", 21, SHELL, (20, CMD), CommandLine="powershell -enc AAAA"),
        connection("bravo", "10:00:09.000000", 21, SHELL, ("10.0.0.2", "9.9.9.9", 443)),
        connection("alpha", "09:59:59.000000", 30, SHELL, ("10.0.0.1", "10.0.0.2", 445)),
        logon("charlie", "10:30:00.000000", "grace", 10, "0xcafe", ("10.0.0.2", "BRAVO")),
        connection("charlie", "10:31:00.000000", 40, SHELL, ("10.0.0.3", "9.9.9.9", 443)),
    ]
    for number, payload in enumerate(PAYLOADS):
        found.append(
            process("bravo", f"11:{number // 60:02}:{number % 60:02}.000000", 100 + number, f"C:\\x\\{number}.exe",
                    (21, SHELL), CommandLine=payload)
        )  # fmt: skip
        found.append(
            logon(
                "charlie", f"12:{number // 60:02}:{number % 60:02}.000000", payload, 2, hex(0x5000 + number), ("-", "-")
            )
        )
    return found


def write(folder: Path) -> Path:
    """Write the case as JSON Lines into the folder and give the file."""
    file = folder / "case <img src=x onerror=1>.json"
    file.write_text("".join(json.dumps(item) + "\n" for item in records()), encoding="utf-8")
    return file


@contextmanager
def opened(folder: Path) -> Iterator[Hunt]:
    """Load the case into a workspace of its own under the folder, and stop its engine at the end."""
    logs, workspace = folder / "logs", folder / "workspace"
    logs.mkdir()
    with Hunt(workspace, settings=small_settings(engine_idle=30.0)) as hunt:
        report = hunt.load(write(logs))
        assert report["events_loaded"] == len(records())
        yield hunt
    stop_engine(workspace)
