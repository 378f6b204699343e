"""When records happened, by their own words: fields that tell times, or the head of a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from graphhunt.errors import UsageError
from graphhunt.times import micros

_TIMES = (
    "utctime", "systemtime", "timecreated", "timegenerated", "eventtime", "time", "ts", "timestamp", "@timestamp",
    "date", "datetime",
)  # fmt: skip
"""Names of fields that say when something happened, the best first."""

_ARRIVAL = "@timestamp"
_QUARTER = 15 * 60 * 1_000_000
_EPOCH_DIGITS = {10: 1_000_000, 13: 1_000, 16: 1}
_NUMBER = re.compile(r"\d{10,16}(?:\.\d+)?")
_ZONE = re.compile(r"\s([+-]\d\d:?\d\d)$")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HEAD = re.compile(
    r"(?:<\d{1,3}>(?:1 )?)?(?:(\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:\d\d)?)"
    r"|([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)) ([\w.-]{1,255}) "
)
"""How a line of syslog begins: with or without a priority, its time in either form, its host."""

_AUDIT = re.compile(r"\bmsg=audit\((\d{10}\.\d{3}):\d+\)")
_DAY = 86_400


class Head(NamedTuple):
    """What the head of a line says: a time in µs UTC, and a host or None."""

    time: int
    host: str | None


def head(raw: str, context: str) -> Head | None:
    """Read the head of a line of syslog or of the audit log; None if it is none.

    Args:
        raw: The record.
        context: What its loader said of the file: for times without a year, its newest, in seconds since 1970.
    """
    audit = _AUDIT.search(raw[:400])
    if audit and (said := _moment(audit[1])):
        return Head(said[0], None)
    found = _HEAD.match(raw)
    if not found:
        return None
    said = _moment(found[1]) if found[1] else None
    time = said[0] if said else _of_year(found, int(context)) if found[2] and context.isdecimal() else None
    return None if time is None else Head(time, found[7])


def _of_year(found: re.Match[str], newest: int) -> int | None:
    """Give a time without year in the newest year in which it isn't after the file's newest."""
    if found[2] not in _MONTHS:
        return None
    month = _MONTHS.index(found[2]) + 1
    day, hour, minute, second = map(int, found.group(3, 4, 5, 6))
    last = datetime.fromtimestamp(newest + _DAY, UTC).year
    for year in range(last, last - 9, -1):  # a 29 February may lie up to eight years back
        try:
            time = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
        if time.timestamp() <= newest + _DAY:
            return micros(time)
    return None


def time_of(fields: Mapping[str, str], low: Mapping[str, str]) -> int | None:
    """Read when the fields of a record say it happened, in µs UTC; None if they don't.

    A local time without its zone gets the zone that the time of arrival shows, to the quarter of an hour.

    Args:
        fields: The fields.
        low: Their names by those in lower case.
    """
    for name in _TIMES:
        found = _moment(fields[low[name]]) if name in low else None
        if found is None:
            continue
        time, zoned = found
        arrival = _moment(fields[low[_ARRIVAL]]) if _ARRIVAL in low else None
        if not zoned and name not in ("utctime", _ARRIVAL) and arrival:
            time += round((arrival[0] - time) / _QUARTER) * _QUARTER
        return time
    return None


@lru_cache(maxsize=4096)
def _moment(text: str) -> tuple[int, bool] | None:
    """Give a time in µs UTC, and whether it states its zone; None if the text is none."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        whole, _, part = text.partition(".")
        factor = _EPOCH_DIGITS.get(len(whole))
        return (int(whole) * factor + int(float(f"0.{part or 0}") * factor), True) if factor else None
    if not 8 <= len(text) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(_ZONE.sub(r"\1", text))
        return micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC)) or 0, moment.tzinfo is not None
    except (ValueError, UsageError):
        return None
