"""Linux authentication logs (`auth.log`, `secure`): what sshd, sudo and su wrote through syslog.

Seen: the traditional form (`Feb 21 21:54:44 host sshd[3402]: …`) and RFC 3339 times (`2026-03-02T08:00:00.1+00:00`),
both of rsyslog. The traditional form has neither year nor zone: the year is the one that fits the file's own time
of last change (a log is never newer than that), the zone is taken as UTC, and such times are marked as guessed.

Accepted and failed authentications of sshd become a Logon, its closed sessions a Logoff, sudo and su an
ExplicitCredentials. All other lines are kept as evidence.

A line `message repeated N times: [ … ]` tells of N logons alike, between the line before and its own time.

Known gaps: a logon has no session number, so that its end can't be told for certain when one account has
several sessions at once. Names of accounts that don't exist are the client's own words.

References:
    https://github.com/openssh/openssh-portable/blob/master/auth.c
    https://datatracker.ietf.org/doc/html/rfc3164
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from graphhunt.model import ExplicitCredentials, Fact, FileWarning, Logoff, Logon, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import Line

from . import _ssh, _text
from . import _values as v

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINE = re.compile(
    r"(?:<\d{1,3}>)?"
    r"(?:(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<clock>\d\d:\d\d:\d\d)|(?P<iso>\d{4}-\d\d-\d\dT\S+))"
    r" (?P<host>\S+) (?P<program>[\w./-]+)(?:\[(?P<pid>\d+)\])?: (?P<message>.*)",
    re.DOTALL,
)
_PROGRAMS = rb"(?:sshd(?:-session)?|sudo|su|login|systemd-logind|useradd|groupadd|passwd|CRON|cron)"
_START = re.compile(
    rb"^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ "
    + _PROGRAMS
    + rb"(?:\[\d+\])?: ",
    re.MULTILINE,
)
_REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ ?([^\n]*)\]$")
_CLOSED = re.compile(r"pam_unix\(sshd:session\): session closed for user (\S+)$")
_SUDO = re.compile(
    r"\s*(?P<by>\S+) : (?:(?P<refused>[^;=]*) ; )?TTY=.*? ; USER=(?P<user>\S+) ; COMMAND=(?P<command>.*)", re.DOTALL
)
_SU = re.compile(r"\(to (?P<user>\S+)\) (?P<by>\S+) on ")
_NO_LINE = Rejected("not a syslog line")
_NO_TIME = Rejected("no usable event time")
_NO_FACT = Skipped("syslog message without a mapping")
_REFUSED = Skipped("refused sudo command")
_DAY = 86_400
_TOO_LARGE = Rejected(_text.TOO_LARGE)


class LinuxAuthLoader:
    """Reads what sshd, sudo and su wrote to the authentication log."""

    name = "linux_auth"
    text = True
    judges = True
    signatures = (Line(_START.pattern.removeprefix(b"^"), weight=4),)

    def sniff(self, head: bytes, name: str) -> float:
        """Look for a line of one of the programs that write this log."""
        start = _text.head_text(head)
        return 0.8 if _START.match(start) else 0.6 if start[:1].isalnum() and _START.search(start) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every line."""
        newest = int(source.path.stat().st_mtime)
        with _text.reader(source) as stream:
            for number, line in _text.lines(stream):
                position = f"line {number}"
                if len(line) > _text.LINE_MOST:
                    yield Record(_text.cut(line), position, _TOO_LARGE)
                    yield FileWarning(source.name, self.name, _text.TOO_LARGE, position)
                    continue
                raw = _text.decode(line.rstrip(b"\r\n"))
                found = _LINE.match(raw)
                yield Record(raw, position, _NO_LINE if found is None else _outcome(found, newest))
                if found is None and not line.endswith(b"\n"):
                    yield FileWarning(source.name, self.name, _text.CUT_OFF, position)

    def context(self, source: Source) -> str:
        """Give when the file was last changed, in seconds since 1970."""
        return str(int(source.path.stat().st_mtime))

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a line that is kept is."""
        if held.rejected == _text.TOO_LARGE:
            return None
        found = _LINE.match(held.raw)
        return _NO_LINE if found is None else _outcome(found, int(held.context))


def _outcome(found: re.Match[str], newest: int) -> list[Fact] | Skipped | Rejected:
    time = v.micros(found["iso"]) if found["iso"] else _traditional(found, newest)
    if time is None:
        return _NO_TIME
    program = found["program"].rpartition("/")[2]
    base = {"time": time[0], "guessed_time": not time[1], "host": found["host"], "code": f"syslog/{program}"}
    handler = _HANDLERS.get(program)
    return handler(base, found["message"], v.pid(found["pid"])) if handler else _NO_FACT


def _traditional(found: re.Match[str], newest: int) -> tuple[int, bool] | None:
    """Read a time without year: in the newest year in which it isn't after the file's last change."""
    if found["month"] not in _MONTHS:
        return None
    hour, minute, second = map(int, found["clock"].split(":"))
    month, day = _MONTHS.index(found["month"]) + 1, int(found["day"])
    last = datetime.fromtimestamp(newest + _DAY, UTC).year
    # A 29 February may lie up to eight years back.
    for year in range(last, last - 9, -1):
        try:
            when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
        if when.timestamp() <= newest + _DAY:
            return int(when.timestamp()) * 1_000_000, False
    return None


def _sshd(base: dict[str, Any], message: str, pid: int | None) -> list[Fact] | Skipped:
    repeated = _REPEATED.match(message)
    said = _ssh.attempt(repeated[2] if repeated else message)
    if said:
        count = max(int(repeated[1]), 1) if repeated else 1
        return [Logon(**base, **said, process_pid=pid, count=count)]
    closed = _CLOSED.match(message)
    return [Logoff(**base, user=v.text(closed[1]))] if closed else _NO_FACT


def _sudo(base: dict[str, Any], message: str, pid: int | None) -> list[Fact] | Skipped:
    found = _SUDO.match(message)
    if found is None:
        return _NO_FACT
    if found["refused"]:
        return _REFUSED
    return [_switched(base, found, pid, v.text(found["command"]))]


def _su(base: dict[str, Any], message: str, pid: int | None) -> list[Fact] | Skipped:
    found = _SU.match(message)
    return [_switched(base, found, pid, None)] if found else _NO_FACT


def _switched(base: dict[str, Any], found: re.Match[str], pid: int | None, command: str | None) -> Fact:
    return ExplicitCredentials(
        **base,
        user=v.text(found["user"]),
        subject_user=v.text(found["by"]),
        target_server="localhost",
        target_info=command,
        process_pid=pid,
    )


_HANDLERS = {"sshd": _sshd, "sshd-session": _sshd, "sudo": _sudo, "su": _su}
