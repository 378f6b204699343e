"""Builders for Sysmon: process start and end, connections, DNS, LSASS access, files, registry."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from graphhunt.lab.generator.actors import image_hashes
from graphhunt.lab.generator.record import Record, sysmon

if TYPE_CHECKING:
    from graphhunt.lab.generator.actors import Host, Process

_MICROSOFT = ("10.0.17763.1 (WinBuild.160101.0800)", "Microsoft Corporation", "Microsoft® Windows® Operating System")

# The lines of each event's text, in Sysmon's order.
_TEXT_FIELDS = {
    1: (
        "Process Create",
        "RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName "
        "CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes "
        "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine",
    ),
    3: (
        "Network connection detected",
        "RuleName UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname "
        "SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort "
        "DestinationPortName",
    ),
    5: ("Process terminated", "RuleName UtcTime ProcessGuid ProcessId Image"),
    10: (
        "Process accessed",
        "RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID "
        "TargetProcessId TargetImage GrantedAccess CallTrace",
    ),
    11: ("File created", "RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime"),
    13: ("Registry value set", "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject Details"),
    22: ("Dns query", "RuleName UtcTime ProcessGuid ProcessId QueryName QueryStatus QueryResults Image"),
}


def _template(event_id: int) -> str:
    head, names = _TEXT_FIELDS[event_id]
    return "\r\n".join([f"{head}:", *(f"{name}: {{{name}}}" for name in names.split())])


_TEMPLATES = {event_id: _template(event_id) for event_id in _TEXT_FIELDS}


def sysmon_text(record: Record) -> str:
    """Return the text of a finished Sysmon record (its UtcTime must be set)."""
    return _TEMPLATES[record["EventID"]].format_map(record)


@cache
def _file_name(image: str) -> str:
    return image.rpartition("\\")[2]


def _is_windows(image: str) -> bool:
    return image.startswith("C:\\Windows\\")


def process_create(process: Process, creator: Process) -> Record:
    """Return Sysmon event 1."""
    known = _is_windows(process.image)
    version, company, product = _MICROSOFT if known else ("-", "-", "-")
    name = _file_name(process.image)
    fields: Record = {
        "ProcessGuid": process.guid,
        "ProcessId": str(process.pid),
        "Image": process.image,
        "FileVersion": version,
        "Description": name.removesuffix(".exe") if known else "-",
        "Product": product,
        "Company": company,
        "OriginalFileName": name,
        "CommandLine": process.command_line,
        "CurrentDirectory": "C:\\Windows\\system32\\",
        "User": process.account.full,
        "LogonGuid": process.logon_guid,
        "LogonId": hex(process.logon_id),
        "TerminalSessionId": str(process.terminal),
        "IntegrityLevel": process.integrity,
        "Hashes": image_hashes(process.image),
        "ParentProcessGuid": creator.guid,
        "ParentProcessId": str(creator.pid),
        "ParentImage": creator.image,
        "ParentCommandLine": creator.command_line or "-",
    }
    return sysmon(1, process.host, fields)


def process_terminate(process: Process) -> Record:
    """Return Sysmon event 5."""
    fields = {"ProcessGuid": process.guid, "ProcessId": str(process.pid), "Image": process.image}
    return sysmon(5, process.host, fields)


def network(process: Process, ends: tuple[str, int, str, int], *, inbound: bool, protocol: str = "tcp") -> Record:
    """Return Sysmon event 3 for ``ends`` (source address and port, destination address and port)."""
    fields: Record = {
        "ProcessGuid": process.guid,
        "ProcessId": str(process.pid),
        "Image": process.image,
        "User": process.account.full,
        "Protocol": protocol,
        "Initiated": "false" if inbound else "true",
        "SourceIsIpv6": "false",
        "SourceIp": ends[0],
        "SourceHostname": "-",
        "SourcePort": str(ends[1]),
        "SourcePortName": "-",
        "DestinationIsIpv6": "false",
        "DestinationIp": ends[2],
        "DestinationHostname": "-",
        "DestinationPort": str(ends[3]),
        "DestinationPortName": "-",
    }
    return sysmon(3, process.host, fields)


def dns_query(process: Process, name: str, address: str) -> Record:
    """Return Sysmon event 22: ``name`` resolved to ``address``."""
    fields: Record = {
        "ProcessGuid": process.guid,
        "ProcessId": str(process.pid),
        "Image": process.image,
        "QueryName": name,
        "QueryStatus": "0",
        "QueryResults": f"::ffff:{address};",
    }
    return sysmon(22, process.host, fields)


def process_access(source: Process, target: Process, mask: str) -> Record:
    """Return Sysmon event 10: ``source`` opened ``target`` with the rights in ``mask``."""
    fields: Record = {
        "SourceProcessGUID": source.guid,
        "SourceProcessId": str(source.pid),
        "SourceThreadId": str(source.pid + 28),
        "SourceImage": source.image,
        "TargetProcessGUID": target.guid,
        "TargetProcessId": str(target.pid),
        "TargetImage": target.image,
        "GrantedAccess": mask,
        "CallTrace": "C:\\Windows\\SYSTEM32\\ntdll.dll+9c534|C:\\Windows\\System32\\KERNELBASE.dll+305fe",
        "ProcessId": str(source.pid),
    }
    return sysmon(10, source.host, fields)


def file_created(process: Process, path: str, host: Host) -> Record:
    """Return Sysmon event 11; the creation time is that of the event."""
    fields: Record = {
        "ProcessGuid": process.guid,
        "ProcessId": str(process.pid),
        "Image": process.image,
        "TargetFilename": path,
        "CreationUtcTime": "",
    }
    return sysmon(11, host, fields)


def registry_set(process: Process, key: str, value: str) -> Record:
    """Return Sysmon event 13."""
    fields: Record = {
        "ProcessGuid": process.guid,
        "ProcessId": str(process.pid),
        "Image": process.image,
        "TargetObject": key,
        "Details": value,
    }
    return sysmon(13, process.host, fields)
