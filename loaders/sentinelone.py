"""SentinelOne's Cloud Funnel 2 (JSON lines) and exports of Deep Visibility with the same dotted names.

Seen: `event.type` Login, Logout, Process Creation, Process Exit, IP Connect, DNS Resolved, File Creation, Modification,
Rename and Deletion, Registry Value and Key events, Module Load, and indicators. Event time is `event.time`, in
milliseconds; `timestamp` has no date. The machine is `endpoint.name`. A process is known by its `*.process.uid`.
`src.endpoint.ip.address` of a Login is where it came from.

Known gaps: Deep Visibility's older CSV (`EndpointName`, `SrcProcUid` …) isn't read; commands of scripts are evidence.

References:
    https://github.com/elastic/integrations/tree/main/packages/sentinel_one_cloud_funnel
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphhunt.model import (
    Connection,
    Detection,
    DnsQuery,
    Fact,
    FileAction,
    Logoff,
    Logon,
    ProcessEnd,
    ProcessStart,
    RegistryAction,
    Skipped,
)
from graphhunt.sources.recognition import Columns, Keys

from . import _values as v
from ._paths import at
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_Event = dict[str, Any]
_NEEDED = ("event.type", "event.time", "endpoint.name", "agent.uuid")
_LOGON_TYPES = {
    "INTERACTIVE": 2, "NETWORK": 3, "BATCH": 4, "SERVICE": 5, "UNLOCK": 7, "NETWORK_CLEAR_TEXT": 8,
    "NEW_CREDENTIALS": 9, "REMOTE_INTERACTIVE": 10, "CACHED_INTERACTIVE": 11,
}  # fmt: skip
_OTHER = Skipped("unmapped: sentinelone event")


class SentineloneLoader(RecordLoader):
    """Reads events of SentinelOne."""

    name = "sentinelone"
    signatures = (Keys(*_NEEDED), Columns(*_NEEDED))

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is."""
        kind = v.text(at(record, "event.type")) if isinstance(record, dict) else None
        if kind is None or not isinstance(record, dict):
            return _OTHER
        indicator = at(record, "event.category") == "indicators"
        read = _indicator if indicator else _EVENTS.get(kind)
        if read is None:
            return _OTHER
        time = v.micros(at(record, "event.time"))
        if time is None:
            return NO_TIME
        base = {
            "time": time[0],
            "host": v.text(at(record, "endpoint.name")) or v.text(at(record, "agent.uuid")),
            "code": "sentinelone/indicator" if indicator else f"sentinelone/{kind.replace(' ', '')}",
            "record_id": v.text(at(record, "event.id")),
        }
        return read(base, record)


def _process(event: _Event, end: str) -> dict[str, Any]:
    return {
        "guid": v.text(at(event, f"{end}.process.uid")),
        "pid": v.pid(at(event, f"{end}.process.pid")),
        "path": v.text(at(event, f"{end}.process.image.path")) or v.text(at(event, f"{end}.process.name")),
    }


def _user(event: _Event, end: str = "src") -> dict[str, Any]:
    user, domain = v.account(at(event, f"{end}.process.user"))
    return {"user": user, "domain": domain}


def _hashes(event: _Event, prefix: str) -> dict[str, Any]:
    lengths = (("md5", 32), ("sha1", 40), ("sha256", 64))
    return {name: digits for name, length in lengths if (digits := v.digest(at(event, f"{prefix}.{name}"), length))}


def _account(event: _Event) -> dict[str, Any]:
    name = v.text(at(event, "event.login.accountName")) or v.text(at(event, "event.login.userName"))
    kind = (v.text(at(event, "event.login.type")) or "").upper()
    return {
        "user": name,
        "domain": v.text(at(event, "event.login.accountDomain")),
        "sid": v.sid(at(event, "event.login.accountSid")),
        "logon_id": v.logon_id(at(event, "event.login.sessionId")),
        "logon_type": _LOGON_TYPES.get(kind),
    }


def _login(base: dict[str, Any], event: _Event) -> list[Fact]:
    succeeded = v.boolean(at(event, "event.login.loginIsSuccessful"))
    actor = _process(event, "src")
    return [
        Logon(
            **base,
            **_account(event),
            success=succeeded is not False,
            status=v.text(at(event, "event.login.failureReason")),
            source_ip=v.ip(at(event, "src.endpoint.ip.address")),
            process_path=actor["path"],
            process_pid=actor["pid"],
        )
    ]


