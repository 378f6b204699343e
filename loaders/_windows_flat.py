"""JSON layouts of Windows events as collectors write them: each is brought into an `Event`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from . import _event_xml
from . import _values as v
from ._windows_event import Event, channel_of, is_refused

_QUARTER = 15 * 60 * 1_000_000
_ZONE_MOST = 14 * 4
_DEEPEST_PATH = 32
_SENTINEL_TIMES = ("TimeGenerated", "TimeCreated", "SystemTime", "EventTime", "@timestamp")
"""The first that is stated is the event's; the last is its arrival."""
_COLUMN_TYPES = ("_string", "_dynamic")
_ECS_SYSMON = (
    ("ProcessGuid", ("process", "entity_id")),
    ("ProcessId", ("process", "pid")),
    ("Image", ("process", "executable")),
    ("CommandLine", ("process", "command_line")),
    ("CurrentDirectory", ("process", "working_directory")),
    ("ParentProcessGuid", ("process", "parent", "entity_id")),
    ("ParentProcessId", ("process", "parent", "pid")),
    ("ParentImage", ("process", "parent", "executable")),
    ("ParentCommandLine", ("process", "parent", "command_line")),
    ("Protocol", ("network", "transport")),
    ("SourceIp", ("source", "ip")),
    ("SourcePort", ("source", "port")),
    ("DestinationIp", ("destination", "ip")),
    ("DestinationPort", ("destination", "port")),
    ("QueryName", ("dns", "question", "name")),
    ("TargetFilename", ("file", "path")),
    ("TargetObject", ("registry", "path")),
    ("PipeName", ("file", "name")),
)
"""Sysmon fields that the beats' own module moves away from event_data, and where to."""


def event_of(record: dict[str, Any]) -> Event | None:
    """Bring a record of any known JSON layout into an event; None if it has no Windows event id."""
    if isinstance(record.get("winlog"), dict):
        return _ecs(record, record["winlog"])
    if "EventID" in record:
        if isinstance(record.get("EventData"), dict) and "Computer" in record:
            return _sentinel(record)
        return _nxlog(record) if "EventTime" in record or "SourceModuleType" in record else _sentinel(record)
    if "event_id" in record and ("log_name" in record or "event_data" in record):
        return _winlogbeat(record, record)
    tree = record.get("Event")
    if isinstance(tree, dict):
        return _event_xml.event_of_tree(tree)
    if isinstance(record.get("System"), dict):
        return _velociraptor(record, record["System"])
    if "winlog.event_id" in record:
        return event_of(_unfold(record))
    return _syslog(record.get("SyslogMessage"))


def _syslog(message: Any) -> Event | None:
    """Read an event that is the XML text of a syslog message, as Sysmon for Linux writes it."""
    if not isinstance(message, str) or not message.lstrip().startswith("<Event"):
        return None
    root = _event_xml.parse(message.strip())
    if root is None:
        # Syslog cuts messages at 2 KiB: what stands before the cut is whole.
        whole = message.rpartition("</Data>")[0]
        root = _event_xml.parse(f"{whole.strip()}</Data></EventData></Event>")
    return None if root is None else _event_xml.event_of_element(root)


def _nxlog(record: dict[str, Any]) -> Event | None:
    """NXLog's flat record: event fields and its own stand side by side.

    `EventTime` is local and mostly without zone; `EventReceivedTime` is the same clock at arrival and
    `@timestamp` the arrival in UTC, so that their difference in whole quarter hours is the zone.
    """
    number = event_id(record.get("EventID"))
    if number is None:
        return None
    get = record.get
    pid = record.get("ExecutionProcessID")
    if pid is None:
        # Older versions write the logger's PID under this name, over the event's own field.
        pid = record.pop("ProcessID", None)
    user = domain = sid = None
    if "UserID" in record:
        sid, user, domain = v.sid(get("UserID")), v.text(record.pop("AccountName", None)), v.text(get("Domain"))
    provider = (v.text(get("SourceName")) or "").lower()
    time, guessed = _nxlog_time(get)
    return Event(
        channel_of(v.text(get("Channel")), provider),
        number,
        time,
        v.text(get("Hostname")),
        record,
        provider,
        guessed,
        v.text(get("Message")),
        sid,
        user,
        domain,
        v.pid(pid),
        is_refused(get("Keywords")),
        v.text(get("RecordNumber")),
        _nxlog_times(get, time),
        "EventTime" if v.micros(get("EventTime")) else "@timestamp",
    )


