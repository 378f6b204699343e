"""Events of Cortex XDR as its dataset `xdr_data` exports them (JSON lines).

Seen: `event_type` PROCESS, NETWORK, FILE, REGISTRY, LOAD_IMAGE and EVENT_LOG, also as `ENUM.PROCESS`. Event time is
`_time`, in milliseconds; `_insert_time` is arrival. The machine is `agent_hostname`. Processes are known by their
`*_instance_id`. An EVENT_LOG is the Windows event in `action_evtlog_data_fields`, read by the table of all of them.

Known gaps: rendered messages (`action_evtlog_message`) are evidence; INJECTION and RPC_CALL events aren't read.

References:
    https://docs-cortex.paloaltonetworks.com/r/Cortex-XDR/Cortex-XDR-XQL-Schema-Reference
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphhunt.model import Connection, Fact, FileAction, ProcessEnd, ProcessStart, RegistryAction, Skipped
from graphhunt.sources.recognition import Columns, Keys

from . import _values as v
from . import _windows
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader
from ._windows_event import Event, channel_of

_Row = dict[str, Any]
_NEEDED = ("event_type", "agent_hostname", "_time", "actor_process_instance_id")
_OTHER = Skipped("unmapped: cortex event")


class CortexXdrLoader(RecordLoader):
    """Reads events of Cortex XDR."""

    name = "cortex_xdr"
    signatures = (Keys(*_NEEDED), Columns(*_NEEDED))

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is."""
        if not isinstance(record, dict):
            return _OTHER
        kind = (v.text(record.get("event_type")) or "").removeprefix("ENUM.")
        if kind != "EVENT_LOG" and kind not in _EVENTS:
            return _OTHER
        time = v.micros(record.get("_time")) or v.micros(record.get("event_timestamp"))
        if time is None:
            return NO_TIME
        if kind == "EVENT_LOG":
            return _event_log(record, time)
        base = {
            "time": time[0],
            "guessed_time": not time[1],
            "host": v.text(record.get("agent_hostname")) or v.text(record.get("agent_id")),
            "code": f"cortex/{kind}",
            "record_id": v.text(record.get("event_id")),
        }
        return _EVENTS[kind](base, record) or _OTHER


def _event_log(row: _Row, time: tuple[int, bool]) -> Outcome:
    """Read the Windows event that a row carries."""
    number, data = v.number(row.get("action_evtlog_event_id")), row.get("action_evtlog_data_fields")
    provider = (v.text(row.get("action_evtlog_provider_name")) or "").lower()
    if number is None or not isinstance(data, dict):
        return Skipped("an event log without its fields")
    event = Event(
        channel=channel_of(v.text(row.get("action_evtlog_channel")), provider),
        id=number,
        time=time[0],
        host=v.text(row.get("agent_hostname")),
        data=data,
        provider=provider,
        guessed=not time[1],
        record=v.text(row.get("action_evtlog_record_id")),
    )
    return _windows.outcome(event)


def _actor(row: _Row) -> dict[str, Any]:
    return {
        "guid": v.text(row.get("actor_process_instance_id")),
        "pid": v.pid(row.get("actor_process_os_pid")),
        "path": v.text(row.get("actor_process_image_path")) or v.text(row.get("actor_process_image_name")),
    }


def _user(row: _Row, name: str = "actor_effective_username") -> dict[str, Any]:
    user, domain = v.account(row.get(name))
    return {"user": user, "domain": domain}


def _hashes(row: _Row, prefix: str) -> dict[str, Any]:
    lengths = (("md5", 32), ("sha1", 40), ("sha256", 64))
    return {name: digits for name, length in lengths if (digits := v.digest(row.get(f"{prefix}_{name}"), length))}


def _subtype(row: _Row) -> str:
    return (v.text(row.get("event_sub_type")) or "").removeprefix("ENUM.")


