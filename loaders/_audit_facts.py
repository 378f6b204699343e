"""The records of one Linux audit event to facts.

Numbers of accounts come with their names only in the enriched format, where names follow in capitals
(`uid=0 … UID="root"`), or where a tool put the names in their place.
"""

from __future__ import annotations

import posixpath
from typing import Any

from graphhunt.model import (
    AccountChange,
    Connection,
    Fact,
    FileAction,
    Logoff,
    Logon,
    MachineState,
    ProcessStart,
    Skipped,
)

from . import _values as v
from ._audit_lines import Line, argument

_UNSET = ("4294967295", "-1", "unset", "?")
_CALLS = {
    "c000003e": {"59": "execve", "322": "execveat", "42": "connect"},
    "40000003": {"11": "execve", "358": "execveat", "362": "connect"},
    "c00000b7": {"221": "execve", "281": "execveat", "203": "connect"},
}
"""System calls by their number on x86-64, i386 and arm64."""

_X86_64 = "c000003e"
_STARTED = ("execve", "execveat")
_UNDER_WAY = ("-115", "EINPROGRESS")
_SESSION_PROGRAMS = frozenset({"sshd", "sshd-session", "login"})
_FILE_OPERATIONS = {"CREATE": "create", "DELETE": "delete"}
_SUCCEEDED = ("success", "1", "yes")
_FAILED = Skipped("system call that failed")
_NO_FACT = Skipped("audit event without a mapping")
_ARGUMENTS_MOST = 4096


def outcome(base: dict[str, Any], lines: list[Line]) -> list[Fact] | Skipped:
    """Give what one event says."""
    by_type = {line.type: line.fields for line in reversed(lines)}
    started = [line.fields for line in lines if line.type == "EXECVE"]
    if len(started) > 1:  # the arguments of one program, too many for one line
        by_type["EXECVE"] = {name: value for fields in reversed(started) for name, value in fields.items()}
    for kind, handler in _USER_EVENTS.items():
        if kind in by_type:
            return handler({**base, "code": f"auditd/{kind}"}, by_type[kind])
    if "SYSCALL" not in by_type:
        return _NO_FACT
    return _syscall(base, by_type, lines)


def _syscall(base: dict[str, Any], by_type: dict[str, dict[str, str]], lines: list[Line]) -> list[Fact] | Skipped:
    call = by_type["SYSCALL"]
    name = _name(call)
    succeeded = call.get("success") == "yes"
    if "EXECVE" in by_type or name in _STARTED:
        return [_started(base, by_type, call)] if succeeded else _FAILED
    if "SOCKADDR" in by_type and name == "connect":
        reached = succeeded or call.get("exit", "").startswith(_UNDER_WAY)
        return (_connected(base, by_type["SOCKADDR"], call) if reached else None) or _FAILED
    changed = [line.fields for line in lines if line.type == "PATH" and line.fields.get("nametype") in _FILE_OPERATIONS]
    if not changed:
        return _NO_FACT
    return [_changed(base, call, path, by_type.get("CWD", {})) for path in changed] if succeeded else _FAILED


def _name(call: dict[str, str]) -> str:
    """Name the system call: as the log does, else by its number, which says something for one architecture only."""
    number = call.get("syscall", "")
    if not number.isdecimal():
        return number
    known = _CALLS.get(call.get("arch", _X86_64).removeprefix("0x"), {})
    return call.get("SYSCALL") or known.get(number, "")


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


def _own_session(fields: dict[str, str]) -> str | None:
    """Give the session of a process if it runs as who logged on: after `sudo` and `su` it is another account's."""
    login = _who(fields, "auid")
    return _session(fields) if login is None or login == _who(fields) else None


def _actor(fields: dict[str, str]) -> dict[str, Any]:
    return {"pid": v.pid(fields.get("pid")), "path": v.text(fields.get("exe")), "user": _who(fields)}


