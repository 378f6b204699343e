"""Histories of Unix shells with times: bash with `HISTTIMEFORMAT` (`#1772439300` before a command), zsh's extended one.

A command is a record, with the line of its time. Event time is when it was entered, in UTC. The file names no
machine; its account is the one whose home it lies in (`/root/.bash_history`, `home/ann/.bash_history`), where its
path shows that.

A command becomes a Script; one that turns to another machine (ssh, sftp, scp, rsync, psql, mysql) also an
OutgoingRemote: an attempt, that only the other machine or a connection confirms.

Known gaps: histories without times aren't recognised, and commands before the first time are kept as evidence only,
as nothing tells when they were run. Whoever owns the file can write anything into it. Variables and aliases aren't
resolved.

References:
    https://www.gnu.org/software/bash/manual/html_node/Bash-History-Facilities.html
    https://zsh.sourceforge.io/Doc/Release/Options.html#History
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphhunt.model import Fact, FileWarning, OutgoingRemote, Record, Rejected, Script, Skipped
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import Line

from . import _remote_commands, _text
from . import _values as v
from ._record import Hints, Outcome, Payload, RecordLoader

_TIMED = re.compile(r"#(?P<time>[1-9]\d{8,9})\n(?P<command>.*)", re.DOTALL)
_ZSH = re.compile(r": (?P<time>[1-9]\d{8,9}):\d{1,9};(?P<command>.*)", re.DOTALL)
_STAMP = re.compile(rb"#[1-9]\d{8,9}\s*\Z")
_ZSH_START = re.compile(rb": [1-9]\d{8,9}:\d{1,9};")
_HOME = re.compile(r"(?:.*/)?(?:home/(?P<user>[^/]{1,64})|(?P<root>root))/\.\w{1,16}_history\Z")
_NO_TIME = Skipped("command without a time")
_NO_COMMAND = Rejected("time without a command")
_TOO_LARGE = Rejected(_text.TOO_LARGE)
_SECOND = 1_000_000
_PATH_MOST = 4096


class ShellHistoryLoader(RecordLoader):
    """Reads histories of shells."""

    name = "shell_history"
    signatures = (Line(rb"#[1-9]\d{8,9}\s*$", 3), Line(rb": [1-9]\d{8,9}:\d{1,9};", 3))

    def by_line(self, head: bytes) -> bool:
        """Tell that no line stands for itself: its time is on the one before."""
        return False

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a command is, with the line of its time."""
        return _outcome(record, None) if isinstance(record, str) else _NO_TIME

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every command."""
        user = _owner(source.name)
        with _text.reader(source) as stream:
            for position, raw, whole in _commands(stream):
                yield Record(raw, position, _outcome(raw, user) if whole else _TOO_LARGE)
                if not whole:
                    yield FileWarning(source.name, self.name, _text.TOO_LARGE, position)

    def context(self, source: Source) -> str:
        """Give the account whose history it is."""
        return _owner(source.name) or "-"

    def again(self, held: Held) -> Outcome | None:
        """Say what a command that is kept is."""
        return None if held.rejected == _text.TOO_LARGE else _outcome(held.raw, v.text(held.context))


def _commands(stream: _text.Reader) -> Iterator[tuple[str, str, bool]]:
    """Give each command with the line of its time: where it is, its text, and whether that is whole."""
    lines: list[bytes] = []
    first = size = 0
    stamped = False
    for number, line in _text.lines(stream):
        begins = bool(_STAMP.match(line) or _ZSH_START.match(line)) or not stamped
        if begins and lines:
            yield _put_together(first, lines, size)
            lines, size = [], 0
        stamped = stamped or bool(_STAMP.match(line) or _ZSH_START.match(line))
        first = number if not lines else first
        size += len(line)
        if size <= _text.LINE_MOST:
            lines.append(line)
        elif not lines:
            lines.append(line[: _text.KEPT_OF_LONG])
    if lines:
        yield _put_together(first, lines, size)


def _put_together(first: int, lines: list[bytes], size: int) -> tuple[str, str, bool]:
    data = b"".join(lines).rstrip(b"\r\n")
    whole = size <= _text.LINE_MOST
    return f"line {first}", (_text.decode(data) if whole else _text.cut(data)), whole


def _owner(path: str) -> str | None:
    """Name the account in whose home a file lies."""
    found = _HOME.match(path.replace("\\", "/").replace("!", "/")) if len(path) <= _PATH_MOST else None
    return (found["user"] or found["root"]) if found else None


def _outcome(raw: str, user: str | None) -> Outcome:
    found = _TIMED.match(raw) or _ZSH.match(raw)
    if found is None:
        return _NO_COMMAND if raw.startswith("#") else _NO_TIME
    command = v.text(found["command"])
    if command is None:
        return _NO_COMMAND
    time = int(found["time"]) * _SECOND
    facts: list[Fact] = [Script(time=time, code="shell_history/command", user=user, text=command)]
    for remote in _remote_commands.remotes(command):
        address = v.is_address(remote.target)
        facts.append(
            OutgoingRemote(
                time=time,
                code="shell_history/remote",
                user=user,
                via=remote.via,
                target_name=remote.target,
                target_ip=remote.target if address else None,
                target_user=remote.user,
            )
        )
    return facts
