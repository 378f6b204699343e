"""Rows of DeviceEvents: what `ActionType` tells of and `AdditionalFields` says, as their kin in Windows' own logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphhunt.model import (
    AccountChange,
    Detection,
    DnsQuery,
    FileAction,
    MachineState,
    PipeAction,
    ProcessAccess,
    Script,
    ServiceInstall,
    Skipped,
    TaskAction,
    WmiAction,
)

from . import _mde_row as row
from . import _values as v
from ._record import NO_TIME, Outcome

_OTHER = Skipped("unmapped: mde/other")
_FLAGGED = ("Antivirus", "Asr", "ExploitGuard", "SmartScreen", "AppControl", "ControlledFolderAccess", "Tampering")
_BLOCKED = ("Blocked", "BlockedAction")
_PIPE = "\\device\\namedpipe"
_READ_MEMORY = 0x10


def event(get: row.Get, kind: object) -> Outcome:
    """Say what a row of DeviceEvents is."""
    if not isinstance(kind, str):
        return _OTHER
    read = _READERS.get(kind) or (_detection if kind.startswith(_FLAGGED) else None)
    if read is None:
        return _OTHER
    base = row.base(get, kind if kind in _READERS else _flagging(kind))
    return NO_TIME if base is None else read(base, get)


def _flagging(kind: str) -> str:
    return next(each for each in _FLAGGED if kind.startswith(each))


def _service(base: dict[str, Any], get: row.Get) -> Outcome:
    told = row.more(get)
    return [
        ServiceInstall(
            **base,
            **row.account(get),
            service=v.text(told.get("ServiceName")),
            image=row.path(get("FolderPath"), get("FileName")),
            account=v.text(told.get("ServiceAccount")),
            start_type=v.text(told.get("ServiceStartType")),
            client_pid=v.pid(get("InitiatingProcessId")),
        )
    ]


def _task(base: dict[str, Any], get: row.Get) -> Outcome:
    told = row.more(get)
    return [
        TaskAction(
            **base,
            **row.account(get),
            task=v.text(told.get("TaskName")),
            operation=_TASKS[get("ActionType")],
            command=v.text(told.get("TaskContent")) or v.text(told.get("Command")),
            pid=v.pid(get("InitiatingProcessId")),
        )
    ]


def _access(base: dict[str, Any], get: row.Get) -> Outcome:
    """Read what one process did to another; only ReadProcessMemory says that memory was read."""
    kind, told = get("ActionType"), row.more(get)
    rights = v.number(told.get("DesiredAccess"))
    if kind == "ReadProcessMemoryApiCall":
        rights = _READ_MEMORY
    return [
        ProcessAccess(
            **base,
            **row.process(get),
            **row.account(get),
            operation="access" if kind in _ACCESSES else "inject",
            target_pid=v.pid(get("ProcessId")),
            target_path=row.path(get("FolderPath"), get("FileName")),
            target_user=v.text(get("AccountName")),
            target_domain=v.text(get("AccountDomain")),
            granted=None if rights is None else hex(rights),
            rights=rights,
        )
    ]


def _pipe(base: dict[str, Any], get: row.Get) -> Outcome:
    told = row.more(get)
    name = v.text(told.get("PipeName"))
    short = name[len(_PIPE) :] if name and name.lower().startswith(_PIPE) else name
    opened = v.text(told.get("FileOperation")) == "File opened"
    return [PipeAction(**base, **row.process(get), operation="connect" if opened else "create", pipe=short)]


def _detection(base: dict[str, Any], get: row.Get) -> Outcome:
    kind, told = str(get("ActionType"))[:100], row.more(get)
    action = "block" if kind.endswith(_BLOCKED) else "audit" if kind.endswith("Audited") else None
    return [
        Detection(
            **base,
            **row.process(get),
            **row.account(get),
            rule=v.text(told.get("ThreatName")) or kind,
            action=v.text(told.get("ActionTaken")) or (v.text(told.get("WasRemediated")) and "remediated") or action,
            target=row.path(get("FolderPath"), get("FileName")),
            md5=v.digest(get("MD5"), 32),
            sha256=v.digest(get("SHA256"), 64),
        )
    ]


def _account(base: dict[str, Any], get: row.Get) -> Outcome:
    action, kind = _ACCOUNTS[get("ActionType")]
    told = row.more(get)
    named = (v.text(get("AccountName")), v.text(get("AccountDomain")), v.sid(get("AccountSid")))
    changed: dict[str, Any] = {}
    if kind == "user" or "member" in action:
        changed = dict(zip(("target_user", "target_domain", "target_sid"), named, strict=True))
    if kind == "group":
        changed["group"] = v.text(told.get("GroupName")) or (None if "member" in action else named[0])
        changed["group_domain"] = v.text(told.get("GroupDomainName"))
        changed["group_sid"] = v.sid(told.get("GroupSid"))
    return [AccountChange(**base, **row.account(get), **changed, action=action, object_type=kind)]


def _script(base: dict[str, Any], get: row.Get) -> Outcome:
    told, who = row.more(get), row.account(get)
    text = v.text(told.get("Command")) or v.text(told.get("ScriptContent"))
    del who["logon_id"]
    return [
        Script(
            **base,
            **who,
            pid=v.pid(get("InitiatingProcessId")),
            text=text,
            host_application=v.text(get("InitiatingProcessCommandLine")),
        )
    ]


def _dns(base: dict[str, Any], get: row.Get) -> Outcome:
    told = row.more(get)
    answers = v.text(told.get("DnsQueryResult"))
    found = row.listed(answers) or [each for each in (answers or "").split(";") if each]
    return [DnsQuery(**base, **row.process(get), query=v.text(told.get("DnsQueryString")), answers=found)]


def _wmi(base: dict[str, Any], get: row.Get) -> Outcome:
    told = row.more(get)
    return [
        WmiAction(
            **base,
            operation="binding" if get("ActionType") == "WmiBindEventFilterToConsumer" else "query",
            user=v.text(get("InitiatingProcessAccountName")),
            domain=v.text(get("InitiatingProcessAccountDomain")),
            pid=v.pid(get("InitiatingProcessId")),
            text=v.text(told.get("Consumer")) or v.text(told.get("Query")),
        )
    ]


def _cleared(base: dict[str, Any], get: row.Get) -> Outcome:
    return [MachineState(**base, **row.account(get), state="log_cleared", target="Security")]


def _driver(base: dict[str, Any], get: row.Get) -> Outcome:
    target = row.path(get("FolderPath"), get("FileName"))
    return [
        FileAction(**base, **row.process(get), **row.account(get), operation="load", target=target, **row.contents(get))
    ]


_TASKS = {"ScheduledTaskCreated": "create", "ScheduledTaskUpdated": "update", "ScheduledTaskDeleted": "delete",
          "ScheduledTaskEnabled": "enable", "ScheduledTaskDisabled": "disable"}  # fmt: skip
_ACCESSES = frozenset({"OpenProcessApiCall", "ReadProcessMemoryApiCall"})
_INJECTIONS = ("CreateRemoteThreadApiCall", "QueueUserApcRemoteApiCall", "SetThreadContextRemoteApiCall",
               "NtAllocateVirtualMemoryRemoteApiCall", "NtMapViewOfSectionRemoteApiCall",
               "WriteToLsassProcessMemory", "WriteProcessMemoryApiCall")  # fmt: skip
_ACCOUNTS = {
    "UserAccountCreated": ("create", "user"), "UserAccountDeleted": ("delete", "user"),
    "UserAccountModified": ("change", "user"), "PasswordChangeAttempt": ("change-password", "user"),
    "AccountLockedOut": ("lock", "user"), "UserAccountAddedToLocalGroup": ("add-member", "group"),
    "UserAccountRemovedFromLocalGroup": ("remove-member", "group"), "SecurityGroupCreated": ("create", "group"),
    "SecurityGroupDeleted": ("delete", "group"),
}  # fmt: skip
_READERS: dict[str, Callable[[dict[str, Any], row.Get], Outcome]] = {
    "ServiceInstalled": _service,
    **dict.fromkeys(_TASKS, _task),
    **dict.fromkeys((*_ACCESSES, *_INJECTIONS), _access),
    "NamedPipeEvent": _pipe,
    **dict.fromkeys(_ACCOUNTS, _account),
    **dict.fromkeys(("PowerShellCommand", "ScriptContent"), _script),
    "DnsQueryResponse": _dns,
    **dict.fromkeys(("WmiBindEventFilterToConsumer", "ProcessCreatedUsingWmiQuery"), _wmi),
    "SecurityLogCleared": _cleared,
    "DriverLoad": _driver,
}