def _process(base: dict[str, Any], row: _Row) -> list[Fact]:
    process: dict[str, Any] = {
        "guid": v.text(row.get("action_process_instance_id")),
        "pid": v.pid(row.get("action_process_os_pid")),
        "path": v.text(row.get("action_process_image_path")) or v.text(row.get("action_process_image_name")),
    }
    kind = _subtype(row)
    if kind in ("PROCESS_STOP", "PROCESS_TERMINATE"):
        return [ProcessEnd(**base, **process)]
    if kind not in ("PROCESS_START", ""):
        return []
    parent, maker = _actor(row), _user(row)
    return [
        ProcessStart(
            **base,
            **process,
            **_user(row, "action_process_username"),
            sid=v.sid(row.get("action_process_user_sid")),
            command_line=v.text(row.get("action_process_image_command_line")),
            parent_guid=parent["guid"],
            parent_pid=parent["pid"],
            parent_path=parent["path"],
            parent_command_line=v.text(row.get("actor_process_command_line")),
            creator_user=maker["user"],
            creator_domain=maker["domain"],
            **_hashes(row, "action_process_image"),
        )
    ]


def _network(base: dict[str, Any], row: _Row) -> list[Fact]:
    serving = v.boolean(row.get("action_network_is_server"))
    ours = v.ip(row.get("action_local_ip")), v.port(row.get("action_local_port")), None
    name = v.text(row.get("action_external_hostname"))
    theirs = v.ip(row.get("action_remote_ip")), v.port(row.get("action_remote_port")), name
    source, destination = (theirs, ours) if serving else (ours, theirs)
    protocol = v.text(row.get("action_network_protocol"))
    return [
        Connection(
            **base,
            **_actor(row),
            **_user(row),
            protocol=v.protocol(protocol.removeprefix("ENUM.")) if protocol else None,
            source_ip=source[0],
            source_port=source[1],
            source_name=source[2],
            destination_ip=destination[0],
            destination_port=destination[1],
            destination_name=destination[2],
            direction=None if serving is None else "inbound" if serving else "outbound",
            allowed="FAILED" not in _subtype(row),
            bytes_out=v.number(row.get("action_total_upload")),
            bytes_in=v.number(row.get("action_total_download")),
        )
    ]


def _file(base: dict[str, Any], row: _Row) -> list[Fact]:
    operation = _operation(row, _FILES)
    target = v.text(row.get("action_file_path")) or v.text(row.get("action_file_name"))
    return [_act(base, row, operation, target, _hashes(row, "action_file"))] if operation else []


def _image(base: dict[str, Any], row: _Row) -> list[Fact]:
    return [_act(base, row, "load", v.text(row.get("action_module_path")), _hashes(row, "action_module"))]


def _act(base: dict[str, Any], row: _Row, operation: str, target: str | None, hashes: dict[str, Any]) -> FileAction:
    return FileAction(**base, **_actor(row), **_user(row), operation=operation, target=target, **hashes)


def _registry(base: dict[str, Any], row: _Row) -> list[Fact]:
    operation = _operation(row, _KEYS)
    if operation is None:
        return []
    key = v.registry_key(row.get("action_registry_key_name"), row.get("action_registry_value_name"))
    data = v.text(row.get("action_registry_data"))
    return [RegistryAction(**base, **_actor(row), **_user(row), operation=operation, key=key, value=data)]


def _operation(row: _Row, table: dict[str, str]) -> str | None:
    kind = _subtype(row)
    return next((operation for word, operation in table.items() if word in kind), None)


_FILES = {"CREATE": "create", "WRITE": "modify", "REMOVE": "delete", "DELETE": "delete", "RENAME": "rename",
          "OPEN": "access"}  # fmt: skip
_KEYS = {"CREATE": "create", "SET": "modify", "DELETE": "delete", "RENAME": "rename"}
_EVENTS: dict[str, Callable[[dict[str, Any], _Row], list[Fact]]] = {
    "PROCESS": _process, "NETWORK": _network, "FILE": _file, "REGISTRY": _registry, "LOAD_IMAGE": _image,
}  # fmt: skip
