"""Sysmon's own channel: processes, connections, files, registry, pipes, DNS, WMI.

`UtcTime` is event time. Old versions (5 and before) wrote event 3 with a clock that drifts from the machine's,
by minutes to days; a UtcTime more than `TRUSTED` away from the record's own time gives way to that.

References:
    https://learn.microsoft.com/en-us/sysinternals/downloads/sysmon
"""

from __future__ import annotations

from typing import Any

from graphhunt.model import (
    Connection,
    DnsQuery,
    Fact,
    FileAction,
    PipeAction,
    ProcessAccess,
    ProcessEnd,
    ProcessStart,
    RegistryAction,
    WmiAction,
)

from . import _values as v
from ._windows_event import Event, Handler

TRUSTED = 30_000_000
"""µs that UtcTime may differ from the time at which the record was logged."""

_IDS_MOST = 1024
_MESSAGE_PID = "ProcessId"
_MESSAGE_EVENT_TYPE = "EventType"
_MESSAGE_UTC = "UtcTime"
_REGISTRY = {
    "CreateKey": "create", "DeleteKey": "delete", "DeleteValue": "delete", "SetValue": "modify",
    "RenameKey": "rename", "RenameValue": "rename",
}  # fmt: skip
_FILES = {2: "time", 11: "create", 15: "create", 23: "delete", 26: "delete"}
_PIPES = {17: "create", 18: "connect"}
_WMI = {19: "filter", 20: "consumer", 21: "binding"}


def correct_time(event: Event) -> None:
    """Set the event's time to UtcTime, unless the record's own time says that clock was wrong."""
    read = v.micros(event.data.get("UtcTime") or v.find(_MESSAGE_UTC, event.message, _IDS_MOST))
    if read is None:
        return
    event.times = {**event.times, "UtcTime": read[0]}
    logged = None if event.guessed else event.time
    if logged is None or abs(read[0] - logged) <= TRUSTED:
        event.time, event.guessed, event.time_field = read[0], False, "UtcTime"


def _actor(event: Event, image: str = "Image") -> dict[str, Any]:
    """Read the acting process; its PID may stand only in the message (never the logger's own PID)."""
    get = event.data.get
    return {
        "guid": v.guid(get("ProcessGuid")),
        "pid": v.pid(get("ProcessId") or v.find(_MESSAGE_PID, event.message, _IDS_MOST)),
        "path": v.text(get(image)),
    }


def _user(get: v.Get) -> dict[str, Any]:
    user, domain = v.account(get("User"))
    return {"user": user, "domain": domain}


def _started(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        ProcessStart(
            **event.base(),
            **_actor(event),
            **_user(get),
            **v.hashes(get("Hashes") or get("Hash")),
            command_line=v.text(get("CommandLine")),
            working_directory=v.text(get("CurrentDirectory")),
            logon_id=v.logon_id(get("LogonId")),
            terminal_session=v.number(get("TerminalSessionId"), 0x7FFF_FFFF),
            integrity=v.text(get("IntegrityLevel")),
            original_file_name=v.text(get("OriginalFileName")),
            company=v.text(get("Company")),
            parent_guid=v.guid(get("ParentProcessGuid")),
            parent_pid=v.pid(get("ParentProcessId")),
            parent_path=v.text(get("ParentImage")),
            parent_command_line=v.text(get("ParentCommandLine")),
        )
    ]


def _ended(event: Event) -> list[Fact]:
    return [ProcessEnd(**event.base(), **_actor(event))]


def _connection(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        Connection(
            **event.base(),
            **_actor(event),
            **_user(get),
            protocol=v.protocol(get("Protocol")),
            source_ip=v.ip(get("SourceIp")),
            source_port=v.port(get("SourcePort")),
            source_name=v.text(get("SourceHostname")),
            destination_ip=v.ip(get("DestinationIp")),
            destination_port=v.port(get("DestinationPort")),
            destination_name=v.text(get("DestinationHostname")),
            initiated=v.boolean(get("Initiated")),
        )
    ]


