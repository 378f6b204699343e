"""Linux authentication logs (`auth.log`, `secure`): what programs that let users in or manage accounts wrote to syslog.

Seen: the traditional form (`Feb 21 21:54:44 host sshd[3402]: …`) and RFC 3339 times (`2026-03-02T08:00:00.1+00:00`),
both of rsyslog. The traditional form has neither year nor zone: the year is the one that fits the file's own time
of last change (a log is never newer than that), the zone is taken as UTC, and such times are marked as guessed.

Accepted and failed authentications of sshd and dropbear become a Logon, their closed sessions a Logoff, sudo and su an
ExplicitCredentials, what useradd, usermod, userdel, groupadd, groupdel, gpasswd and passwd did an AccountChange, a
command that cron ran a ProcessStart (the process that is named becomes the command's), and logind's sessions a
SessionChange. All other lines are kept as evidence.

A line `message repeated N times: [ … ]` tells of N logons alike, between the line before and its own time.

Known gaps: a logon has no session number, so that its end can't be told for certain when one account has
several sessions at once. Names of accounts that don't exist are the client's own words.

References:
    https://github.com/openssh/openssh-portable/blob/master/auth.c
    https://datatracker.ietf.org/doc/html/rfc3164
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeAlias

from graphhunt.model import (
    ExplicitCredentials,
    Fact,
    Logoff,
    Logon,
    ProcessStart,
    Rejected,
    SessionChange,
    Skipped,
)
from graphhunt.sources.recognition import Line

from . import _linux_accounts, _ssh
from . import _values as v
from ._line_loader import LineLoader
from ._record import NO_TIME, Hints, Outcome, Payload
from .envelopes._envelope import read

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINE = re.compile(
    r"(?:<\d{1,3}>)?"
    r"(?:(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<clock>\d\d:\d\d:\d\d)|(?P<iso>\d{4}-\d\d-\d\dT\S+))"
    r" (?P<host>\S+) (?P<program>[\w./-]+)(?:\[(?P<pid>\d+)\])?: (?P<message>.*)",
    re.DOTALL,
)
_PROGRAMS = (
    rb"(?:sshd(?:-session|-auth)?|dropbear|sudo|su|login|systemd-logind|user(?:add|mod|del)|group(?:add|mod|del)|gpasswd"
    rb"|(?:ch)?passwd|CROND?|crond?)"
)
_START = (
    rb"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ "
    + _PROGRAMS
    + rb"(?:\[\d+\])?: "
)
_REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ ?([^\n]*)\]$")
_CLOSED = re.compile(r"pam_unix\(sshd:session\): session closed for user (\S+)$")
_SUDO = re.compile(
    r"\s*(?P<by>\S+) : (?:(?P<refused>[^;=]*) ; )?TTY=.*? ; USER=(?P<user>\S+) ; COMMAND=(?P<command>.*)", re.DOTALL
)
_SU = re.compile(r"\(to (?P<user>\S+)\) (?P<by>\S+) on ")
_CRON = re.compile(r"\((?P<user>[^()\s]{1,255})\) CMD \((?P<command>.*)\)$", re.DOTALL)
_SESSION = re.compile(r"New session (?P<session>\S{1,64}) of user (?P<user>\S+?)\.?$")
_SESSION_END = re.compile(r"Removed session (?P<session>\S{1,64})\.$")
_NO_LINE = Rejected("not a syslog line")
_NO_FACT = Skipped("syslog message without a mapping")
_REFUSED = Skipped("refused sudo command")
_DAY = 86_400

_RECORDS = ("<", "{")
"""What a message begins with that is a record of its own, such as an event of Sysmon for Linux."""

_Handler: TypeAlias = Callable[[dict[str, Any], str, "int | None"], "list[Fact] | Skipped"]


class LinuxAuthLoader(LineLoader):
    """Reads what programs wrote to the authentication log."""

    name = "linux_auth"
    signatures = (Line(_START, weight=4),)
    programs: ClassVar[frozenset[str]]

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a line is; what comes without its header is told by what was in that."""
        if not isinstance(record, str):
            return _NO_LINE
        if hints.program is not None:
            return _told(record, hints)
        found = _LINE.match(record)
        if found is None:
            return _NO_LINE
        time = v.micros(found["iso"]) if found["iso"] else _traditional(found, hints.newest)
        if time is None:
            return NO_TIME
        base = {"time": time[0], "guessed_time": not time[1], "host": found["host"]}
        if found["message"][:1] in _RECORDS:
            around = hints._replace(time=time[0], guessed=not time[1], host=found["host"], around=(self.name,))
            return read(found["message"], around) or _NO_FACT
        return _outcome(base, found["program"], found["message"], v.pid(found["pid"]))


def _told(message: str, hints: Hints) -> Outcome:
    """Say what a message is whose header was taken off."""
    if hints.time is None:
        return NO_TIME
    base = {"time": hints.time, "guessed_time": hints.guessed, "host": hints.host}
    return _outcome(base, hints.program or "", message, hints.pid)


def _outcome(base: dict[str, Any], program: str, message: str, pid: int | None) -> Outcome:
    program = program.rpartition("/")[2]
    handler = _HANDLERS.get(program)
    return handler({**base, "code": f"syslog/{program}"}, message, pid) if handler else _NO_FACT


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


def _dropbear(base: dict[str, Any], message: str, pid: int | None) -> list[Fact] | Skipped:
    said = _ssh.dropbear_attempt(message)
    if said:
        return [Logon(**base, **said, process_pid=pid)]
    user = _ssh.dropbear_end(message)
    return [Logoff(**base, user=user)] if user else _NO_FACT


def _accounts(base: dict[str, Any], message: str, pid: int | None) -> list[Fact] | Skipped:
    change = _linux_accounts.change(base, message)
    return [change] if change else _NO_FACT


def _cron(base: dict[str, Any], message: str, pid: int | None) -> list[Fact] | Skipped:
    """Read a command that is run: the process that says so becomes the command's shell."""
    found = _CRON.match(message)
    if found is None or pid is None:
        return _NO_FACT
    return [ProcessStart(**base, pid=pid, user=v.text(found["user"]), command_line=v.text(found["command"]))]


def _logind(base: dict[str, Any], message: str, pid: int | None) -> list[Fact] | Skipped:
    begun, ended = _SESSION.match(message), _SESSION_END.match(message)
    if begun:
        return [SessionChange(**base, action="connect", user=v.text(begun["user"]), session=begun["session"])]
    return [SessionChange(**base, action="logoff", session=ended["session"])] if ended else _NO_FACT


_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(("sshd", "sshd-session", "sshd-auth"), _sshd),
    **dict.fromkeys(("CRON", "cron", "CROND", "crond"), _cron),
    **dict.fromkeys(
        ("useradd", "usermod", "userdel", "groupadd", "groupmod", "groupdel", "gpasswd", "passwd", "chpasswd"),
        _accounts,
    ),
    "dropbear": _dropbear,
    "sudo": _sudo,
    "su": _su,
    "systemd-logind": _logind,
}
LinuxAuthLoader.programs = frozenset(_HANDLERS)