def _started(base: dict[str, Any], by_type: dict[str, dict[str, str]], call: dict[str, str]) -> ProcessStart:
    arguments = by_type.get("EXECVE", {})
    count = v.number(arguments.get("argc"), _ARGUMENTS_MOST) or 0
    line = " ".join(_word(argument(arguments, index)) for index in range(count))
    return ProcessStart(
        **base,
        **_actor(call),
        code="auditd/execve",
        command_line=v.text(line) or v.text(by_type.get("PROCTITLE", {}).get("proctitle")),
        working_directory=v.text(by_type.get("CWD", {}).get("cwd")),
        logon_id=_own_session(call),
        creator_logon_id=_session(call),
        parent_pid=v.pid(call.get("ppid")),
        parent_path=v.text(call.get("parent_exe")),
        creator_user=_who(call, "auid"),
    )


def _word(given: str) -> str:
    """Give an argument as a word of a command line: in quotes if it is of several words, or of none."""
    plain = given and not any(mark.isspace() for mark in given)
    return given if plain else '"' + given.replace('"', '\\"') + '"'


def _connected(base: dict[str, Any], address: dict[str, str], call: dict[str, str]) -> list[Fact] | None:
    end = v.socket_address(address.get("saddr")) or _stated_end(address)
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


def _stated_end(address: dict[str, str]) -> tuple[str, int] | None:
    """Give an address that the log has in words."""
    ip = v.ip(address.get("laddr"))
    return (ip, v.port(address.get("lport")) or 0) if ip and v.is_address(ip) else None


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
    address, name = v.ip(fields.get("addr")), v.text(fields.get("hostname"))
    stated = v.is_address(address)
    return [
        Logon(
            **base,
            user=v.text(fields.get("acct")) or _who({"uid": fields.get("id", "?"), "UID": fields.get("ID", "?")}),
            success=fields.get("res") in _SUCCEEDED,
            logon_id=_session(fields),
            logon_process=v.text(fields.get("terminal")),
            source_ip=address if stated else None,
            source_name=None if stated or name in _UNSET or v.is_address(name) else name,
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


def _managed(base: dict[str, Any], fields: dict[str, str], action: str, kind: str) -> list[Fact] | Skipped:
    """Read that an account or a group was made or deleted; it may be told by name, or by number only."""
    name = v.text(fields.get("acct")) or v.text(fields.get("ID")) or v.text(fields.get("id"))
    if name is None or name in _UNSET:
        return _NO_FACT
    return [
        AccountChange(
            **base,
            action=action,
            object_type=kind,
            user=_who(fields, "auid") or _who(fields),
            logon_id=_session(fields),
            success=fields.get("res") in _SUCCEEDED,
            target_user=name if kind == "user" else None,
            group=name if kind == "group" else None,
        )
    ]


def _add_user(base: dict[str, Any], fields: dict[str, str]) -> list[Fact] | Skipped:
    """Read a new account; the same type of record tells of its home and of its groups, which are no accounts."""
    made = fields.get("op", "") in ("adding", "add-user")
    return _managed(base, fields, "create", "user") if made else _NO_FACT


def _del_user(base: dict[str, Any], fields: dict[str, str]) -> list[Fact] | Skipped:
    gone = fields.get("op", "") in ("deleting", "delete-user")
    return _managed(base, fields, "delete", "user") if gone else _NO_FACT


def _boot(base: dict[str, Any], fields: dict[str, str]) -> list[Fact] | Skipped:
    return [MachineState(**base, state="boot")]


def _shutdown(base: dict[str, Any], fields: dict[str, str]) -> list[Fact] | Skipped:
    return [MachineState(**base, state="shutdown")]


_USER_EVENTS = {
    "USER_LOGIN": _login,
    "USER_LOGOUT": _logout,
    "USER_END": _session_end,
    "ADD_USER": _add_user,
    "DEL_USER": _del_user,
    "SYSTEM_BOOT": _boot,
    "SYSTEM_SHUTDOWN": _shutdown,
}
