"""The records of one Linux audit event to facts.

The kernel writes text that could break a record as hexadecimal without quotes; numbers of accounts come with
their names only in the enriched format, where names follow in capitals (`uid=0 … UID="root"`).
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, NamedTuple

from graphhunt.model import Connection, Fact, FileAction, Logoff, Logon, ProcessStart, Skipped

from . import _values as v

# A name begins where no other character of a name stands before it: else each part of a long word is tried anew.
_PAIR = re.compile(r"""(?<![\w-])([\w-]++)=("[^"]*"|'[^']*'|[^\s"']*)""")
_HEXADECIMAL = re.compile(r"(?:[0-9A-F]{2})++\Z")
_UNSET = ("4294967295", "-1", "unset", "?")
_STARTED = {"59", "322", "11", "221", "281"}  # execve and execveat on x86-64, i386 and arm64
_CONNECT = {"42", "203"}
_UNDER_WAY = "-115"
_ENCODED = frozenset({"exe", "comm", "cwd", "name", "proctitle", "acct", "cmd"})
_SESSION_PROGRAMS = frozenset({"sshd", "login"})
_FILE_OPERATIONS = {"CREATE": "create", "DELETE": "delete"}
_FAILED = Skipped("system call that failed")
_NO_FACT = Skipped("audit event without a mapping")
_ARGUMENTS_MOST = 4096


class Line(NamedTuple):
    """One audit record: its type and fields."""

    type: str
    fields: dict[str, str]


def fields_of(text: str) -> dict[str, str]:
    """Read `name=value` pairs, also those inside `msg='…'`; quotes are taken off, encoded text is decoded."""
    found: dict[str, str] = {}
    for name, value in _PAIR.findall(text):
        if value[:1] == "'":
            found.update(fields_of(value[1:-1]))
        elif value[:1] == '"':
            found[name] = value[1:-1]
        else:
            found[name] = _decoded(name, value)
    return found


def _decoded(name: str, value: str) -> str:
    if (name in _ENCODED or _is_argument(name)) and _HEXADECIMAL.match(value):
        return bytes.fromhex(value).replace(b"\0", b" ").decode("utf-8", "backslashreplace").strip()
    return value


def _is_argument(name: str) -> bool:
    return name[:1] == "a" and name[1:].isdecimal() and len(name) > 1


def outcome(base: dict[str, Any], lines: list[Line]) -> list[Fact] | Skipped:
    """Give what one event says."""
    by_type = {line.type: line.fields for line in reversed(lines)}
    for kind, handler in _USER_EVENTS.items():
        if kind in by_type:
            return handler({**base, "code": f"auditd/{kind}"}, by_type[kind])
    if "SYSCALL" not in by_type:
        return _NO_FACT
    return _syscall(base, by_type, lines)


def _syscall(base: dict[str, Any], by_type: dict[str, dict[str, str]], lines: list[Line]) -> list[Fact] | Skipped:
    call = by_type["SYSCALL"]
    number = call.get("syscall", "")
    succeeded = call.get("success") == "yes"
    if "EXECVE" in by_type or number in _STARTED:
        return [_started(base, by_type, call)] if succeeded else _FAILED
    if "SOCKADDR" in by_type and number in _CONNECT:
        reached = succeeded or call.get("exit") == _UNDER_WAY
        return (_connected(base, by_type["SOCKADDR"], call) if reached else None) or _FAILED
    changed = [line.fields for line in lines if line.type == "PATH" and line.fields.get("nametype") in _FILE_OPERATIONS]
    if not changed:
        return _NO_FACT
    return [_changed(base, call, path, by_type.get("CWD", {})) for path in changed] if succeeded else _FAILED


def _who(fields: dict[str, str], name: str = "uid") -> str | None:
    """Name an account: by the enriched name, `root` for 0, else by its number."""
    number = fields.get(name)
    enriched = v.text(fields.get(name.upper()))
    if enriched not in (None, *_UNSET):
        return enriched
    return None if number is None or number in _UNSET else "root" if number == "0" else number


def _session(fields: dict[str, str]) -> str | None:
    number = fields.get("ses")
    return None if number in _UNSET else v.logon_id(number)


def _actor(fields: dict[str, str]) -> dict[str, Any]:
    return {"pid": v.pid(fields.get("pid")), "path": v.text(fields.get("exe")), "user": _who(fields)}


def _started(base: dict[str, Any], by_type: dict[str, dict[str, str]], call: dict[str, str]) -> ProcessStart:
    arguments = by_type.get("EXECVE", {})
    count = v.number(arguments.get("argc"), _ARGUMENTS_MOST) or 0
    line = " ".join(arguments.get(f"a{index}", "") for index in range(count))
    return ProcessStart(
        **base,
        **_actor(call),
        code="auditd/execve",
        command_line=v.text(line) or v.text(by_type.get("PROCTITLE", {}).get("proctitle")),
        working_directory=v.text(by_type.get("CWD", {}).get("cwd")),
        logon_id=_session(call),
        parent_pid=v.pid(call.get("ppid")),
        creator_user=_who(call, "auid"),
    )


def _connected(base: dict[str, Any], address: dict[str, str], call: dict[str, str]) -> list[Fact] | None:
    end = v.socket_address(address.get("saddr"))
    if end is None:
        return None
    return [
        Connection(
            **base,
            **_actor(call),
            code="auditd/connect",
            destination_ip=end[0],
            destination_port=end[1] or None,
            initiated=True,
        )
    ]


def _changed(base: dict[str, Any], call: dict[str, str], path: dict[str, str], cwd: dict[str, str]) -> FileAction:
    target = posixpath.join(cwd.get("cwd", ""), path.get("name", ""))
    operation = _FILE_OPERATIONS[path["nametype"]]
    return FileAction(
        **base,
        **_actor(call),
        code="auditd/path",
        logon_id=_session(call),
        operation=operation,
        target=v.text(target),
    )


def _login(base: dict[str, Any], fields: dict[str, str]) -> list[Fact] | Skipped:
    return [
        Logon(
            **base,
            user=v.text(fields.get("acct")) or _who({"uid": fields.get("id", "?"), "UID": fields.get("ID", "?")}),
            success=fields.get("res") in ("success", "1"),
            logon_id=_session(fields),
            logon_process=v.text(fields.get("terminal")),
            source_ip=v.ip(fields.get("addr")),
            process_path=v.text(fields.get("exe")),
            process_pid=v.pid(fields.get("pid")),
        )
    ]


def _logout(base: dict[str, Any], fields: dict[str, str]) -> list[Fact] | Skipped:
    return [Logoff(**base, user=v.text(fields.get("acct")) or _who(fields, "auid"), logon_id=_session(fields))]


def _session_end(base: dict[str, Any], fields: dict[str, str]) -> list[Fact] | Skipped:
    """Read the end of a PAM session; those of sudo, su and cron end no logon."""
    program = posixpath.basename(fields.get("exe", ""))
    return _logout(base, fields) if program in _SESSION_PROGRAMS else _NO_FACT


_USER_EVENTS = {"USER_LOGIN": _login, "USER_LOGOUT": _logout, "USER_END": _session_end}
