"""Syslog: a header of RFC 3164 or RFC 5424, or only a priority, before each record.

The header's host is the machine only of plain text lines; a record that names its own came by a relay. A time without
year lies in the newest year in which it isn't after the file's last change, and a time without zone is UTC; both are
guessed.

Known gaps: messages of several lines.

References:
    https://datatracker.ietf.org/doc/html/rfc3164
    https://datatracker.ietf.org/doc/html/rfc5424
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Line

from .. import _times
from .. import _values as v
from .._record import Hints, Payload
from ._envelope import Envelope, Inner

_PRIORITY = r"(?:<\d{1,3}>)"
_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_MONTH_DAY = r"[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?"
_OLD = re.compile(rf"{_PRIORITY}?(?P<time>{_MONTH_DAY}|{_ISO}) (?P<host>[^\s:]\S*) (?P<rest>.*)", re.DOTALL)
_NEW = re.compile(
    rf"{_PRIORITY}\d{{1,2}} (?P<time>-|{_ISO}) (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ (?P<rest>.*)", re.DOTALL
)
_ONLY_PRIORITY = re.compile(rf"{_PRIORITY}\s?(?P<rest>.*)", re.DOTALL)
_TAG = re.compile(r"(?P<program>[\w./@-]{1,64})(?:\[(?P<pid>\d{1,10})\])?:\s?")
_ELEMENT = re.compile(r'\[[^\s\]="]+(?: [^\s\]="]+="[^"\\]*+(?:\\.[^"\\]*+)*+")*\]', re.DOTALL)
_SHORT = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) +(?P<day>\d+) (?:(?P<year>\d{4}) )?(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)(?:\.(?P<f>\d+))?"
)
_HEADERLESS = re.compile(r"(?:CEF|LEEF):")
_DAY = 86_400
_SECOND = 1_000_000
_FARTHEST_YEAR = 8
"""A 29 February may lie so many years back."""

_NO_LINE = Rejected("not a syslog line")


class SyslogEnvelope(Envelope):
    """Reads lines behind a syslog header."""

    name = "syslog"
    signatures = (
        Line(rf"{_PRIORITY}\d{{1,2}} (?:-|{_ISO}) \S+ \S+ \S+ \S+ ".encode(), weight=2),
        Line(rf"{_PRIORITY}?{_MONTH_DAY} [^\s:]\S* ".encode(), weight=2),
        Line(rf"{_PRIORITY}?{_ISO} [^\s:]\S* (?:[\w./@-]{{1,64}}(?:\[\d{{1,10}}\])?:\s|[{{<])".encode(), weight=2),
        Line(_PRIORITY.encode(), weight=1),
    )

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Take the header off a line."""
        if not isinstance(record, str):
            return _NO_LINE
        new = _NEW.match(record)
        if new:
            time = _times.read(new["time"])
            program, pid = v.text(new["program"]), v.pid(new["pid"])
            return [Inner(_message(new["rest"]), _around(hints, time, new["host"], program, pid))]
        old = _OLD.match(record)
        if old is None:
            only = _ONLY_PRIORITY.match(record)
            return [Inner(only["rest"], hints)] if only else _NO_LINE
        time = _times.read(old["time"]) or short_time(old["time"], hints)
        if _HEADERLESS.match(old["rest"]):
            return [Inner(old["rest"], _around(hints, time, old["host"], None, None))]
        tag = _TAG.match(old["rest"])
        rest = old["rest"][tag.end() :] if tag else old["rest"]
        program = tag["program"].rpartition("/")[2] if tag else None
        return [Inner(rest, _around(hints, time, old["host"], program, v.pid(tag["pid"]) if tag else None))]


def short_time(text: str, hints: Hints) -> _times.Time | None:
    """Read a time without zone and mostly without year.

    An envelope's time gives year and zone where it has one, and the fraction of the second where it is within one.
    """
    found = _SHORT.match(text)
    month = _times.MONTHS.get(found["month"].lower()) if found else None
    if found is None or month is None:
        return None
    clock = int(found["h"]), int(found["m"]), int(found["s"])
    known = hints.time // _SECOND if hints.time else 0
    newest = (known or hints.newest) + _DAY
    last = int(found["year"] or datetime.fromtimestamp(newest, UTC).year)
    for year in range(last, last - 1 if found["year"] else last - 1 - _FARTHEST_YEAR, -1):
        try:
            when = int(datetime(year, month, int(found["day"]), *clock, tzinfo=UTC).timestamp())
        except ValueError:
            continue
        if when <= newest:
            within = known and abs(when - known) <= 1
            fraction = hints.time % _SECOND if within and hints.time else int((found["f"] or "0").ljust(6, "0")[:6])
            return when * _SECOND + fraction, bool(known)
    return None


def _around(hints: Hints, time: _times.Time | None, host: str, program: str | None, pid: int | None) -> Hints:
    stated = v.text(host)
    return hints._replace(
        time=time[0] if time else hints.time,
        guessed=not time[1] if time else hints.guessed,
        host=stated or hints.host,
        program=program,
        pid=pid,
    )


def _message(rest: str) -> str:
    """Give what stands behind the structured data."""
    at = 1 if rest.startswith("-") else 0
    while not rest.startswith("-") and (element := _ELEMENT.match(rest, at)):
        at = element.end()
    return rest[at:].lstrip(" ").removeprefix("\ufeff")
