"""CrowdStrike Falcon's events as the Falcon Data Replicator writes them (JSON lines), or as LogScale exports them.

Seen: `event_simpleName` ProcessRollup2, SyntheticProcessRollup2, EndOfProcess, UserLogon, UserLogonFailed,
UserLogonFailed2, UserLogoff, NetworkConnectIP4/6, NetworkReceiveAcceptIP4/6, DnsRequest, all that end in FileWritten,
and Asep*; and rows of aidmaster, which name the machine of a sensor (`aid`) whenever they come. LogScale's
`#event_simpleName` and the older names that end in `_decimal` are the same. Event time is `ProcessStartTime`,
`LogonTime`, else `ContextTimeStamp`; `timestamp` is arrival. The machine is `aid`, or `ComputerName` where an event
has it. A process is known by `aid` and `TargetProcessId`; `RawProcessId` is its pid. `aip` is the address that the
sensor was seen from outside: no address of the machine.

Known gaps: events of other names are evidence only; names of accounts stand in logons, processes state SIDs.

References:
    https://falcon.crowdstrike.com/documentation/page/e3ce0b24/events-data-dictionary
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from graphhunt.model import (
    Connection,
    DnsQuery,
    Fact,
    FileAction,
    Logoff,
    Logon,
    MachineState,
    ProcessEnd,
    ProcessStart,
    RegistryAction,
    Skipped,
)
from graphhunt.sources.recognition import Columns, Keys

from . import _values as v
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_Get: TypeAlias = Callable[[str], Any]
_MASTER = ("aid", "ComputerName", "MachineDomain")
_INTEGRITY = {"4096": "Low", "8192": "Medium", "8448": "Medium", "12288": "High", "16384": "System"}
_OTHER = Skipped("unmapped: falcon event")
_NO_NAME = Skipped("a sensor without a name")


class CrowdstrikeFdrLoader(RecordLoader):
    """Reads Falcon's events and the names of its sensors' machines."""

    name = "crowdstrike_fdr"
    signatures = (
        Keys("event_simpleName", "aid"),
        Keys("#event_simpleName", "aid"),
        Keys(*_MASTER, absent=("event_simpleName", "#event_simpleName")),
        Columns("event_simpleName", "aid"),
        Columns(*_MASTER),
    )

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is, or a row of aidmaster."""
        if not isinstance(record, dict):
            return _OTHER

        def get(name: str) -> Any:
            found = record.get(name)
            return record.get(f"{name}_decimal") if found is None else found

        kind = v.text(record.get("event_simpleName")) or v.text(record.get("#event_simpleName"))
        if kind is None:
            return _master(get)
        read = _EVENTS.get(kind) or _by_ending(kind)
        if read is None:
            return _OTHER
        context = v.micros(get("ContextTimeStamp"))
        own = v.micros(get("ProcessStartTime" if read is _process else "LogonTime" if read is _logon else ""))
        time = own or context
        if time is None:
            return NO_TIME
        base = {
            "time": time[0],
            "host": v.text(get("ComputerName")) or v.text(get("aid")),
            "code": f"falcon/{kind if kind in _EVENTS else 'file'}" if read is not _registry else "falcon/asep",
            "record_id": v.text(get("id")),
        }
        return read(base, get)


def _by_ending(kind: str) -> Callable[[dict[str, Any], _Get], list[Fact]] | None:
    if kind.endswith("FileWritten"):
        return _written
    return _registry if kind.startswith("Asep") else None


def _master(get: _Get) -> Outcome:
    time = v.micros(get("Time")) or v.micros(get("AgentLocalTime")) or v.micros(get("FirstSeen"))
    name, domain = v.text(get("ComputerName")), v.text(get("MachineDomain"))
    if time is None:
        return NO_TIME
    if name is None:
        return _NO_NAME
    target = f"{name}.{domain}" if domain and "." in domain and "." not in name else name
    host = v.text(get("aid"))
    return [MachineState(time=time[0], host=host, code="falcon/aidmaster", state="named", target=target)]


def _guid(get: _Get, name: str) -> str | None:
    """Name a process by its sensor and the number that the sensor gave it."""
    number, sensor = v.text(get(name)), v.text(get("aid"))
    return f"{sensor}:{number}" if number and sensor and number != "0" else None