def _file(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        FileAction(
            **event.base(),
            **_actor(event),
            **_user(get),
            **v.content_hashes(get("Hashes") or get("Hash")),
            operation=_FILES[event.id],
            target=v.text(get("TargetFilename")),
        )
    ]


def _module(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        FileAction(
            **event.base(),
            **_actor(event),
            **_user(get),
            **v.content_hashes(get("Hashes")),
            operation="load",
            target=v.text(get("ImageLoaded")),
            signed=v.boolean(get("Signed")),
            signature=v.text(get("Signature")),
        )
    ]


def _registry(event: Event) -> list[Fact]:
    get = event.data.get
    # Some collectors put a level of their own into EventType: then only the message has the real one.
    operation = _REGISTRY.get(str(get("EventType"))) or _REGISTRY.get(
        v.find(_MESSAGE_EVENT_TYPE, event.message, _IDS_MOST) or "", "modify"
    )
    return [
        RegistryAction(
            **event.base(),
            **_actor(event),
            **_user(get),
            operation=operation,
            key=v.text(get("TargetObject")),
            value=v.text(get("Details") or get("NewName")),
        )
    ]


def _process_access(event: Event) -> list[Fact]:
    get = event.data.get
    user, domain = v.account(get("SourceUser"))
    target_user, target_domain = v.account(get("TargetUser"))
    return [
        ProcessAccess(
            **event.base(),
            guid=v.guid(get("SourceProcessGUID") or get("SourceProcessGuid")),
            pid=v.pid(get("SourceProcessId")),
            path=v.text(get("SourceImage")),
            target_guid=v.guid(get("TargetProcessGUID") or get("TargetProcessGuid")),
            target_pid=v.pid(get("TargetProcessId")),
            target_path=v.text(get("TargetImage")),
            operation="inject" if event.id == 8 else "access",
            granted=v.hexadecimal(get("GrantedAccess")),
            rights=v.number(get("GrantedAccess")),
            user=user,
            domain=domain,
            target_user=target_user,
            target_domain=target_domain,
        )
    ]


def _pipe(event: Event) -> list[Fact]:
    pipe = v.text(event.data.get("PipeName"))
    return [PipeAction(**event.base(), **_actor(event), operation=_PIPES[event.id], pipe=pipe)]


def _dns(event: Event) -> list[Fact]:
    get = event.data.get
    query, status = v.text(get("QueryName")), v.text(get("QueryStatus"))
    answers = _answers(v.text(get("QueryResults")))
    return [DnsQuery(**event.base(), **_actor(event), query=query, answers=answers, status=status)]


def _answers(results: str | None) -> list[str]:
    """Read `type:  5 name;::ffff:10.0.0.1;`: addresses as they are, names without their record type."""
    answers = []
    for part in results.split(";") if results else ():
        answer = v.text(part)
        if answer and answer.startswith("type:"):
            answer = v.text(answer.partition("type:")[2].strip().partition(" ")[2])
        if answer:
            answers.append(answer)
    return answers


def _wmi(event: Event) -> list[Fact]:
    get = event.data.get
    parts = ("Consumer", "Filter") if event.id == 21 else ("Name", "Query", "Destination")
    text = " ".join(filter(None, (v.text(get(part)) for part in parts)))
    return [WmiAction(**event.base(), **_user(get), operation=_WMI[event.id], text=text or None)]


_BY_ID: dict[int, Handler] = {
    1: _started, 2: _file, 3: _connection, 5: _ended, 7: _module, 8: _process_access, 10: _process_access, 11: _file,
    12: _registry, 13: _registry, 14: _registry, 15: _file, 17: _pipe, 18: _pipe, 19: _wmi, 20: _wmi, 21: _wmi,
    22: _dns, 23: _file, 26: _file,
}  # fmt: skip

HANDLERS: dict[tuple[str, int], Handler] = {("Sysmon", number): handler for number, handler in _BY_ID.items()}
"""The events mapped here."""
