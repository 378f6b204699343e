"""Linux' records of logons and boots: `wtmp` (all), `btmp` (failed ones) and `utmp` (the present ones).

Records have one size: 384 bytes with times of 32 bits (x86, x86-64, and big-endian s390x and ppc64), 400 bytes with
times of 64 bits (arm64); which one it is, is told by the records. Event time is the record's own, in UTC. The files
don't name their machine.

A user's process (type 7) becomes a Logon, a dead one (type 8) a Logoff, with line and process as the session
(`pts/0:4400`) that both have; the boot (type 2) and the change to the run level `shutdown` a MachineState. A login
process (type 6) that names an account is a failed logon: programs write those to btmp, and only waiting ones (`LOGIN`)
to the others. All others are kept as evidence.

A record doesn't say which program let the user in. One on a pseudo-terminal from another host, or on `ssh:notty`,
is taken for sshd's; others have the line in its place.

A terminal that was opened within a session, by its display or a multiplexer, is no logon.

Known gaps: telnet and rsh look like ssh. Files of musl are empty.

References:
    https://man7.org/linux/man-pages/man5/utmp.5.html
    https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/gnu/bits/utmp.h
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from struct import Struct
from typing import Any

from graphhunt.model import Fact, FileWarning, Logoff, Logon, MachineState, Record, Skipped
from graphhunt.sources.loading import Held, Source

from . import _struct_records as binary
from . import _values as v
from ._record import NO_TIME, Outcome

_NAMES = (
    "type", "pid", "line", "id", "user", "host", "exit_termination", "exit_code", "session", "seconds", "micros",
    "address",
)  # fmt: skip
_SMALL, _LARGE = "h2xi32s4s32s256s2h3i16s20x", "h2xi32s4s32s256s2h3q16s20x4x"
_LAYOUTS = tuple(binary.Layout(Struct(order + form), _NAMES) for form in (_SMALL, _LARGE) for order in "<>")
_RUN_LEVEL, _BOOT, _LOGIN, _USER, _DEAD = 1, 2, 6, 7, 8
_TYPES = 9
_SECOND = 1_000_000
_TERMINAL = "pts/"
_NO_TERMINAL = "ssh:notty"
_WAITING = Skipped("terminal that waits for a logon")
_WINDOW = Skipped("terminal within a session")
_NO_FACT = Skipped("record of no logon")


class UtmpLoader:
    """Reads wtmp, btmp and utmp."""

    name = "utmp"
    magic = tuple((0, form.pack(kind, 0)) for form in (Struct("<HH"), Struct(">HH")) for kind in range(1, _TYPES + 1))

    def sniff(self, head: bytes, name: str) -> float:
        """Look whether the first records may be such ones."""
        return 0.7 if binary.layout_of(head, _LAYOUTS, _may_be) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every record that isn't empty."""
        layout = binary.closest(source.head(), _LAYOUTS, _may_be)
        return binary.records(source, layout, self.name, _outcome)

    def again(self, held: Held) -> Outcome | None:
        """Say what a record that is kept is."""
        return binary.again(held, _outcome)


def _may_be(layout: binary.Layout, data: bytes) -> bool:
    """Tell whether bytes are a record: its type, time and the system's own texts are what they may be."""
    kind, pid, line, _, _, host, _, _, _, seconds, micros, _ = layout.form.unpack(data)
    sound = 0 <= kind <= _TYPES and pid >= 0 and 0 <= micros < _SECOND
    return sound and binary.EARLIEST <= seconds <= binary.LATEST and binary.is_text(line) and binary.is_text(host)


def _outcome(fields: dict[str, Any]) -> Outcome:
    seconds, micros = fields["seconds"], fields["micros"]
    if not binary.EARLIEST <= seconds <= binary.LATEST:
        return NO_TIME
    kind, user = fields["type"], v.text(fields["user"])
    base = {"time": seconds * _SECOND + (micros if 0 <= micros < _SECOND else 0), "code": f"utmp/{kind}"}
    if kind == _BOOT:
        return [MachineState(**base, state="boot")]
    if kind == _RUN_LEVEL and user == "shutdown":
        return [MachineState(**base, state="shutdown")]
    if kind == _DEAD:
        return [Logoff(**base, user=user, logon_id=_session(fields))]
    if kind not in (_USER, _LOGIN) or user is None:
        return _NO_FACT
    if kind == _LOGIN and user == "LOGIN":
        return _WAITING
    return _WINDOW if _is_window(fields) else [_logon(base, fields)]


def _is_window(fields: dict[str, Any]) -> bool:
    """Tell whether a pseudo-terminal was opened within a session: from its display, or by a multiplexer."""
    host = v.text(fields["host"]) or ""
    return fields["line"].startswith(_TERMINAL) and ":" in host and not v.is_address(host)


def _session(fields: dict[str, Any]) -> str | None:
    line, pid = v.text(fields["line"]), v.pid(fields["pid"])
    return f"{line}:{pid}" if line and pid else None


def _logon(base: dict[str, Any], fields: dict[str, Any]) -> Fact:
    line = v.text(fields["line"])
    ip, host = came_from(fields)
    by_ssh = line == _NO_TERMINAL or ((line or "").startswith(_TERMINAL) and bool(ip or host))
    success = fields["type"] == _USER and line != _NO_TERMINAL
    return Logon(
        **base,
        user=v.text(fields["user"]),
        logon_id=_session(fields) if success else None,
        success=success,
        logon_process="sshd" if by_ssh else line,
        source_ip=ip,
        source_name=host,
        process_pid=v.pid(fields["pid"]),
    )


def came_from(fields: dict[str, Any]) -> tuple[str | None, str | None]:
    """Give the address and, if there is none, the name that a logon came from; a display is neither."""
    host = v.text(fields.get("host"))
    if host is not None and v.is_address(host):
        return v.ip(host.partition("%")[0]), None
    raw = fields.get("address")
    address = _address(raw) if isinstance(raw, str) else None
    named = host is not None and ":" not in host
    return address, host if named and address is None else None


def _address(text: str) -> str | None:
    """Read the address in its binary form, in hexadecimal: of IPv4 only the first four bytes are used."""
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    if not data.strip(b"\0") or len(data) != 16:
        return None
    return str(ipaddress.IPv6Address(data) if data[4:].strip(b"\0") else ipaddress.IPv4Address(data[:4]))