def _process(base: dict[str, Any], get: _Get) -> list[Fact]:
    level = v.text(get("IntegrityLevel"))
    return [
        ProcessStart(
            **base,
            guid=_guid(get, "TargetProcessId"),
            pid=v.pid(get("RawProcessId")),
            path=v.text(get("ImageFileName")),
            command_line=v.text(get("CommandLine")),
            user=v.text(get("UserName")),
            sid=v.sid(get("UserSid")),
            logon_id=v.logon_id(get("AuthenticationId")),
            terminal_session=v.number(get("SessionId"), v.PID_MAX),
            integrity=_INTEGRITY.get(level, level) if level else None,
            md5=v.digest(get("MD5HashData"), 32),
            sha1=v.digest(get("SHA1HashData"), 40),
            sha256=v.digest(get("SHA256HashData"), 64),
            parent_guid=_guid(get, "ParentProcessId"),
            parent_path=v.text(get("ParentBaseFileName")),
        )
    ]


def _end(base: dict[str, Any], get: _Get) -> list[Fact]:
    pid = v.pid(get("RawProcessId"))
    return [ProcessEnd(**base, guid=_guid(get, "TargetProcessId"), pid=pid, status=v.text(get("ExitCode")))]


def _account(get: _Get) -> dict[str, Any]:
    return {
        "user": v.text(get("UserName")),
        "domain": v.text(get("LogonDomain")),
        "sid": v.sid(get("UserSid")),
        "logon_id": v.logon_id(get("AuthenticationId")),
        "logon_type": v.number(get("LogonType"), 255),
    }


def _logon(base: dict[str, Any], get: _Get) -> list[Fact]:
    failed = base["code"] != "falcon/UserLogon"
    return [
        Logon(
            **base,
            **_account(get),
            success=not failed,
            status=v.hexadecimal(get("SubStatus")) or v.hexadecimal(get("Status")) if failed else None,
            auth_package=v.text(get("AuthenticationPackage")),
            workstation=v.text(get("ClientComputerName")),
            source_ip=v.ip(get("RemoteAddressIP4")) or v.ip(get("RemoteAddressIP6")) or v.ip(get("RemoteIP")),
        )
    ]


def _logoff(base: dict[str, Any], get: _Get) -> list[Fact]:
    return [Logoff(**base, **_account(get))]


def _connection(base: dict[str, Any], get: _Get) -> list[Fact]:
    incoming = v.text(get("ConnectionDirection")) == "1" or "Receive" in base["code"]
    ours = v.ip(get("LocalAddressIP4")) or v.ip(get("LocalAddressIP6")), v.port(get("LocalPort"))
    theirs = v.ip(get("RemoteAddressIP4")) or v.ip(get("RemoteAddressIP6")), v.port(get("RemotePort"))
    source, destination = (theirs, ours) if incoming else (ours, theirs)
    return [
        Connection(
            **base,
            guid=_guid(get, "ContextProcessId"),
            protocol=v.protocol(get("Protocol")),
            source_ip=source[0],
            source_port=source[1],
            destination_ip=destination[0],
            destination_port=destination[1],
            direction="inbound" if incoming else "outbound",
        )
    ]


def _dns(base: dict[str, Any], get: _Get) -> list[Fact]:
    told = ";".join(filter(None, (v.text(get(name)) for name in ("IP4Records", "IP6Records", "CNAMERecords"))))
    return [
        DnsQuery(
            **base,
            guid=_guid(get, "ContextProcessId"),
            query=v.text(get("DomainName")),
            answers=[each for each in told.split(";") if each],
            status=v.text(get("QueryStatus")),
        )
    ]


def _written(base: dict[str, Any], get: _Get) -> list[Fact]:
    return [
        FileAction(
            **base,
            guid=_guid(get, "ContextProcessId"),
            sid=v.sid(get("UserSid")),
            logon_id=v.logon_id(get("AuthenticationId")),
            operation="create",
            target=v.text(get("TargetFileName")),
            md5=v.digest(get("MD5HashData"), 32),
            sha256=v.digest(get("SHA256HashData"), 64),
        )
    ]


def _registry(base: dict[str, Any], get: _Get) -> list[Fact]:
    return [
        RegistryAction(
            **base,
            guid=_guid(get, "ContextProcessId"),
            logon_id=v.logon_id(get("AuthenticationId")),
            operation="modify",
            key=v.registry_key(get("RegObjectName"), get("RegValueName")),
            value=v.text(get("RegStringValue")),
        )
    ]


_EVENTS: dict[str, Callable[[dict[str, Any], _Get], list[Fact]]] = {
    **dict.fromkeys(("ProcessRollup2", "SyntheticProcessRollup2"), _process),
    "EndOfProcess": _end,
    **dict.fromkeys(("UserLogon", "UserLogonFailed", "UserLogonFailed2"), _logon),
    "UserLogoff": _logoff,
    **dict.fromkeys(
        ("NetworkConnectIP4", "NetworkConnectIP6", "NetworkReceiveAcceptIP4", "NetworkReceiveAcceptIP6"), _connection
    ),
    "DnsRequest": _dns,
}
