"""The rows that methods give: one class per kind of row, whose fields are the columns of its table, in order.

A field `child_md5` is the column `ChildMd5`. Times are microseconds UTC in the graph and aware datetimes here.
What the telemetry doesn't say is None.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Column(NamedTuple):
    """A column of a table: its name, the field it shows, and its kind (`datetime`, `date`, `int`, …)."""

    name: str
    field: str
    kind: str


@dataclass(slots=True)
class Row:
    """One row of a result; `entity_fields` says which fields name entities to go on with."""

    entity_fields: ClassVar[dict[str, str]] = {}


@dataclass(slots=True)
class Action(Row):
    """What a process (the parent) did to something (the child): the columns that all tables of acts begin with."""

    entity_fields: ClassVar[dict[str, str]] = {"Process": "process_id", "User": "user_id", "Machine": "muid"}

    date_time: datetime | None = None
    muid: str | None = None
    logged_user: str | None = None
    child_filename: str | None = None
    child_path: str | None = None
    child_md5: str | None = None
    child_pid: int | None = None
    parent_filename: str | None = None
    parent_md5: str | None = None
    parent_pid: int | None = None
    command_line: str | None = None
    remote_ip: str | None = None
    operation: str | None = None


@dataclass(slots=True)
class Marked(Action):
    """An act with its attributes."""

    remote_session: bool | None = None
    external: bool | None = None
    fresh_unknown: bool | None = None
    lan_shared: bool | None = None


@dataclass(slots=True)
class Execution(Marked):
    """A process made or ended, a thread made in another process, or a module loaded."""

    process_id: str | None = None
    parent_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class TreeExecution(Row):
    """A process of an execution tree; `depth` is negative above the process asked for."""

    entity_fields: ClassVar[dict[str, str]] = Action.entity_fields

    date_time: datetime | None = None
    muid: str | None = None
    logged_user: str | None = None
    child_filename: str | None = None
    child_md5: str | None = None
    child_pid: int | None = None
    parent_filename: str | None = None
    parent_md5: str | None = None
    parent_pid: int | None = None
    command_line: str | None = None
    remote_ip: str | None = None
    operation: str | None = None
    child_path: str | None = None
    depth: int | None = None
    process_id: str | None = None
    parent_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class FileAction(Marked):
    """What a process (the parent) did to a file (the child)."""

    entity_fields: ClassVar[dict[str, str]] = {**Action.entity_fields, "File": "file_id"}

    last_seen: datetime | None = None
    actions: int | None = None
    process_id: str | None = None
    file_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class RegistryAction(Action):
    """What a process (the parent) did to a registry key; there is no child process, so those columns are empty."""

    key: str | None = None
    value: str | None = None
    last_seen: datetime | None = None
    actions: int | None = None
    process_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class Connection(Row):
    """A process's connections with one address, port, protocol, direction and outcome."""

    entity_fields: ClassVar[dict[str, str]] = {
        "Process": "process_id", "User": "user_id", "Machine": "muid", "IP": "remote_ip",
    }  # fmt: skip

    date_time: datetime | None = None
    date: date | None = None
    muid: str | None = None
    logged_user: str | None = None
    parent_filename: str | None = None
    parent_pid: int | None = None
    remote_ip: str | None = None
    remote_port: int | None = None
    local_ip: str | None = None
    local_port: int | None = None
    protocol: str | None = None
    direction: str | None = None
    ipv4_status: str | None = None
    last_seen: datetime | None = None
    connections: int | None = None
    blocked: bool | None = None
    bytes_out: int | None = None
    bytes_in: int | None = None
    process_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class Detection(Row):
    """What a product or rule found."""

    entity_fields: ClassVar[dict[str, str]] = {
        "Alert": "alert_id", "Process": "process_id", "User": "user_id", "Machine": "muid", "File": "file_id",
    }  # fmt: skip

    date_time: datetime | None = None
    client_id: str | None = None
    muid: str | None = None
    logged_user: str | None = None
    child_md5: str | None = None
    child_path: str | None = None
    child_filename: str | None = None
    parent_md5: str | None = None
    parent_path: str | None = None
    parent_filename: str | None = None
    winning_tech: str | None = None
    detection_id: str | None = None
    action: str | None = None
    rule: str | None = None
    level: str | None = None
    alert_id: str | None = None
    process_id: str | None = None
    file_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class Block(Detection):
    """What a product stopped."""


