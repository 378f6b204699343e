"""Events of the Open Cybersecurity Schema Framework 1.x: JSON lines, arrays, and Parquet as security lakes keep it.

Seen: Authentication (3002), Account Change (3001), User Access (3005) and Group Management (3006), Process (1007),
Module (1005), File System (1001) and Registry (201001, 201002) Activity, Network (4001) and DNS (4003) Activity,
Security and Detection Finding (2001, 2004). Other classes are kept as evidence. Event time is `time`, in milliseconds,
else `time_dt`; `metadata.logged_time` and `metadata.processed_time` are only arrival. The machine is `device.hostname`,
of a logon else the `dst_endpoint`'s; the product and its collector are none. A process is known by its `uid`, where it
has one, on its machine. Network activity without a process is a flow.

Known gaps: API Activity (6003), HTTP (4002), RDP (4005), SMB (4006) and SSH (4007) Activity are evidence only.

References:
    https://schema.ocsf.io/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphhunt.model import (
    AccountChange,
    Authentication,
    Connection,
    Detection,
    DnsQuery,
    Fact,
    FileAction,
    Flow,
    Logoff,
    Logon,
    ProcessAccess,
    ProcessEnd,
    ProcessStart,
    RegistryAction,
    Rejected,
    Skipped,
)
from graphhunt.sources.recognition import Keys

from . import _values as v
from ._paths import at, listed, part, texts
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_Event = dict[str, Any]
_NO_CLASS = Rejected("no class_uid")
_FAILURE = 2
_INBOUND, _OUTBOUND = 1, 2
_ALGORITHMS = {1: "md5", 2: "sha1", 3: "sha256"}
_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64}
_LOGON_TYPES = frozenset({2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13})
"""Those of Windows; 0, 1 and 99 say nothing of how."""
_OTHER = Skipped("unmapped: ocsf activity")


class OcsfLoader(RecordLoader):
    """Reads OCSF events."""

    name = "ocsf"
    signatures = (Keys("class_uid", "time", "metadata"), Keys("class_uid", "time_dt", "metadata"))

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is."""
        number = v.number(record.get("class_uid")) if isinstance(record, dict) else None
        if number is None or not isinstance(record, dict):
            return _NO_CLASS
        read = _CLASSES.get(number)
        if read is None:
            return Skipped(f"unmapped: ocsf/{number if number < 1_000_000 else 'other'}")
        stated, text = v.micros(record.get("time")), v.micros(record.get("time_dt"))
        time = stated or text
        if time is None:
            return NO_TIME
        base: dict[str, Any] = {
            "time": time[0],
            "guessed_time": not time[1],
            "host": v.text(at(record, "device.hostname")) or v.text(at(record, "device.name")),
            "code": f"ocsf/{number}",
            "record_id": v.text(at(record, "metadata.uid")),
        }
        return read(base, record) or _OTHER


def _activity(event: _Event) -> int:
    return v.number(event.get("activity_id")) or 0


def _account(who: _Event) -> dict[str, Any]:
    return {"user": v.text(who.get("name")), "domain": v.text(who.get("domain")), "sid": v.sid(who.get("uid"))}


def _named(who: _Event) -> dict[str, Any]:
    return {"user": v.text(who.get("name")), "domain": v.text(who.get("domain"))}


def _process(process: _Event) -> dict[str, Any]:
    return {
        "guid": v.text(process.get("uid")),
        "pid": v.pid(process.get("pid")),
        "path": v.text(at(process, "file.path")) or v.text(process.get("name")),
    }


def _actor(event: _Event) -> dict[str, Any]:
    return _process(part(event, "actor.process"))


def _hashes(file: _Event) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in listed(file.get("hashes")):
        if isinstance(each, dict):
            name = _ALGORITHMS.get(v.number(each.get("algorithm_id")) or 0)
            if name and (digits := v.digest(each.get("value"), _LENGTHS[name])):
                found[name] = digits
    return found


def _session(event: _Event) -> str | None:
    return v.logon_id(at(event, "session.uid"))


def _source(event: _Event) -> dict[str, Any]:
    end = part(event, "src_endpoint")
    return {"source_ip": v.ip(end.get("ip")), "source_port": v.port(end.get("port"))}


def _destination(event: _Event) -> dict[str, Any]:
    end = part(event, "dst_endpoint")
    return {"destination_ip": v.ip(end.get("ip")), "destination_port": v.port(end.get("port"))}


