"""Linux' `lastlog`: when each account logged on last, at the place of its number.

A record has 292 bytes (a time of 32 bits) or 296 (of 64 bits: arm64); which one it is, is told by the records. Event
time is the record's own, in UTC. The file names neither its machine nor the accounts: an account is its number (uid),
0 is root. Each account that ever logged on becomes a Logon; the places of the others are no records.

Known gaps: the file is told by its beginning, where only the lowest numbers are; if none of them ever logged on,
nothing but its name tells it.

References:
    https://man7.org/linux/man-pages/man8/lastlog.8.html
    https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/gnu/bits/utmp.h
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from struct import Struct
from typing import Any

from graphhunt.model import FileWarning, Logon, Record
from graphhunt.sources.loading import HEAD_SIZE, Held, Source

from . import _struct_records as binary
from . import _values as v
from ._record import NO_TIME, Outcome

_NAMES = ("seconds", "line", "host")
_LAYOUTS = tuple(binary.Layout(Struct(order + time + "32s256s"), _NAMES) for time in "iq" for order in "<>")
_SECOND = 1_000_000
_AFTER_TIME = 32 + 256
"""Bytes of a record from its terminal on."""


class LastlogLoader:
    """Reads lastlog."""

    name = "lastlog"
    magic = (
        (0, bytes(HEAD_SIZE)),
        *(
            (number * layout.form.size + layout.form.size - _AFTER_TIME, terminal)
            for layout in _LAYOUTS[::2]
            for number in range(binary.LOOKED_AT)
            for terminal in (b"tty", b"pts/")
        ),
    )

    def sniff(self, head: bytes, name: str) -> float:
        """Look whether the first records may be such ones; where all of them are empty, only the name is left."""
        if not head.strip(b"\0"):
            file = PurePosixPath(name.replace("!", "/").replace("\\", "/")).name
            return 0.6 if file == self.name and len(head) == HEAD_SIZE else 0.0
        return 0.7 if binary.layout_of(head, _LAYOUTS, _may_be) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield the record of every account that ever logged on."""
        layout = binary.closest(_told(source), _LAYOUTS, _may_be)
        return binary.records(source, layout, self.name, _outcome)

    def again(self, held: Held) -> Outcome | None:
        """Say what a record that is kept is."""
        return binary.again(held, _outcome)


def _told(source: Source) -> bytes:
    """Give the bytes around the first record that isn't empty, from where a record of either size may begin."""
    step = _LAYOUTS[0].form.size * _LAYOUTS[-1].form.size
    with source.open() as stream:
        while data := stream.read(step):
            if data.strip(b"\0"):
                return data
    return b""


def _may_be(layout: binary.Layout, data: bytes) -> bool:
    seconds, line, host = layout.form.unpack(data)
    timely = binary.EARLIEST <= seconds <= binary.LATEST
    return timely and bool(line.strip(b"\0")) and binary.is_text(line) and binary.is_text(host)


def _outcome(fields: dict[str, Any]) -> Outcome:
    if not binary.EARLIEST <= fields["seconds"] <= binary.LATEST:
        return NO_TIME
    line, host = v.text(fields["line"]), v.text(fields["host"])
    address = v.is_address(host)
    remote = host is not None and ":" not in host
    return [
        Logon(
            time=fields["seconds"] * _SECOND,
            code="lastlog/last",
            user=str(fields["number"]) if fields["number"] else "root",
            logon_process="sshd" if (line or "").startswith("pts/") and (address or remote) else line,
            source_ip=v.ip((host or "").partition("%")[0]) if address else None,
            source_name=host if remote and not address else None,
        )
    ]
