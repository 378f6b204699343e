"""What logs of traffic have in common: which end is the server, what was refused, and the times that devices write."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from graphhunt.model import Flow

from . import _values as v

_CLIENTS_FROM = 32_768
"""The lowest port that Linux gives to clients; those of other systems are higher."""

_REFUSED = re.compile(
    r"(?:^|[\W_])(?:den(?:y|ied)|drop(?:ped)?|block(?:ed)?|reject(?:ed)?|refused?|discard(?:ed)?|prevent(?:ed)?"
    r"|reset(?:[-_]\w+)?|sinkhole)(?:$|[\W_])",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?P<year>\d{4}) (?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)"
    r"(?:\.(?P<fraction>\d{1,9}))?(?: (?P<zone>UTC|GMT|Z|[+-]\d\d:?\d\d))?"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NANOSECONDS = 10**17
_DIGITS = 20
_LONGEST = 64


def refused(action: object) -> bool:
    """Tell whether the word for what a device did says that it let nothing through."""
    return isinstance(action, str) and len(action) <= _LONGEST and _is_refusal(action)


@lru_cache(maxsize=1024)
def _is_refusal(action: str) -> bool:
    return _REFUSED.search(action) is not None


def is_reply(source_port: int | None, destination_port: int | None) -> bool:
    """Tell by the ports whether a record of one way tells of the way back: from a service to a client."""
    return bool(source_port and destination_port) and (source_port or 0) < _CLIENTS_FROM <= (destination_port or 0)


def one_way(base: dict[str, Any], flow: dict[str, Any], sent: int | None) -> Flow:
    """Give the flow of a record that tells of one way of it: the way back is turned round, what it sent came in.

    Args:
        base: The fields of any fact.
        flow: Those of a flow, with the ends as written.
        sent: Bytes that went from source to destination.
    """
    if not is_reply(flow["source_port"], flow["destination_port"]):
        return Flow(**base, **flow, bytes_out=sent)
    turned = {
        "source_ip": flow["destination_ip"],
        "source_port": flow["destination_port"],
        "destination_ip": flow["source_ip"],
        "destination_port": flow["source_port"],
    }
    return Flow(**base, **{**flow, **turned}, bytes_in=sent)


def address(value: object) -> str | None:
    """Give an address; None for what is none."""
    return _address(value) if isinstance(value, str) and len(value) <= _LONGEST else None


@lru_cache(maxsize=16384)
def _address(value: str) -> str | None:
    """Read an address; most records of a log share theirs."""
    ip = v.ip(value)
    return ip if v.is_address(ip) else None


def epoch(value: object) -> tuple[int, bool] | None:
    """Read a time as a number, or as the digits of one: its size tells seconds, ms, µs and ns apart."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS:
        value = int(value)
    number = v.number(value)
    if number is not None and number >= _NANOSECONDS:
        return number // 1_000, True
    if number is None and isinstance(value, str) and len(value) <= _LONGEST:
        try:
            return v.micros(float(value))
        except ValueError:
            return None
    return v.micros(number)


def time(value: object) -> tuple[int, bool] | None:
    """Read a time as devices write it into CEF and LEEF: as a number, in ISO 8601 or as `Mar 02 2026 08:56:05.000 UTC`.

    Returns:
        µs since the epoch, and whether the zone is stated.
    """
    if not isinstance(value, str):
        return epoch(value)
    if len(value) > _LONGEST:
        return None
    return epoch(value) if value[:1].isdecimal() and "-" not in value else v.micros(value) or _written(value)


@lru_cache(maxsize=4096)
def _written(value: str) -> tuple[int, bool] | None:
    found = _WRITTEN.fullmatch(value.strip())
    if found is None or found["month"] not in _MONTHS:
        return None
    month = _MONTHS.index(found["month"]) + 1
    clock = int(found["h"]), int(found["m"]), int(found["s"])
    try:
        when = datetime(int(found["year"]), month, int(found["day"]), *clock, tzinfo=_zone(found["zone"]))
    except ValueError:
        return None
    micros = int((found["fraction"] or "").ljust(6, "0")[:6])
    seconds = int(when.timestamp())
    return (seconds * 1_000_000 + micros, found["zone"] is not None) if seconds > 0 else None


def _zone(stated: str | None) -> timezone:
    if stated is None or stated[0] not in "+-":
        return UTC
    digits = stated.replace(":", "")
    away = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-away if digits[0] == "-" else away)