def _authentication(base: dict[str, Any], event: _Event) -> list[Fact]:
    activity, who = _activity(event), _account(part(event, "user"))
    base = {**base, "host": base["host"] or v.text(at(event, "dst_endpoint.hostname"))}
    succeeded = v.number(event.get("status_id")) != _FAILURE
    status = None if succeeded else v.text(event.get("status_detail")) or v.text(event.get("status_code"))
    kind = v.number(event.get("logon_type_id"))
    if activity == 1:
        return [
            Logon(
                **base,
                **who,
                **_source(event),
                logon_id=_session(event),
                logon_type=kind if kind in _LOGON_TYPES else None,
                success=succeeded,
                status=status,
                auth_package=v.text(event.get("auth_protocol")),
                workstation=v.text(at(event, "src_endpoint.hostname")),
                process_path=v.text(at(event, "logon_process.name")) or v.text(at(event, "logon_process.file.path")),
            )
        ]
    if activity == 2:
        return [Logoff(**base, **who, logon_id=_session(event), logon_type=kind if kind in _LOGON_TYPES else None)]
    if activity in (3, 4):
        return [
            Authentication(
                **base,
                **who,
                **_source(event),
                protocol=v.text(event.get("auth_protocol")) or "",
                service=v.text(at(event, "service.name")),
                success=succeeded,
                status=status,
            )
        ]
    return []


def _process_activity(base: dict[str, Any], event: _Event) -> list[Fact]:
    activity, process = _activity(event), part(event, "process")
    if activity == 1:
        return [_start(base, event, process)]
    if activity == 2:
        return [ProcessEnd(**base, **_process(process), status=v.text(event.get("exit_code")))]
    if activity in (3, 4):
        target = {f"target_{name}": value for name, value in _process(process).items()}
        rights = v.number(event.get("actual_permissions"))
        return [
            ProcessAccess(
                **base,
                **_actor(event),
                **target,
                **_account(part(event, "actor.user")),
                operation="access" if activity == 3 else "inject",
                granted=None if rights is None else hex(rights),
                rights=rights,
            )
        ]
    return []


def _start(base: dict[str, Any], event: _Event, process: _Event) -> ProcessStart:
    parent = part(process, "parent_process") or part(event, "actor.process")
    maker = part(event, "actor.user")
    began = v.micros(process.get("created_time"))
    if began and began[0] != base["time"]:
        times = {"time": base["time"], "process.created_time": began[0]}
        base = {**base, "time": began[0], "times": times, "time_field": "process.created_time"}
    return ProcessStart(
        **base,
        **_process(process),
        **_account(part(process, "user") or maker),
        command_line=v.text(process.get("cmd_line")),
        working_directory=v.text(process.get("working_directory")),
        logon_id=_session(process) or v.logon_id(at(event, "actor.session.uid")),
        integrity=v.text(process.get("integrity")),
        parent_guid=v.text(parent.get("uid")),
        parent_pid=v.pid(parent.get("pid")),
        parent_path=v.text(at(parent, "file.path")) or v.text(parent.get("name")),
        parent_command_line=v.text(parent.get("cmd_line")),
        creator_user=v.text(maker.get("name")),
        creator_domain=v.text(maker.get("domain")),
        creator_sid=v.sid(maker.get("uid")),
        **_hashes(part(process, "file")),
    )


def _network(base: dict[str, Any], event: _Event) -> list[Fact]:
    protocol = v.text(at(event, "connection_info.protocol_num")) or v.text(at(event, "connection_info.protocol_name"))
    ends: dict[str, Any] = {**_source(event), **_destination(event), "protocol": v.protocol(protocol)}
    traffic: dict[str, Any] = {name: v.number(at(event, f"traffic.{name}")) for name in ("bytes_out", "bytes_in")}
    process = _actor(event)
    if process["guid"] is None and process["pid"] is None:
        return [Flow(**base, **ends, **traffic)]
    direction = v.number(at(event, "connection_info.direction_id"))
    return [
        Connection(
            **base,
            **process,
            **ends,
            **traffic,
            **_named(part(event, "actor.user")),
            source_name=v.text(at(event, "src_endpoint.hostname")),
            destination_name=v.text(at(event, "dst_endpoint.hostname")) or v.text(at(event, "dst_endpoint.domain")),
            direction={_INBOUND: "inbound", _OUTBOUND: "outbound"}.get(direction or 0),
            allowed=_activity(event) not in (4, 5) and v.number(event.get("disposition_id")) != 2,
        )
    ]


def _dns(base: dict[str, Any], event: _Event) -> list[Fact]:
    answers = [v.text(each.get("rdata")) for each in listed(event.get("answers")) if isinstance(each, dict)]
    return [
        DnsQuery(
            **base,
            **_actor(event),
            query=v.text(at(event, "query.hostname")),
            answers=[each for each in answers if each],
            status=v.text(event.get("rcode")),
            source_ip=v.ip(at(event, "src_endpoint.ip")),
        )
    ]


