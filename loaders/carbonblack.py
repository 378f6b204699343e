"""Events that Carbon Black Cloud's data forwarder writes (`endpoint.event.*`, JSON lines).

Seen: procstart, procend, netconn, filemod, regmod, moduleload, crossproc, scriptload. Event time is `device_timestamp`
(`2026-03-02 08:33:00.123 +0000 UTC`); `backend_timestamp` is arrival. The machine is `device_name` without its domain;
`device_external_ip` is no address of it. Processes are known by their guids. A procstart tells of the process that
was made (`childproc_*`), where it has one, by `process_*`, else of `process_*` itself.

Known gaps: what was fetched by a script (`fileless_scriptload`) and alerts of the platform are evidence only.

References:
    https://developer.carbonblack.com/reference/carbon-black-cloud/platform/latest/data-forwarder-config-api/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphhunt.model import (
    Connection,
    Fact,
    FileAction,
    ProcessAccess,
    ProcessEnd,
    ProcessStart,
    RegistryAction,
    Skipped,
)
from graphhunt.sources.recognition import Columns, Keys

from . import _values as v
from ._paths import digests
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_Event = dict[str, Any]
_NEEDED = ("type", "process_guid", "device_name", "device_timestamp")
_PREFIX = "endpoint.event."
_DENIED = frozenset({"ACTION_BLOCK", "ACTION_DENY", "ACTION_TERMINATE"})
_OTHER = Skipped("unmapped: carbonblack event")


class CarbonblackLoader(RecordLoader):
    """Reads endpoint events of Carbon Black Cloud."""

    name = "carbonblack"
    signatures = (Keys(*_NEEDED), Columns(*_NEEDED))

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is."""
        kind = v.text(record.get("type")) if isinstance(record, dict) else None
        read = _EVENTS.get(kind.removeprefix(_PREFIX)) if kind else None
        if read is None or kind is None or not isinstance(record, dict):
            return _OTHER
        time = v.micros(record.get("device_timestamp"))
        if time is None:
            return NO_TIME
        base = {
            "time": time[0],
            "guessed_time": not time[1],
            "host": v.account(record.get("device_name"))[0],
            "code": f"carbonblack/{kind.removeprefix(_PREFIX)}",
            "record_id": v.text(record.get("event_id")),
        }
        return read(base, record)


def _process(event: _Event) -> dict[str, Any]:
    return {
        "guid": v.text(event.get("process_guid")),
        "pid": v.pid(event.get("process_pid")),
        "path": v.text(event.get("process_path")),
    }


def _user(event: _Event, name: str = "process_username") -> dict[str, Any]:
    user, domain = v.account(event.get(name))
    return {"user": user, "domain": domain}


def _start(base: dict[str, Any], event: _Event) -> list[Fact]:
    process, maker = _process(event), _user(event)
    if v.text(event.get("childproc_guid")) is None:
        return [
            ProcessStart(
                **base,
                **process,
                **maker,
                command_line=v.text(event.get("process_cmdline")),
                parent_guid=v.text(event.get("parent_guid")),
                parent_pid=v.pid(event.get("parent_pid")),
                parent_path=v.text(event.get("parent_path")),
                parent_command_line=v.text(event.get("parent_cmdline")),
                **digests(event.get("process_hash")),
            )
        ]
    return [
        ProcessStart(
            **base,
            guid=v.text(event.get("childproc_guid")),
            pid=v.pid(event.get("childproc_pid")),
            path=v.text(event.get("childproc_name")),
            command_line=v.text(event.get("childproc_cmdline")),
            **_user(event, "childproc_username"),
            parent_guid=process["guid"],
            parent_pid=process["pid"],
            parent_path=process["path"],
            parent_command_line=v.text(event.get("process_cmdline")),
            creator_user=maker["user"],
            creator_domain=maker["domain"],
            **digests(event.get("childproc_hash")),
        )
    ]


def _end(base: dict[str, Any], event: _Event) -> list[Fact]:
    return [ProcessEnd(**base, **_process(event))]


def _connection(base: dict[str, Any], event: _Event) -> list[Fact]:
    incoming = v.boolean(event.get("netconn_inbound"))
    ours = v.ip(event.get("local_ip")), v.port(event.get("local_port")), None
    theirs = v.ip(event.get("remote_ip")), v.port(event.get("remote_port")), v.text(event.get("netconn_domain"))
    source, destination = (theirs, ours) if incoming else (ours, theirs)
    protocol = v.text(event.get("netconn_protocol"))
    return [
        Connection(
            **base,
            **_process(event),
            **_user(event),
            protocol=protocol.removeprefix("PROTO_").lower() if protocol else None,
            source_ip=source[0],
            source_port=source[1],
            source_name=source[2],
            destination_ip=destination[0],
            destination_port=destination[1],
            destination_name=destination[2],
            direction={True: "inbound", False: "outbound"}.get(incoming) if incoming is not None else None,
            allowed=v.text(event.get("sensor_action")) not in _DENIED,
        )
    ]


def _file(base: dict[str, Any], event: _Event) -> list[Fact]:
    operation = _operation(event, _FILES)
    target = v.text(event.get("filemod_name"))
    hashes = digests(event.get("filemod_hash"))
    return [FileAction(**base, **_process(event), **_user(event), operation=operation, target=target, **hashes)]


def _module(base: dict[str, Any], event: _Event) -> list[Fact]:
    target = v.text(event.get("modload_name")) or v.text(event.get("scriptload_name"))
    hashes = digests(event.get("modload_hash") or event.get("scriptload_hash"))
    return [FileAction(**base, **_process(event), **_user(event), operation="load", target=target, **hashes)]


def _registry(base: dict[str, Any], event: _Event) -> list[Fact]:
    key = v.registry_key(event.get("regmod_name"))
    return [RegistryAction(**base, **_process(event), **_user(event), operation=_operation(event, _KEYS), key=key)]


def _cross(base: dict[str, Any], event: _Event) -> list[Fact]:
    """Read what one process did to another; the other one acts where the record says that it was the target."""
    ours = _process(event)
    theirs: dict[str, Any] = {
        "guid": v.text(event.get("crossproc_guid")), "path": v.text(event.get("crossproc_name")),
    }  # fmt: skip
    actor, target = (theirs, ours) if v.boolean(event.get("crossproc_target")) else (ours, theirs)
    thread = "THREAD" in (v.text(event.get("action")) or "")
    return [
        ProcessAccess(
            **base,
            **actor,
            **{f"target_{name}": value for name, value in target.items()},
            operation="inject" if thread else "access",
        )
    ]


def _operation(event: _Event, table: dict[str, str]) -> str:
    stated = v.text(event.get("action")) or ""
    return next((operation for word, operation in table.items() if word in stated), "modify")


_FILES = {"DELETE": "delete", "CREATE": "create", "RENAME": "rename", "READ": "read", "WRITE": "modify"}
_KEYS = {"DELETE": "delete", "CREATE": "create", "RENAME": "rename", "WRITE": "modify"}
_EVENTS: dict[str, Callable[[dict[str, Any], _Event], list[Fact]]] = {
    "procstart": _start, "procend": _end, "netconn": _connection, "netconn_proxy": _connection, "filemod": _file,
    "regmod": _registry, "moduleload": _module, "scriptload": _module, "crossproc": _cross,
}  # fmt: skip
