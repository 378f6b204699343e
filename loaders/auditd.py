"""Raw Linux audit logs (`audit.log`): `type=SYSCALL msg=audit(1604994496.155:92733): …`.

Lines with the same time and serial number are one event and become one record. Seen: auditd 2.8, raw and
enriched, with and without `node=`. Event time is that of the message. The machine is `node=`
(`name_format = hostname` in auditd.conf).

An execve becomes a ProcessStart, a connect to an address a Connection, PATH records of created and deleted files
a FileAction, USER_LOGIN a Logon (also failed), USER_LOGOUT and the end of a PAM session of sshd or login a
Logoff. Session numbers stand in for LogonIds. All other events are kept as evidence.

Known gaps: without `node=` the machine isn't known. Accounts are numbers unless the log is enriched.

References:
    https://github.com/linux-audit/audit-documentation/wiki
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _audit_facts, _text

_LINE = re.compile(
    r"(?:node=(\S+) )?type=([A-Z][A-Z_0-9]*) msg=audit\(([1-9]\d{0,11})\.(\d{3}):(\d{1,20})\):[ ]?(.*)", re.DOTALL
)
_START = re.compile(rb"(?:node=\S+ )?type=[A-Z][A-Z_0-9]* msg=audit\(\d+\.\d{3}:\d+\):")
_NOT_AUDIT = Rejected("not an audit record")
_TOO_LARGE = Rejected(_text.TOO_LARGE)
_LAST = ("PROCTITLE", "EOE")
_OPEN_MOST = 64
_SINGLE = ("USER", "CRED", "SERVICE", "DAEMON")
_EVENT_MOST = 1024 * 1024


class AuditdLoader:
    """Reads raw Linux audit logs."""

    name = "auditd"
    text = True

    def sniff(self, head: bytes, name: str) -> float:
        """Look for the beginning of an audit record."""
        return 0.95 if _START.match(_text.head_text(head)) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every event as one record, when its last line was read."""
        waiting: dict[tuple[str, str, str], _Event] = {}
        with _text.reader(source) as stream:
            for number, line in _text.lines(stream):
                if len(line) > _text.LINE_MOST:
                    yield Record(_text.cut(line), f"line {number}", _TOO_LARGE)
                    yield FileWarning(source.name, self.name, _text.TOO_LARGE, f"line {number}")
                    continue
                raw = _text.decode(line.rstrip(b"\r\n"))
                found = _LINE.match(raw)
                if found is None:
                    yield Record(raw, f"line {number}", _NOT_AUDIT)
                    if not line.endswith(b"\n"):
                        yield FileWarning(source.name, self.name, _text.CUT_OFF, f"line {number}")
                    continue
                key = (found[3], found[4], found[5])
                event = waiting.setdefault(key, _Event(number, found))
                event.add(raw, found)
                if found[2] in _LAST or found[2].startswith(_SINGLE) or event.size > _EVENT_MOST:
                    yield waiting.pop(key).record()
                elif len(waiting) > _OPEN_MOST:
                    yield waiting.pop(next(iter(waiting))).record()
        for event in waiting.values():
            yield event.record()

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what an event that is kept is."""
        return None if held.rejected == _text.TOO_LARGE else _again(held.raw.split("\n"))


def _again(lines: list[str]) -> list[Fact] | Skipped | Rejected:
    event: _Event | None = None
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            return _NOT_AUDIT
        event = event or _Event(0, found)
        event.add(line, found)
    return event.record().outcome if event else _NOT_AUDIT


class _Event:
    """The lines of one event so far."""

    def __init__(self, number: int, found: re.Match[str]) -> None:
        self.position = f"line {number}"
        self.base = {"time": int(found[3]) * 1_000_000 + int(found[4]) * 1_000, "host": found[1], "record_id": found[5]}
        self.size = 0
        self.raw: list[str] = []
        self.lines: list[_audit_facts.Line] = []

    def add(self, raw: str, found: re.Match[str]) -> None:
        """Take one more line."""
        self.size += len(raw)
        self.raw.append(raw)
        self.lines.append(_audit_facts.Line(found[2], _audit_facts.fields_of(found[6])))

    def record(self) -> Record:
        """Give the whole event."""
        return Record("\n".join(self.raw), self.position, _audit_facts.outcome(self.base, self.lines))
