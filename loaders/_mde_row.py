"""What the tables of Defender XDR have in common: who acted, when, on which device, and how paths are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import orjson

from . import _values as v

Row: TypeAlias = "dict[str, Any]"
Get: TypeAlias = Callable[[str], Any]

TIMES = ("Timestamp", "TimeGenerated")
"""When it happened, and the copy of that in a Log Analytics workspace; an older copy has the second one only."""

_TECHNIQUE = re.compile(r"\bT\d{4}(?:\.\d{3})?\b")
_FIELDS_MOST = 1024 * 1024


def base(get: Get, code: str) -> dict[str, Any] | None:
    """Give what every fact of a row carries; None if it has no usable time."""
    stamp, copied = v.micros(get("Timestamp")), get("TimeGenerated")
    copy = v.micros(copied) if copied else None
    time = stamp or copy
    if time is None:
        return None
    made: dict[str, Any] = {
        "time": time[0],
        "guessed_time": not time[1],
        "host": v.text(get("DeviceName")) or v.text(get("DeviceId")),
        "code": f"mde/{code}",
        "record_id": v.text(get("ReportId")),
    }
    if stamp and copy:
        made["times"] = {"Timestamp": stamp[0], "TimeGenerated": copy[0]}
        made["time_field"] = "Timestamp"
    return made


def acting(get: Get) -> dict[str, Any]:
    """Give the process that did it, and whom it ran as, for facts that name both."""
    return {
        **process(get),
        "user": v.text(get("InitiatingProcessAccountName")),
        "domain": v.text(get("InitiatingProcessAccountDomain")),
    }


def process(get: Get) -> dict[str, Any]:
    """Give the process that did it."""
    return {
        "pid": v.pid(get("InitiatingProcessId")),
        "path": path(get("InitiatingProcessFolderPath"), get("InitiatingProcessFileName")),
    }


def account(get: Get) -> dict[str, Any]:
    """Give the account that did it, and its session."""
    return {
        "user": v.text(get("InitiatingProcessAccountName")),
        "domain": v.text(get("InitiatingProcessAccountDomain")),
        "sid": v.sid(get("InitiatingProcessAccountSid")),
        "logon_id": v.logon_id(get("InitiatingProcessLogonId")),
    }


def path(folder: object, name: object) -> str | None:
    """Give a file's whole path: a folder's column holds the name, too, in most tables and versions."""
    place, last = v.text(folder), v.text(name)
    if place is None or last is None:
        return place or last
    if place.lower().endswith(last.lower()) and place[-len(last) - 1 : -len(last)] in ("\\", "/", ""):
        return place
    mark = "/" if "/" in place and "\\" not in place else "\\"
    return f"{place.rstrip(mark)}{mark}{last}"


def contents(get: Get) -> dict[str, Any]:
    """Give the hashes of a row's file."""
    found: dict[str, Any] = {}
    for name, column, length in (("md5", "MD5", 32), ("sha1", "SHA1", 40), ("sha256", "SHA256", 64)):
        digits = v.digest(get(column), length)
        if digits:
            found[name] = digits
    return found


def more(get: Get) -> dict[str, Any]:
    """Read the members of `AdditionalFields`: JSON in a text, or in the row itself; none if it isn't any."""
    stated = get("AdditionalFields")
    if isinstance(stated, str) and 2 <= len(stated) <= _FIELDS_MOST:
        try:
            stated = orjson.loads(stated)
        except orjson.JSONDecodeError:
            return {}
    return stated if isinstance(stated, dict) else {}


def listed(value: object) -> list[str]:
    """Read a list of texts, which may stand in a text itself."""
    if isinstance(value, str) and value[:1] == "[" and len(value) <= _FIELDS_MOST:
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return []
    return [text for text in map(v.text, value) if text] if isinstance(value, list) else []


def techniques(value: object) -> list[str]:
    """Read technique ids out of `["Service Execution (T1569.002)"]`."""
    return sorted({found for each in listed(value) for found in _TECHNIQUE.findall(each[:1000])})
