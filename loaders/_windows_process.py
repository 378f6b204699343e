"""Security channel: processes, their connections, services and scheduled tasks.

4688 has three layouts: version 0 (no command line), 1 (command line) and 2 (Target account, parent's path).
A Target account with a LogonId other than zero is the one the process runs as; else the Subject is.
"""

from __future__ import annotations

import html
import re
from typing import Any

from graphhunt.model import Connection, Fact, ProcessEnd, ProcessStart, ServiceInstall, TaskAction

from . import _values as v
from ._windows_event import Event, Handler
from ._windows_security import subject

_DIRECTIONS = {"%%14592": "inbound", "%%14593": "outbound"}
_INTEGRITY = {
    "S-1-16-0": "Untrusted", "S-1-16-4096": "Low", "S-1-16-8192": "Medium", "S-1-16-8448": "MediumPlus",
    "S-1-16-12288": "High", "S-1-16-16384": "System", "S-1-16-20480": "ProtectedProcess",
}  # fmt: skip
_TASK_OPERATIONS = {4698: "create", 4699: "delete", 4700: "enable", 4701: "disable", 4702: "update"}
_CONNECTION_PID = "Process ID"
_COMMAND = re.compile(r"<Command>([^<]*)</Command>(?:\s*<Arguments>([^<]*)</Arguments>)?")
_COMMAND_MOST = 64 * 1024
_NO_CHARACTER = re.compile(r"&#[0-9]{64,};?")


def _started(event: Event) -> list[Fact]:
    get = event.data.get
    creator = subject(get)
    return [
        ProcessStart(
            **event.base(),
            **_runs_as(get, creator),
            **{f"creator_{name}": value for name, value in creator.items()},
            pid=v.pid(get("NewProcessId")),
            path=v.text(get("NewProcessName")),
            command_line=v.text(get("CommandLine")),
            integrity=_INTEGRITY.get(str(get("MandatoryLabel"))),
            parent_pid=v.pid(get("ProcessId")),
            parent_path=v.text(get("ParentProcessName")),
        )
    ]


def _runs_as(get: v.Get, creator: dict[str, Any]) -> dict[str, Any]:
    logon_id = v.logon_id(get("TargetLogonId"))
    if logon_id is None:
        return creator
    return {
        "user": v.text(get("TargetUserName")),
        "domain": v.text(get("TargetDomainName")),
        # The SID is the null one here even when the account is named.
        "sid": v.sid(get("TargetUserSid")),
        "logon_id": logon_id,
    }


def _ended(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        ProcessEnd(
            **event.base(),
            pid=v.pid(get("ProcessId")),
            path=v.text(get("ProcessName")),
            logon_id=v.logon_id(get("SubjectLogonId")),
            status=v.hexadecimal(get("Status")),
        )
    ]


def _connection(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        Connection(
            **event.base(),
            # Collectors that keep their own ProcessID leave the event's only in the message.
            pid=v.pid(get("ProcessID") or get("ProcessId") or v.find(_CONNECTION_PID, event.message)),
            path=v.text(get("Application")),
            protocol=v.protocol(get("Protocol")),
            source_ip=v.ip(get("SourceAddress")),
            source_port=v.port(get("SourcePort")),
            destination_ip=v.ip(get("DestAddress")),
            destination_port=v.port(get("DestPort")),
            direction=_DIRECTIONS.get(str(get("Direction"))),
            allowed=event.id == 5156,
        )
    ]


def _service(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        ServiceInstall(
            **event.base(),
            **subject(get),
            service=v.text(get("ServiceName")),
            image=v.text(get("ServiceFileName")),
            account=v.text(get("ServiceAccount")),
            start_type=v.text(get("ServiceStartType")),
            client_pid=v.pid(get("ClientProcessId")),
        )
    ]


def _task(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        TaskAction(
            **event.base(),
            **subject(get),
            task=v.text(get("TaskName")),
            operation=_TASK_OPERATIONS[event.id],
            command=task_command(get("TaskContent") or get("TaskContentNew")),
            pid=v.pid(get("ClientProcessId")),
        )
    ]


def task_command(content: object) -> str | None:
    """Read what a task runs from its XML, which some collectors escape once more."""
    definition = v.text(content)
    if definition is None:
        return None
    definition = definition[:_COMMAND_MOST]
    if "<Command>" not in definition:
        definition = _unescaped(definition)
    match = _COMMAND.search(definition)
    return v.text(" ".join(_unescaped(part) for part in match.groups() if part)) if match else None


def _unescaped(text: str) -> str:
    """Undo escapes; `html` alone fails for a number of thousands of digits."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))


_BY_ID: dict[int, Handler] = {
    4688: _started, 4689: _ended, 5156: _connection, 5157: _connection, 4697: _service,
    4698: _task, 4699: _task, 4700: _task, 4701: _task, 4702: _task,
}  # fmt: skip

HANDLERS: dict[tuple[str, int], Handler] = {("Security", number): handler for number, handler in _BY_ID.items()}
"""The events mapped here."""