def _file(base: dict[str, Any], event: _Event) -> list[Fact]:
    operation = _FILES.get(_activity(event))
    file = part(event, "file")
    return [_file_action(base, event, file, operation)] if operation else []


def _module(base: dict[str, Any], event: _Event) -> list[Fact]:
    return [_file_action(base, event, part(event, "module.file"), "load")] if _activity(event) == 1 else []


def _file_action(base: dict[str, Any], event: _Event, file: _Event, operation: str) -> FileAction:
    return FileAction(
        **base,
        **_actor(event),
        **_account(part(event, "actor.user")),
        logon_id=v.logon_id(at(event, "actor.session.uid")),
        operation=operation,
        target=v.text(file.get("path")) or v.text(file.get("name")),
        **_hashes(file),
    )


def _registry(base: dict[str, Any], event: _Event) -> list[Fact]:
    operation = _KEYS.get(_activity(event))
    path = v.text(at(event, "reg_key.path")) or v.text(at(event, "reg_value.path"))
    if operation is None:
        return []
    return [
        RegistryAction(
            **base,
            **_actor(event),
            **_named(part(event, "actor.user")),
            operation=operation,
            key=v.registry_key(path, at(event, "reg_value.name")),
            value=v.text(at(event, "reg_value.data")),
        )
    ]


def _account_change(base: dict[str, Any], event: _Event) -> list[Fact]:
    action = _ACCOUNTS.get(_activity(event)) if base["code"] == "ocsf/3001" else "change"
    return [_change(base, event, action, "user")] if action else []


def _group(base: dict[str, Any], event: _Event) -> list[Fact]:
    action = _GROUPS.get(_activity(event))
    return [_change(base, event, action, "group")] if action else []


def _change(base: dict[str, Any], event: _Event, action: str, kind: str) -> AccountChange:
    group, target = _account(part(event, "group")), _account(part(event, "user"))
    return AccountChange(
        **base,
        **_account(part(event, "actor.user")),
        **{f"target_{name}": value for name, value in target.items()},
        logon_id=v.logon_id(at(event, "actor.session.uid")),
        group=group["user"],
        group_domain=group["domain"],
        group_sid=group["sid"],
        action=action,
        object_type=kind,
        privileges=texts(event.get("privileges")),
        success=v.number(event.get("status_id")) != _FAILURE,
    )


def _finding(base: dict[str, Any], event: _Event) -> list[Fact]:
    info = part(event, "finding_info") or part(event, "finding")
    attacks = [each for each in listed(event.get("attacks") or info.get("attacks")) if isinstance(each, dict)]
    found = [v.text(at(each, "sub_technique.uid")) or v.text(at(each, "technique.uid")) for each in attacks]
    evidence = next((each for each in listed(event.get("evidences")) if isinstance(each, dict)), event)
    severity = v.text(event.get("severity"))
    hashes = _hashes(part(evidence, "file"))
    hashes.pop("sha1", None)
    return [
        Detection(
            **base,
            **_process(part(evidence, "process") or part(evidence, "actor.process")),
            **_account(part(evidence, "user") or part(evidence, "actor.user")),
            **hashes,
            detection_id=v.text(info.get("uid")),
            rule=v.text(info.get("title")),
            level=severity.lower() if severity else None,
            technique=[each for each in found if each],
            action=v.text(event.get("disposition")) or v.text(event.get("action")),
            target=v.text(at(evidence, "file.path")),
            source_ip=v.ip(at(evidence, "src_endpoint.ip")),
            destination_ip=v.ip(at(evidence, "dst_endpoint.ip")),
        )
    ]


_FILES = {1: "create", 2: "read", 3: "modify", 4: "delete", 5: "rename"}
_KEYS = {1: "create", 2: "access", 3: "modify", 4: "delete", 5: "rename"}
_ACCOUNTS = {1: "create", 2: "enable", 3: "change-password", 4: "reset-password", 5: "disable", 6: "delete",
             7: "change", 8: "change", 9: "lock", 12: "unlock"}  # fmt: skip
_GROUPS = {3: "add-member", 4: "remove-member", 5: "delete", 6: "create"}
_CLASSES: dict[int, Callable[[dict[str, Any], _Event], list[Fact]]] = {
    1001: _file, 1005: _module, 1007: _process_activity, 201001: _registry, 201002: _registry, 2001: _finding,
    2004: _finding, 3001: _account_change, 3002: _authentication, 3005: _account_change, 3006: _group, 4001: _network,
    4003: _dns,
}  # fmt: skip
