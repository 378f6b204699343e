"""The outer layout of a record as NXLog writes it, and the two big families inside.

Builders give a record without times and numbers; the feed fills those in when the order is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphhunt.lab.generator.actors import Host

Record = dict[str, Any]

SECURITY = "Security"
SYSMON = "Microsoft-Windows-Sysmon/Operational"
SYSTEM = "System"

COLLECTOR_PORT = 58_121
_COMMON: Record = {
    "@version": "1",
    "SourceModuleName": "eventlog",
    "SourceModuleType": "im_msvistalog",
    "port": COLLECTOR_PORT,
    "tags": ["windows"],
    "OpcodeValue": 0,
}
_SUCCESS, _FAILURE = -9214364837600034816, -9218868437227405312

# EventID -> (Task, Version, Category); the pairs Windows itself writes.
_SECURITY_TASKS = {
    4608: (12288, 0, "Security State Change"),
    4624: (12544, 2, "Logon"),
    4625: (12544, 0, "Logon"),
    4634: (12545, 0, "Logoff"),
    4647: (12545, 0, "Logoff"),
    4648: (12544, 0, "Logon"),
    4672: (12548, 0, "Special Logon"),
    4688: (13312, 2, "Process Creation"),
    4689: (13313, 0, "Process Termination"),
    4697: (12289, 0, "Security System Extension"),
    4698: (12804, 0, "Other Object Access Events"),
    4699: (12804, 0, "Other Object Access Events"),
    4768: (14339, 0, "Kerberos Authentication Service"),
    4769: (14337, 0, "Kerberos Service Ticket Operations"),
    4776: (14336, 0, "Credential Validation"),
    4778: (12551, 0, "Other Logon/Logoff Events"),
    5140: (12808, 1, "File Share"),
    5145: (12811, 0, "Detailed File Share"),
    5156: (12810, 1, "Filtering Platform Connection"),
}
_SYSMON_TASKS = {
    1: (5, "Process Create (rule: ProcessCreate)"),
    3: (5, "Network connection detected (rule: NetworkConnect)"),
    5: (3, "Process terminated (rule: ProcessTerminate)"),
    10: (3, "Process accessed (rule: ProcessAccess)"),
    11: (2, "File created (rule: FileCreate)"),
    13: (2, "Registry value set (rule: RegistryEvent)"),
    22: (5, "Dns query (rule: DnsQuery)"),
}


def _security_frame(event_id: int, *, failure: bool) -> Record:
    task, version, category = _SECURITY_TASKS[event_id]
    return {
        **_COMMON,
        "ProviderGuid": "{54849625-5478-4994-A5BA-3E3B0328C30D}",
        "SourceName": "Microsoft-Windows-Security-Auditing",
        "Channel": SECURITY,
        "EventID": event_id,
        "Task": task,
        "Version": version,
        "Category": category,
        "Opcode": "Info",
        "EventType": "AUDIT_FAILURE" if failure else "AUDIT_SUCCESS",
        "Keywords": _FAILURE if failure else _SUCCESS,
        "Severity": "ERROR" if failure else "INFO",
        "SeverityValue": 4 if failure else 2,
    }


def _sysmon_frame(event_id: int) -> Record:
    version, category = _SYSMON_TASKS[event_id]
    frame: Record = {
        **_COMMON,
        "ProviderGuid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": SYSMON,
        "EventID": event_id,
        "Task": event_id,
        "Version": version,
        "Category": category,
        "Opcode": "Info",
        "EventType": "INFO",
        "Keywords": -9223372036854775808,
        "Severity": "INFO",
        "SeverityValue": 2,
        "AccountName": "SYSTEM",
        "AccountType": "User",
        "Domain": "NT AUTHORITY",
        "UserID": "S-1-5-18",
        "RuleName": "-",
    }
    if event_id == 13:
        frame |= {"EventType": "SetValue", "EventTypeOrignal": "INFO"}
    return frame


_SECURITY_FRAMES = {
    (event_id, failure): _security_frame(event_id, failure=failure)
    for event_id in _SECURITY_TASKS
    for failure in (False, True)
}
_SYSMON_FRAMES = {event_id: _sysmon_frame(event_id) for event_id in _SYSMON_TASKS}


def security(event_id: int, fields: Record, message: str | None, *, failure: bool = False) -> Record:
    """Return a Security record.

    ``message`` None gives a record whose text the collector could not resolve, as it happens for some events.
    """
    kernel = event_id in {4688, 4689, 5140, 5145, 5156}
    record = {**_SECURITY_FRAMES[event_id, failure], **fields}
    record["ExecutionProcessID"] = 4 if kernel else 760
    if message is None:
        record["ERROR_EVT_UNRESOLVED"] = True
    else:
        record["Message"] = message
    return record


def sysmon(event_id: int, host: Host, fields: Record) -> Record:
    """Return a Sysmon record; its text lists the fields, as Sysmon's does.

    The text carries UtcTime as ``{UtcTime}``: only the feed knows what the machine's clock showed.
    """
    record = {**_SYSMON_FRAMES[event_id], **fields}
    record["ExecutionProcessID"] = host.resident["sysmon"].pid
    return record


def other(channel: str, source: str, provider: str, event_id: int, fields: Record) -> Record:
    """Return a record of a smaller provider (Service Control Manager, TaskScheduler, Terminal Services ...)."""
    record = {
        **_COMMON,
        "ProviderGuid": provider,
        "SourceName": source,
        "Channel": channel,
        "EventID": event_id,
        "Task": 0,
        "Version": 0,
        "EventType": "INFO",
        "Keywords": -9223372036854775808,
        "Severity": "INFO",
        "SeverityValue": 2,
    }
    return {**record, **fields}