@dataclass(slots=True)
class LogonSession(Row):
    """One logon session of an account on a machine."""

    entity_fields: ClassVar[dict[str, str]] = {"User": "user_id", "Machine": "muid", "IP": "source_ip"}

    date_time: datetime | None = None
    end: datetime | None = None
    muid: str | None = None
    logged_user: str | None = None
    logon_id: str | None = None
    logon_type: int | None = None
    auth_package: str | None = None
    source_ip: str | None = None
    source_machine: str | None = None
    technique: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class RemoteLogon(Row):
    """A logon from a machine or address (`source`) to a machine (`muid`)."""

    entity_fields: ClassVar[dict[str, str]] = {"User": "user_id", "Machine": "muid", "IP": "source_ip"}

    date_time: datetime | None = None
    end: datetime | None = None
    source: str | None = None
    muid: str | None = None
    logged_user: str | None = None
    logon_id: str | None = None
    logon_type: int | None = None
    technique: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    confidence: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class MachineRow(Row):
    """A machine, with when the question's subject was first and last seen there."""

    entity_fields: ClassVar[dict[str, str]] = {"Machine": "muid"}

    muid: str | None = None
    name: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(slots=True)
class UserRow(Row):
    """An account, with when it was first and last seen where the question asks."""

    entity_fields: ClassVar[dict[str, str]] = {"User": "user_id"}

    logged_user: str | None = None
    user_id: str | None = None
    kind: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(slots=True)
class ProcessRow(Row):
    """One process instance."""

    entity_fields: ClassVar[dict[str, str]] = {"Process": "id", "Machine": "muid"}

    id: str | None = None
    name: str | None = None
    path: str | None = None
    md5: str | None = None
    sha256: str | None = None
    pid: int | None = None
    muid: str | None = None
    command_line: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    stub: bool | None = None


@dataclass(slots=True)
class FileRow(Row):
    """One file: its content where a hash is known, else a path on a machine."""

    entity_fields: ClassVar[dict[str, str]] = {"File": "file_id", "Machine": "muid"}

    name: str | None = None
    path: str | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    muid: str | None = None
    signature: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    file_id: str | None = None


@dataclass(slots=True)
class AddressRow(Row):
    """One address."""

    entity_fields: ClassVar[dict[str, str]] = {"IP": "ip"}

    ip: str | None = None
    scope: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(slots=True)
class DomainRow(Row):
    """One DNS name."""

    entity_fields: ClassVar[dict[str, str]] = {"Domain": "domain"}

    domain: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(slots=True)
class AlertRow(Row):
    """One alert of a product or rule."""

    entity_fields: ClassVar[dict[str, str]] = {"Alert": "alert_id"}

    name: str | None = None
    rule: str | None = None
    level: str | None = None
    technique: list[str] | None = None
    action: str | None = None
    detection_id: str | None = None
    product: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    alert_id: str | None = None


@dataclass(slots=True)
class Neighbour(Row):
    """An entity next to the one asked about, with their relationships of one type added up."""

    date_time: datetime | None = None
    last_seen: datetime | None = None
    relation: str | None = None
    outgoing: bool | None = None
    kind: str | None = None
    id: str | None = None
    name: str | None = None
    relationships: int | None = None
    events: int | None = None


@dataclass(slots=True)
class TimelineRow(Row):
    """One relationship of the entity asked about, with the entity at its other end."""

    date_time: datetime | None = None
    end: datetime | None = None
    relation: str | None = None
    outgoing: bool | None = None
    kind: str | None = None
    id: str | None = None
    name: str | None = None
    events: int | None = None
    relationship_id: str | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class AttackPath(Row):
    """A time-respecting chain of remote logons; `hops` reads from its start to its end."""

    date_time: datetime | None = None
    end: datetime | None = None
    source: str | None = None
    target: str | None = None
    hops: int | None = None
    machines: list[str] | None = None
    users: list[str] | None = None
    techniques: list[str] | None = None
    score: float | None = None
    event_ids: list[str] | None = None


@dataclass(slots=True)
class Evidence(Row):
    """An original record that stands behind what was asked about."""

    date_time: datetime | None = None
    source: str | None = None
    file: str | None = None
    position: str | None = None
    host: str | None = None
    code: str | None = None
    record: str | None = None
    event_id: str | None = None


def columns(kind: type[Row]) -> tuple[Column, ...]:
    """List the columns of a kind of row, in order."""
    name = kind.__name__
    if name not in _COLUMNS:
        _COLUMNS[name] = tuple(Column(_title(field.name), field.name, _kind(field.type)) for field in fields(kind))
    return _COLUMNS[name]


_COLUMNS: dict[str, tuple[Column, ...]] = {}


def _title(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _kind(annotation: Any) -> str:
    return str(annotation).split(" |", 1)[0].split("[", 1)[0]


def moment(value: int | None) -> datetime | None:
    """Turn microseconds UTC into an aware datetime."""
    return None if value is None else _EPOCH + timedelta(0, 0, value)