def _nxlog_time(get: Callable[[str], Any]) -> tuple[int | None, bool]:
    event, arrival = v.micros(get("EventTime")), v.micros(get("@timestamp"))
    if event is None:
        return (arrival[0] if arrival else None), True
    time, zoned = event
    if zoned:
        return time, False
    zone = _zone(arrival, v.micros(get("EventReceivedTime")))
    return (time, True) if zone is None else (time + zone, False)


def _nxlog_times(get: Callable[[str], Any], time: int | None) -> dict[str, int]:
    """Give the times of a record; the one it was logged at in UTC where its zone is known."""
    times = v.stated_times(get, "@timestamp")
    return {"EventTime": time, **times} if time is not None and v.micros(get("EventTime")) else times


def _zone(arrival: tuple[int, bool] | None, received: tuple[int, bool] | None) -> int | None:
    """Give UTC minus local time in µs, or None where that can't be told."""
    if arrival is None or received is None:
        return None
    quarters = (arrival[0] - received[0] + _QUARTER // 2) // _QUARTER
    return None if abs(quarters) > _ZONE_MOST else quarters * _QUARTER


def _winlogbeat(record: dict[str, Any], winlog: dict[str, Any]) -> Event | None:
    """Winlogbeat 6 (fields at the top) and 7+ (below `winlog`); `@timestamp` is the event's own time."""
    get = winlog.get
    number = event_id(get("event_id"))
    if number is None:
        return None
    user = _mapping(get("user"))
    provider = (v.text(get("source_name") or get("provider_name")) or "").lower()
    time = v.micros(record.get("@timestamp"))
    process = _mapping(get("process"))
    return Event(
        channel_of(v.text(get("log_name") or get("channel")), provider),
        number,
        time[0] if time else None,
        v.text(get("computer_name")),
        _mapping(get("event_data")) or _mapping(get("user_data")),
        provider,
        False,
        v.text(record.get("message")),
        v.sid(user.get("identifier")),
        v.text(user.get("name")),
        v.text(user.get("domain")),
        v.pid(get("process_id") or process.get("pid")),
        is_refused(get("keywords")),
        v.text(get("record_id") or get("record_number")),
        _beat_times(record),
        "@timestamp",
    )


def _beat_times(record: dict[str, Any]) -> dict[str, int]:
    """Give the times of a record: when the event was written, read by the beat, and stored."""
    below = _mapping(record.get("event"))
    arrivals = v.stated_times(below.get, "created", "ingested")
    return v.stated_times(record.get, "@timestamp") | {f"event.{name}": time for name, time in arrivals.items()}


def _ecs(record: dict[str, Any], winlog: dict[str, Any]) -> Event | None:
    if "event_id" not in winlog:
        winlog["event_id"] = _mapping(record.get("event")).get("code")
    event = _winlogbeat(record, winlog)
    if event is not None and event.channel == "Sysmon":
        _restore(record, event.data)
    return event


def _restore(record: dict[str, Any], data: dict[str, Any]) -> None:
    """Put fields that were moved to ECS names back, where the event's own are gone."""
    for name, path in _ECS_SYSMON:
        if name not in data:
            found: Any = record
            for step in path:
                found = _mapping(found).get(step)
            if found is not None:
                data[name] = found
    user = _mapping(record.get("user"))
    if "User" not in data and isinstance(user.get("name"), str):
        data["User"] = f"{user['domain']}\\{user['name']}" if isinstance(user.get("domain"), str) else user["name"]
    found = _mapping(_mapping(record.get("process")).get("hash"))
    if "Hashes" not in data and found:
        data["Hashes"] = ",".join(f"{name}={value}" for name, value in found.items())


def _sentinel(record: dict[str, Any]) -> Event | None:
    """Azure's tables (SecurityEvent, Event, WindowsEvent) and other flat layouts without a collector's times.

    `TimeGenerated` is the event's own time there, `TimeCollected` the arrival.
    """
    number = event_id(record.get("EventID"))
    if number is None:
        return None
    get = record.get
    provider = (v.text(get("Provider") or get("EventSourceName") or get("SourceName") or get("Source")) or "").lower()
    times = v.stated_times(get, *_SENTINEL_TIMES, "TimeCollected")
    chosen = next((name for name in _SENTINEL_TIMES if name in times), None)
    return Event(
        channel_of(v.text(get("Channel") or get("EventLog")), provider),
        number,
        times[chosen] if chosen else None,
        v.text(get("Computer") or get("Hostname")),
        _payload(get("EventData")) or _columns(record),
        provider,
        chosen == "@timestamp",
        v.text(get("Message") or get("RenderedDescription")),
        v.sid(get("UserId") or get("UserID")),
        refused=is_refused(get("Keywords")),
        record=v.text(get("EventRecordId") or get("EventRecordID")),
        times=times,
        time_field=chosen,
    )


def _velociraptor(record: dict[str, Any], system: dict[str, Any]) -> Event | None:
    """Rows of Velociraptor's `parse_evtx`: the parsed event without the tree's attributes, times in seconds."""
    number = event_id(system.get("EventID"))
    if number is None:
        return None
    provider = (v.text(_mapping(system.get("Provider")).get("Name")) or "").lower()
    time = v.micros(_mapping(system.get("TimeCreated")).get("SystemTime"))
    data = _mapping(record.get("EventData"))
    wrapped = next((each for each in _mapping(record.get("UserData")).values() if isinstance(each, dict)), {})
    return Event(
        channel_of(v.text(system.get("Channel")), provider),
        number,
        time[0] if time else None,
        v.text(system.get("Computer")),
        data or wrapped,
        provider,
        message=v.text(record.get("Message")),
        sid=v.sid(_mapping(system.get("Security")).get("UserID")),
        pid=v.pid(_mapping(system.get("Execution")).get("ProcessID")),
        refused=is_refused(system.get("Keywords")),
        record=v.text(system.get("EventRecordID")),
        times={"SystemTime": time[0]} if time else {},
        time_field="SystemTime",
    )


def _columns(record: dict[str, Any]) -> dict[str, Any]:
    """Give a table's columns, also under their names without the type that tables append on a clash."""
    for name in [name for name in record if name.endswith(_COLUMN_TYPES)]:
        record.setdefault(name.rpartition("_")[0], record[name])
    return record


def _payload(data: Any) -> dict[str, Any]:
    """Read event data that is nested, or written as JSON or XML text."""
    if not isinstance(data, str):
        return _mapping(data)
    start = data.lstrip()[:1]
    if start == "<":
        return _event_xml.data_of_text(data)
    try:
        return _mapping(orjson.loads(data)) if start == "{" else {}
    except orjson.JSONDecodeError:
        return {}


def event_id(value: Any) -> int | None:
    """Read an event id: a number, its text, or the parsed form of one with qualifiers."""
    if isinstance(value, dict):
        value = value.get("#text", value.get("Value"))
    return v.number(value, 0xFFFF)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unfold(record: dict[str, Any]) -> dict[str, Any]:
    """Nest a record whose names are dotted paths (`winlog.event_data.Image`)."""
    nested: dict[str, Any] = {}
    for name, value in record.items():
        if name.count(".") > _DEEPEST_PATH:
            continue  # no layout's; each dot would cost a dict
        *path, last = name.split(".")
        place = nested
        for step in path:
            below = place.setdefault(step, {})
            if not isinstance(below, dict):
                break
            place = below
        else:
            place[last] = value
    return nested
