"""Reads times in the forms in which tools write them.

One table of forms: ISO 8601, numbers since an epoch, and the forms of browsers, portals and exports. Each form is read
in time linear in its length.

References:
    https://learn.microsoft.com/en-us/windows/win32/api/minwinbase/ns-minwinbase-filetime
    https://learn.microsoft.com/en-us/dotnet/standard/datetime/system-text-json-support
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from . import _values as v

Time = tuple[int, bool]
"""µs since 1970, and whether the zone was stated."""

MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_LONGEST = 64
_FILETIME_1970 = 116_444_736_000_000_000
_FILETIMES = range(_FILETIME_1970, _FILETIME_1970 + 10**17)
_CLOCK = r"(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_ZONE = r"(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)(?:\s+(?:UTC|GMT))?)?"
_NAMED = re.compile(rf"(?P<month>[A-Za-z]{{3,9}})\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})(?: @|,)? {_CLOCK}{_ZONE}")
_WRITTEN = re.compile(
    rf"[A-Za-z]{{3}} (?P<month>[A-Za-z]{{3}}) {{1,2}}(?P<day>\d{{1,2}}) {_CLOCK} (?P<year>\d{{4}}){_ZONE}"
)
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})(?P<mark>[./-])(?P<b>\d{{1,2}})[./-](?P<year>\d{{4}}),? {_CLOCK}{_ZONE}")
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[/-](?P<month>\d\d)[/-](?P<day>\d\d)[T ]{_CLOCK}{_ZONE}")
_MILLISECONDS = re.compile(r"\\?/Date\((?P<ms>-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
_AMBIGUOUS = re.compile(rb"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})[/.-](?:19|20)\d\d(?!\d)")


def read(value: object, day_first: bool | None = None) -> Time | None:
    """Read a time.

    Args:
        value: What stands in the log.
        day_first: Whether the day stands before the month in its file; None if the file doesn't tell.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value in _FILETIMES:
        return (value - _FILETIME_1970) // 10, True
    if not isinstance(value, str):
        return v.micros(value)
    return _written(value, day_first) if len(value) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _written(value: str, day_first: bool | None) -> Time | None:
    clean = value.strip()
    known = v.micros(clean)
    if known is not None:
        return known
    if clean.replace(".", "", 1).isdigit():
        return read(float(clean) if "." in clean else int(clean))
    milliseconds = _MILLISECONDS.fullmatch(clean)
    if milliseconds:
        return int(milliseconds["ms"]) * 1000, True
    for form, date in _FORMS:
        found = form.fullmatch(clean)
        if found:
            return _time(found, date(found, day_first))
    return None


Date = tuple[int, int, int]


def _named(found: re.Match[str], day_first: bool | None) -> Date:
    return int(found["year"]), MONTHS.get(found["month"][:3].lower(), 0), int(found["day"])


def _numbers(found: re.Match[str], day_first: bool | None) -> Date:
    """Read `a/b/year`: what the file tells goes first, then a number that no month has, then the marks between."""
    a, b = int(found["a"]), int(found["b"])
    if day_first is None:
        day_first = a > 12 or (b <= 12 and not found["half"] and found["mark"] == ".")
    return (int(found["year"]), b, a) if day_first else (int(found["year"]), a, b)


def _plain(found: re.Match[str], day_first: bool | None) -> Date:
    return int(found["year"]), int(found["month"]), int(found["day"])


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], bool | None], Date]], ...] = (
    (_YEAR_FIRST, _plain),
    (_NAMED, _named),
    (_YEAR_LAST, _numbers),
    (_WRITTEN, _named),
)


def _time(found: re.Match[str], date: Date) -> Time | None:
    hour = int(found["h"])
    half = (found["half"] or "").lower().replace(".", "")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    zone = _zone(found["zone"])
    try:
        when = datetime(*date, hour, int(found["m"]), int(found["s"] or 0), tzinfo=zone or UTC)
    except ValueError:
        return None
    fraction = int((found["f"] or "").ljust(6, "0")[:6])
    return round(when.timestamp()) * 1_000_000 + fraction, zone is not None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[:1] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes)) if minutes < 24 * 60 else None


def day_first(text: bytes) -> bool | None:
    """Tell from a file's beginning whether the day stands before the month; None if no date tells."""
    told = {
        int(found[1]) > 12
        for found in _AMBIGUOUS.finditer(text)
        if (int(found[1]) > 12) != (int(found[3]) > 12) and found[2] != b"."
    }
    return told.pop() if len(told) == 1 else None
