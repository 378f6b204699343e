"""Linux audit logs (`audit.log`): `type=SYSCALL msg=audit(1604994496.155:92733): …`, and what tools make of them.

Lines with the same time, serial number and node are one event and become one record. Seen: auditd 2.8 and 3, raw and
enriched, with and without `node=`; `ausearch` (its dates and `----` between events) and `ausearch -i` (local dates,
names for numbers); the kernel's own form with numbers for types; laurel's JSON, one event a line. Event time is that
of the message. `ausearch -i` writes it without a zone, in the order of the user's language: the order is taken from a
date in the file that shows it, else the month stands first where `/` is between the numbers, the zone is UTC, and
such times are marked as guessed. The machine is `node=` or `NODE` (`name_format` in auditd.conf); with `NONE` the log
doesn't name it.

An execve becomes a ProcessStart, a connect to an address a Connection, PATH records of created and deleted files a
FileAction, USER_LOGIN a Logon (also failed), USER_LOGOUT and the end of a PAM session of sshd or login a Logoff,
ADD_USER and DEL_USER an AccountChange, SYSTEM_BOOT and SYSTEM_SHUTDOWN a MachineState. Session numbers stand in for
LogonIds; a process that runs as another account than the one that logged on (after `sudo`) is of that session, but
its account didn't log on. `EOE` ends its event and is no record. All other events are kept as evidence.

Known gaps: accounts are numbers unless the log is enriched. In `ausearch -i` an argument with ` a1=` in it can't be
told from two. Lines of one event that come one by one inside another format are told apart: then a started program
has its arguments, but not who ran it.

References:
    https://github.com/linux-audit/audit-documentation/wiki
    https://github.com/threathunters-io/laurel/blob/master/man/laurel.8.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphhunt.model import FileWarning, Record, Rejected
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import Head, Keys, Line

from . import _audit_facts, _audit_lines, _json, _laurel, _text
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_NOT_AUDIT = Rejected("not an audit record")
_UNDECIDED = "no date shows its order: month taken first; zone not stated"
_TOO_LARGE = Rejected(_text.TOO_LARGE)
_BETWEEN = re.compile(rb"(?:----|time->[^\n]{0,64})\s*\Z")
_OPEN_MOST = 64
_SINGLE = ("USER", "CRED", "SERVICE", "DAEMON", "ADD", "DEL", "SYSTEM")
_EVENT_MOST = 1024 * 1024


class AuditdLoader(RecordLoader):
    """Reads Linux audit logs."""

    name = "auditd"
    signatures = (
        Line(_audit_lines.START, 4),
        Keys("ID", "SYSCALL.syscall"),
        Keys("ID", "NODE", "SYSCALL"),
        *(Keys("ID", kind, absent=("id",)) for kind in ("USER_LOGIN", "USER_END", "ADD_USER", "DEL_USER")),
    )

    def by_line(self, head: bytes) -> bool:
        """Tell whether each line is a record of its own: that is so of laurel's only."""
        return _json.is_lines(head)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is: laurel's, or the lines of one."""
        if isinstance(record, dict):
            return _of_laurel(record)
        return _again(record.split("\n"), "") if isinstance(record, str) else _NOT_AUDIT

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every event as one record, when its last line was read."""
        head = source.head()
        if Head.of(head).objects:
            return super().read(source)
        return self._events(source, _order(head))

    def context(self, source: Source) -> str:
        """Give the order of the numbers in its dates."""
        return _order(source.head()) or "none"

    def again(self, held: Held) -> Outcome | None:
        """Say what an event that is kept is."""
        if held.raw[:1] == "{":
            return _json.again(held, _of_laurel)
        order = held.context if held.context in ("dmy", "mdy") else ""
        return None if held.rejected == _text.TOO_LARGE else _again(held.raw.split("\n"), order)

    def _events(self, source: Source, order: str) -> Iterator[Record | FileWarning]:
        if _audit_lines.is_undecided(source.head()):
            yield FileWarning(
                source.name, self.name, "dates don't show their order: month taken first; zone not stated"
            )
        # Only `ausearch` writes lines between events; elsewhere one must not part the lines of an event.
        parted = bool(_BETWEEN.match(_text.first_line(_text.head_text(source.head()))[0]))
        waiting = _Waiting(order)
        with _text.reader(source) as stream:
            for number, line in _text.lines(stream):
                if parted and _BETWEEN.match(line):
                    yield from waiting.all()
                    continue
                if len(line) > _text.LINE_MOST:
                    yield Record(_text.cut(line), f"line {number}", _TOO_LARGE)
                    yield FileWarning(source.name, self.name, _text.TOO_LARGE, f"line {number}")
                    continue
                raw = _text.decode(line.rstrip(b"\r\n"))
                found = _audit_lines.told(raw)
                if found is None:
                    yield Record(raw, f"line {number}", _NOT_AUDIT)
                    if not line.endswith(b"\n"):
                        yield FileWarning(source.name, self.name, _text.CUT_OFF, f"line {number}")
                    continue
                yield from waiting.take(number, raw, found)
        yield from waiting.all()


def _order(head: bytes) -> str:
    return _audit_lines.date_order(_text.head_text(head))


def _of_laurel(event: dict[str, Any]) -> Outcome:
    stamp = _laurel.stamp(event)
    return _NOT_AUDIT if stamp is None else _audit_facts.outcome(stamp.base, _laurel.lines(event))


def _again(lines: list[str], order: str) -> Outcome:
    event: _Event | None = None
    for line in lines:
        found = _audit_lines.told(line)
        if found is None:
            return _NOT_AUDIT
        event = event or _Event(0, _audit_lines.stamp(found, order))
        event.add(line, _audit_lines.line(found))
    return event.record().outcome if event else _NOT_AUDIT


class _Event:
    """The lines of one event so far."""

    def __init__(self, number: int, stamp: _audit_lines.Stamp) -> None:
        self.stamp = stamp
        self.size = 0
        self._position = f"line {number}"
        self._raw: list[str] = []
        self._lines: list[_audit_lines.Line] = []

    def add(self, raw: str, line: _audit_lines.Line) -> None:
        """Take one more line."""
        self.size += len(raw)
        self._raw.append(raw)
        self._lines.append(line)

    @property
    def is_told(self) -> bool:
        """Tell whether nothing but its end can be missing: the program's title comes last, or first in `ausearch`."""
        return {"PROCTITLE", "SYSCALL"} <= {line.type for line in self._lines}

    def record(self) -> Record:
        """Give the whole event."""
        told = NO_TIME if self.stamp.time is None else _audit_facts.outcome(self.stamp.base, self._lines)
        return Record("\n".join(self._raw), self._position, told)


