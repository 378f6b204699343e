"""Tables of Microsoft Defender XDR's advanced hunting: the API's JSON, the portal's CSV, and their copy in Sentinel.

Seen: DeviceLogonEvents, DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceRegistryEvents,
DeviceImageLoadEvents, DeviceEvents, AlertInfo, AlertEvidence, AADSignInEventsBeta, EntraIdSignInEvents and
IdentityLogonEvents; a row is told by its columns and its `ActionType`, so that a query's own choice of columns is read,
too. Event time is `Timestamp`, in a copy without it `TimeGenerated`, and of a process its `ProcessCreationTime`;
`TimeGenerated` beside `Timestamp` is only arrival. The portal writes times without a zone, which are taken as UTC and
marked so. The machine is `DeviceName`, else `DeviceId`; `RemoteDeviceName` is what the client calls itself. A process
is known by device, pid and creation time; the two ancestors that a process's row states are starts of their own.

Known gaps: `IsLocalAdmin` tells of the account, not of the session's token, and stays evidence. The acting session's
remote address stands in every later row of that session, long after it began, and isn't taken as its logon.
`LogonAttempted` is a try whose outcome other rows tell.

References:
    https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-schema-tables
    https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-devicelogonevents-table
    https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-deviceprocessevents-table
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphhunt.model import (
    Connection,
    DnsQuery,
    Fact,
    FileAction,
    Logon,
    ProcessStart,
    RegistryAction,
    ShareAccess,
    Skipped,
)
from graphhunt.sources.recognition import Columns, Keys

from . import _mde_alerts, _mde_events
from . import _mde_row as row
from . import _values as v
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_TABLES = (
    ("DeviceName", "ActionType", "LogonType", "AccountName"),
    ("DeviceName", "ActionType", "FileName", "ProcessId", "ProcessCreationTime"),
    ("DeviceName", "ActionType", "RemoteIP", "RemotePort", "LocalIP"),
    ("DeviceName", "ActionType", "FileName", "FolderPath"),
    ("DeviceName", "ActionType", "RegistryKey"),
    ("DeviceName", "ActionType", "AdditionalFields"),
    ("Timestamp", "AlertId", "Title", "Severity"),
    ("Timestamp", "AlertId", "EntityType", "EvidenceRole"),
    ("AccountUpn", "ErrorCode", "IPAddress", "Application"),
    ("AccountUpn", "ActionType", "LogonType", "Application", "IPAddress"),
)
_TYPES = {
    "interactive": 2, "network": 3, "batch": 4, "service": 5, "unlock": 7, "networkcleartext": 8, "newcredentials": 9,
    "remoteinteractive": 10, "remote interactive (rdp) logons": 10, "cachedinteractive": 11, "local": 2,
}  # fmt: skip
_ATTEMPT = Skipped("mde logon attempt")
_NO_QUERY = Skipped("unmapped: mde/DnsConnectionInspected without a query")


class MdeLoader(RecordLoader):
    """Reads rows of Defender XDR's advanced hunting."""

    name = "mde"
    signatures = (*(Keys(*names) for names in _TABLES), *(Columns(*names) for names in _TABLES))

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a row is."""
        if not isinstance(record, dict):
            return Skipped("not a row")
        get = record.get
        kind = get("ActionType")
        if "AlertId" in record:
            return _mde_alerts.alert(get)
        if "AccountUpn" in record and ("ErrorCode" in record or "Application" in record):
            return _mde_alerts.sign_in(get)
        read = _READERS.get(kind) if isinstance(kind, str) else None
        if read is None or not isinstance(kind, str):
            return _mde_events.event(get, kind)
        base = row.base(get, kind)
        return NO_TIME if base is None else read(base, get)


def _logon(base: dict[str, Any], get: row.Get) -> Outcome:
    stated = v.text(get("LogonType"))
    return [
        Logon(
            **base,
            user=v.text(get("AccountName")),
            domain=v.text(get("AccountDomain")),
            sid=v.sid(get("AccountSid")),
            logon_id=v.logon_id(get("LogonId")),
            logon_type=_TYPES.get(stated.lower()) if stated else None,
            success=get("ActionType") == "LogonSuccess",
            status=v.text(get("FailureReason")),
            auth_package=v.text(get("Protocol")),
            workstation=v.text(get("RemoteDeviceName")),
            source_ip=v.ip(get("RemoteIP")),
            source_port=v.port(get("RemotePort")),
            process_path=row.path(get("InitiatingProcessFolderPath"), get("InitiatingProcessFileName")),
            process_pid=v.pid(get("InitiatingProcessId")),
        )
    ]


def _attempt(base: dict[str, Any], get: row.Get) -> Outcome:
    return _ATTEMPT


def _process(base: dict[str, Any], get: row.Get) -> Outcome:
    """Read a start, and those of the two ancestors whose creation time the row states."""
    parent = row.path(get("InitiatingProcessFolderPath"), get("InitiatingProcessFileName"))
    started = v.micros(get("ProcessCreationTime"))
    if started:
        times = {**base.get("times", {"Timestamp": base["time"]}), "ProcessCreationTime": started[0]}
        own = {**base, "time": started[0], "times": times, "time_field": "ProcessCreationTime"}
    facts: list[Fact] = [
        ProcessStart(
            **(own if started else base),
            pid=v.pid(get("ProcessId")),
            path=row.path(get("FolderPath"), get("FileName")),
            command_line=v.text(get("ProcessCommandLine")),
            user=v.text(get("AccountName")),
            domain=v.text(get("AccountDomain")),
            sid=v.sid(get("AccountSid")),
            logon_id=v.logon_id(get("LogonId")),
            integrity=v.text(get("ProcessIntegrityLevel")),
            original_file_name=v.text(get("ProcessVersionInfoOriginalFileName")),
            company=v.text(get("ProcessVersionInfoCompanyName")),
            parent_pid=v.pid(get("InitiatingProcessId")),
            parent_path=parent,
            parent_command_line=v.text(get("InitiatingProcessCommandLine")),
            creator_user=v.text(get("InitiatingProcessAccountName")),
            creator_domain=v.text(get("InitiatingProcessAccountDomain")),
            creator_sid=v.sid(get("InitiatingProcessAccountSid")),
            creator_logon_id=v.logon_id(get("InitiatingProcessLogonId")),
            **row.contents(get),
        )
    ]
    facts.extend(_ancestors(base, get, parent))
    return facts


def _ancestors(base: dict[str, Any], get: row.Get, parent: str | None) -> list[Fact]:
    common = {name: base[name] for name in ("host", "code", "record_id")}
    facts: list[Fact] = []
    began, pid = v.micros(get("InitiatingProcessCreationTime")), v.pid(get("InitiatingProcessId"))
    grandparent, older = v.text(get("InitiatingProcessParentFileName")), v.pid(get("InitiatingProcessParentId"))
    if began and pid:
        facts.append(
            ProcessStart(
                time=began[0],
                guessed_time=not began[1],
                **common,
                pid=pid,
                path=parent,
                command_line=v.text(get("InitiatingProcessCommandLine")),
                **row.account(get),
                integrity=v.text(get("InitiatingProcessIntegrityLevel")),
                md5=v.digest(get("InitiatingProcessMD5"), 32),
                sha1=v.digest(get("InitiatingProcessSHA1"), 40),
                sha256=v.digest(get("InitiatingProcessSHA256"), 64),
                parent_pid=older,
                parent_path=grandparent,
            )
        )
    first = v.micros(get("InitiatingProcessParentCreationTime"))
    if first and older:
        facts.append(ProcessStart(time=first[0], guessed_time=not first[1], **common, pid=older, path=grandparent))
    return facts


def _connection(base: dict[str, Any], get: row.Get) -> Outcome:
    kind = get("ActionType")
    incoming = kind in _INCOMING
    ours = (v.ip(get("LocalIP")), v.port(get("LocalPort")), None)
    theirs = (v.ip(get("RemoteIP")), v.port(get("RemotePort")), v.text(get("RemoteUrl")))
    source, destination = (theirs, ours) if incoming else (ours, theirs)
    return [
        Connection(
            **base,
            **row.acting(get),
            protocol=v.protocol(get("Protocol")),
            source_ip=source[0],
            source_port=source[1],
            source_name=source[2],
            destination_ip=destination[0],
            destination_port=destination[1],
            destination_name=destination[2],
            direction="inbound" if incoming else "outbound",
            allowed=kind not in _FAILED,
        )
    ]


def _dns(base: dict[str, Any], get: row.Get) -> Outcome:
    told = row.more(get)
    query = v.text(told.get("query"))
    if query is None:
        return _NO_QUERY
    return [
        DnsQuery(
            **base,
            **row.process(get),
            query=query,
            answers=row.listed(told.get("answers")),
            status=v.text(told.get("rcode_name")),
        )
    ]


def _file(base: dict[str, Any], get: row.Get) -> Outcome:
    target = row.path(get("FolderPath"), get("FileName"))
    facts: list[Fact] = [
        FileAction(
            **base,
            **row.process(get),
            **row.account(get),
            operation=_FILES[get("ActionType")],
            target=target,
            **row.contents(get),
        )
    ]
    source, share = v.ip(get("RequestSourceIP")), v.text(get("ShareName"))
    if source and share:
        facts.append(
            ShareAccess(
                **base,
                user=v.text(get("RequestAccountName")),
                domain=v.text(get("RequestAccountDomain")),
                sid=v.sid(get("RequestAccountSid")),
                share=share,
                target=target,
                source_ip=source,
                source_port=v.port(get("RequestSourcePort")),
                operation=_FILES[get("ActionType")],
            )
        )
    return facts


def _registry(base: dict[str, Any], get: row.Get) -> Outcome:
    name = v.text(get("RegistryValueName")) or v.text(get("PreviousRegistryValueName"))
    key = v.text(get("RegistryKey")) or v.text(get("PreviousRegistryKey"))
    return [
        RegistryAction(
            **base,
            **row.acting(get),
            logon_id=v.logon_id(get("InitiatingProcessLogonId")),
            operation=_REGISTRY[get("ActionType")],
            key=v.registry_key(key, name),
            value=v.text(get("RegistryValueData")),
        )
    ]


_INCOMING = frozenset({"InboundConnectionAccepted", "InboundConnectionAttempt"})
_FAILED = frozenset({"ConnectionFailed", "ConnectionAttempt", "InboundConnectionAttempt", "InboundConnectionBlocked"})
_FILES = {"FileCreated": "create", "FileModified": "modify", "FileDeleted": "delete", "FileRenamed": "rename",
          "ImageLoaded": "load"}  # fmt: skip
_REGISTRY = {"RegistryKeyCreated": "create", "RegistryKeyDeleted": "delete", "RegistryKeyRenamed": "rename",
             "RegistryValueSet": "modify", "RegistryValueDeleted": "delete"}  # fmt: skip
_READERS: dict[str, Callable[[dict[str, Any], row.Get], Outcome]] = {
    **dict.fromkeys(("LogonSuccess", "LogonFailed"), _logon),
    "LogonAttempted": _attempt,
    **dict.fromkeys(("ProcessCreated", "OpenProcess"), _process),
    **dict.fromkeys(
        ("ConnectionSuccess", "ConnectionFound", "ConnectionAcknowledged", *_INCOMING, *_FAILED), _connection
    ),
    "DnsConnectionInspected": _dns,
    **dict.fromkeys(_FILES, _file),
    **dict.fromkeys(_REGISTRY, _registry),
}