def _logout(base: dict[str, Any], event: _Event) -> list[Fact]:
    return [Logoff(**base, **_account(event))]


def _creation(base: dict[str, Any], event: _Event) -> list[Fact]:
    parent, maker = _process(event, "src"), _user(event)
    level = v.text(at(event, "tgt.process.integrityLevel"))
    return [
        ProcessStart(
            **base,
            **_process(event, "tgt"),
            **_user(event, "tgt"),
            command_line=v.text(at(event, "tgt.process.cmdline")),
            integrity=level.capitalize() if level else None,
            parent_guid=parent["guid"],
            parent_pid=parent["pid"],
            parent_path=parent["path"],
            parent_command_line=v.text(at(event, "src.process.cmdline")),
            creator_user=maker["user"],
            creator_domain=maker["domain"],
            **_hashes(event, "tgt.process.image"),
        )
    ]


def _exit(base: dict[str, Any], event: _Event) -> list[Fact]:
    return [ProcessEnd(**base, **_process(event, "src"))]


def _connection(base: dict[str, Any], event: _Event) -> list[Fact]:
    direction = (v.text(at(event, "event.network.direction")) or "").upper()
    return [
        Connection(
            **base,
            **_process(event, "src"),
            **_user(event),
            source_ip=v.ip(at(event, "src.ip.address")),
            source_port=v.port(at(event, "src.port.number")),
            destination_ip=v.ip(at(event, "dst.ip.address")),
            destination_port=v.port(at(event, "dst.port.number")),
            direction={"OUTGOING": "outbound", "INCOMING": "inbound"}.get(direction),
            allowed=v.text(at(event, "event.network.connectionStatus")) in ("SUCCESS", None),
        )
    ]


def _dns(base: dict[str, Any], event: _Event) -> list[Fact]:
    told = v.text(at(event, "event.dns.response")) or ""
    answers = [each.strip().rpartition(" ")[2] for each in told.split(";") if each.strip()]
    query = v.text(at(event, "event.dns.request"))
    return [DnsQuery(**base, **_process(event, "src"), query=query, answers=answers)]


def _file(base: dict[str, Any], event: _Event) -> list[Fact]:
    return [
        FileAction(
            **base,
            **_process(event, "src"),
            **_user(event),
            operation=_FILES[str(at(event, "event.type"))],
            target=v.text(at(event, "tgt.file.path")),
            **_hashes(event, "tgt.file"),
        )
    ]


def _module(base: dict[str, Any], event: _Event) -> list[Fact]:
    target = v.text(at(event, "module.path"))
    hashes = _hashes(event, "module")
    return [FileAction(**base, **_process(event, "src"), **_user(event), operation="load", target=target, **hashes)]


def _registry(base: dict[str, Any], event: _Event) -> list[Fact]:
    return [
        RegistryAction(
            **base,
            **_process(event, "src"),
            **_user(event),
            operation=_KEYS[str(at(event, "event.type"))],
            key=v.registry_key(at(event, "registry.keyPath")),
            value=v.text(at(event, "registry.value")),
        )
    ]


def _indicator(base: dict[str, Any], event: _Event) -> list[Fact]:
    return [
        Detection(
            **base,
            **_process(event, "src"),
            **_user(event),
            rule=v.text(at(event, "indicator.name")),
            level=v.text(at(event, "indicator.severity")),
            target=v.text(at(event, "indicator.category")),
        )
    ]


_FILES = {"File Creation": "create", "File Modification": "modify", "File Deletion": "delete", "File Rename": "rename"}
_KEYS = {"Registry Value Create": "create", "Registry Value Modified": "modify", "Registry Value Delete": "delete",
         "Registry Key Create": "create", "Registry Key Delete": "delete", "Registry Key Rename": "rename"}  # fmt: skip
_EVENTS: dict[str, Callable[[dict[str, Any], _Event], list[Fact]]] = {
    "Login": _login, "Logout": _logout, "Process Creation": _creation, "Process Exit": _exit,
    "IP Connect": _connection, "DNS Resolved": _dns, "DNS Unresolved": _dns, "Module Load": _module,
    **dict.fromkeys(_FILES, _file), **dict.fromkeys(_KEYS, _registry),
}  # fmt: skip