class _Waiting:
    """The events that aren't whole yet.

    Args:
        order: Of the numbers in dates, dmy or mdy; empty if the file doesn't show it.
    """

    def __init__(self, order: str) -> None:
        self._order = order
        self._open: dict[tuple[str, ...], _Event] = {}
        self._told: tuple[str, ...] | None = None

    def take(self, number: int, raw: str, found: re.Match[str]) -> Iterator[Record]:
        """Take a line, and give the events that are whole with it."""
        key = (
            found["epoch"] or found["date"],
            found["clock"] or "",
            found["milli"],
            found["serial"],
            found["node"] or "",
        )
        if self._told not in (None, key):
            yield self._open.pop(self._told).record()
            self._told = None
        line = _audit_lines.line(found)
        if line.type == "EOE" and key not in self._open:
            return  # the event was told long ago: its end says nothing
        event = self._open.setdefault(key, _Event(number, _audit_lines.stamp(found, self._order)))
        event.add(raw, line)
        if line.type == "EOE" or line.type.startswith(_SINGLE) or event.size > _EVENT_MOST:
            self._told = None
            yield self._open.pop(key).record()
        elif line.type in ("PROCTITLE", "SYSCALL") and event.is_told:
            self._told = key
        elif len(self._open) > _OPEN_MOST:
            yield self._open.pop(next(iter(self._open))).record()

    def all(self) -> Iterator[Record]:
        """Give all events, whole or not."""
        self._told = None
        for key in list(self._open):
            yield self._open.pop(key).record()
