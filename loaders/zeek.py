r"""Zeek logs, as tab-separated text with `#fields` headers or as JSON, one record a line.

Seen: Zeek 3 to 6, and Bro's TSV; JSON with `id.orig_h` or `id_orig_h`. Which log a record belongs to is told by
`#path`, by `_path` or `@stream`, else by keys that no other log has, and only then by the file's name (`conn.log`).
Event time is `ts`. A file may hold several logs and several headers.

Which log becomes which fact: conn a Flow; dns a DnsQuery; kerberos and ntlm an Authentication (only with an outcome
and an account); rdp a SessionChange (an attempt); ssh a Logon without account, whose outcome Zeek infers;
smb_mapping, smb_files and dce_rpc through a pipe a ShareAccess; each call of dce_rpc a RemoteExecutionHint; notice a
Detection; dhcp a Lease; http and ssl a ServerRequest; files a FileTransfer. All others are kept as evidence.

Known gaps: the sensor's name is not a machine.

References:
    https://docs.zeek.org/en/master/log-formats.html
    https://docs.zeek.org/en/master/logs/index.html
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import Keys, Line

from . import _json, _text, _zeek_facts
from . import _values as v
from ._record import Hints, Outcome, Payload

_NO_FIELDS = Rejected("no #fields header before it")
_WIDTH = Rejected("not as many values as fields")
_NO_TIME = Rejected("no usable event time")
_ESCAPE = re.compile(r"\\(\\|x[0-9a-fA-F]{2})")
_HEADER = re.compile(rb"#(?:separator \\x|fields\s)")
_STREAM = re.compile(rb'"(?:_path|@stream|@path)"\s*:\s*"[a-z_0-9]+"')
_ENDS = re.compile(rb'"id[._]orig_h"\s*:')
_TIME = re.compile(rb'"ts"\s*:')
_CHUNK = 1 << 20
_NAME = re.compile(r"[a-z][a-z_0-9]*")


class ZeekLoader:
    """Reads Zeek's logs in both of their forms."""

    name = "zeek"
    text = True
    signatures = (
        Line(_HEADER.pattern, 5),
        *(Keys("ts", stream) for stream in ("_path", "@stream", "@path")),
        *(Keys("ts", "uid", end) for end in ("id.orig_h", "id_orig_h")),
        *(Keys("ts", end) for end in ("id.orig_h", "id_orig_h")),
    )

    def sniff(self, head: bytes, name: str) -> float:
        """Look for the header of the tab-separated form, or for the JSON fields that only Zeek writes."""
        start = _text.head_text(head)
        if _HEADER.match(start):
            return 0.95
        line, _ = _text.first_line(start)
        if line[:1] != b"{" or not _TIME.search(line):
            return 0.0
        return 0.9 if _STREAM.search(line) or _ENDS.search(line) else 0.0

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a JSON record is that came inside another one."""
        return _Header("").of_object(record) if isinstance(record, dict) else _NO_FIELDS

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every record; headers are none. A line that doesn't fit its header is rejected."""
        state = _Header(source.name)
        with _text.reader(source) as stream:
            for number, line in _text.lines(stream):
                position = f"line {number}"
                if len(line) > _text.LINE_MOST:
                    yield Record(_text.cut(line), position, Rejected(_text.TOO_LARGE))
                    yield FileWarning(source.name, self.name, _text.TOO_LARGE, position)
                elif line.startswith(b"#"):
                    state.take(_text.decode(line.rstrip(b"\r\n")))
                else:
                    raw = _text.decode(line.rstrip(b"\r\n"))
                    outcome = state.of_json(line) if line.startswith(b"{") else state.of_text(raw)
                    yield Record(raw, position, outcome)
                    if isinstance(outcome, Rejected) and not line.endswith(b"\n"):
                        yield FileWarning(source.name, self.name, _text.CUT_OFF, position)

    def context(self, source: Source) -> str:
        """Give the header lines with their numbers; a file of JSON has none."""
        if _text.head_text(source.head()).startswith(b"{"):
            return "[]"
        with _text.reader(source) as stream:
            return json.dumps([(number, _text.decode(line.rstrip(b"\r"))) for number, line in _headers(stream)])

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a record that is kept is."""
        if held.rejected == _text.TOO_LARGE:
            return None
        state = _kept(held.file, held.context).at(held.position)
        return state.of_json(_text.encoded(held.raw)) if held.raw.startswith("{") else state.of_text(held.raw)


def _headers(stream: _text.Reader) -> Iterator[tuple[int, bytes]]:
    """Find the lines that begin with `#`, with their numbers, without looking at the others one by one."""
    before, rest = 0, b""
    while chunk := stream.read(_CHUNK):
        whole, end, rest = (rest + chunk).rpartition(b"\n")
        yield from _in_lines(whole + end, before)
        before += whole.count(b"\n") + len(end)
    yield from _in_lines(rest, before)


def _in_lines(lines: bytes, before: int) -> Iterator[tuple[int, bytes]]:
    text = b"\n" + lines
    at, number = 0, before
    while (found := text.find(b"\n#", at)) >= 0:
        number += text.count(b"\n", at, found + 1)
        end = text.find(b"\n", found + 1)
        yield number, text[found + 1 : end if end >= 0 else None]
        at = found + 1


class _Kept:
    """The headers of a file, from what is kept of it.

    Args:
        name: The file.
        context: Its header lines with their numbers.
    """

    def __init__(self, name: str, context: str) -> None:
        self._name = name
        self._lines: list[tuple[int, str]] = [(number, line) for number, line in json.loads(context)]
        self._known: dict[int, _Header] = {}

    def at(self, position: str) -> _Header:
        """Give what the lines before a record said."""
        before = bisect([number for number, _ in self._lines], int(position.removeprefix("line ")))
        if before not in self._known:
            self._known[before] = _Header(self._name)
            for _, line in self._lines[:before]:
                self._known[before].take(line)
        return self._known[before]


@lru_cache(maxsize=64)
def _kept(name: str, context: str) -> _Kept:
    return _Kept(name, context)


class _Header:
    """What the lines before said about the ones to come."""

    def __init__(self, name: str) -> None:
        stem = PurePosixPath(name.replace("!", "/").replace("\\", "/")).name.lower()
        found = _NAME.match(stem)
        self.path = found[0].rstrip("_0123456789") if found else ""
        self.separator, self.sets, self.empty, self.unset = "\t", ",", "(empty)", "-"
        self.fields: list[str] = []
        self.lists: frozenset[str] = frozenset()

    def take(self, line: str) -> None:
        """Read one header line; unknown ones (#open, #close) say nothing about records."""
        if line.startswith("#separator "):
            self.separator = _unescape(line.removeprefix("#separator ").strip()) or "\t"
            return
        name, _, rest = line[1:].partition(self.separator)
        values = rest.split(self.separator)
        if name == "fields":
            self.fields, self.lists = values, frozenset()
        elif name == "types":
            pairs = zip(self.fields, values, strict=False)
            self.lists = frozenset(field for field, kind in pairs if kind.startswith(("set[", "vector[")))
        elif name in ("path", "set_separator", "empty_field", "unset_field"):
            setattr(self, {"path": "path", "set_separator": "sets"}.get(name, name.partition("_")[0]), values[0])

    def of_text(self, line: str) -> list[Fact] | Skipped | Rejected:
        """Read a tab-separated record."""
        if not self.fields:
            return _NO_FIELDS
        values = line.split(self.separator)
        if len(values) != len(self.fields):
            return _WIDTH
        row = dict(zip(self.fields, values, strict=True))
        return _outcome(self.path, lambda name: self._value(name, row.get(name)))

    def _value(self, name: str, value: str | None) -> Any:
        if value is None or value == self.unset:
            return None
        if name in self.lists:
            return [] if value == self.empty else [_unescape(part) for part in value.split(self.sets or ",")]
        return "" if value == self.empty else _unescape(value)

    def of_json(self, line: bytes) -> list[Fact] | Skipped | Rejected:
        """Read a JSON record."""
        value = _json.parse(line)
        return self.of_object(value) if isinstance(value, dict) else Rejected(value)

    def of_object(self, value: dict[str, Any]) -> list[Fact] | Skipped | Rejected:
        """Read a JSON record that is parsed."""
        path = value.get("_path") or value.get("@stream") or value.get("@path")
        get = value.get
        path = v.text(path) or _zeek_facts.path_by_keys(value) or self.path
        return _outcome(path, lambda name: get(name, get(name.replace(".", "_"))))


def _outcome(path: str, row: _zeek_facts.Row) -> list[Fact] | Skipped | Rejected:
    time = _time(row("ts"))
    return _NO_TIME if time is None else _zeek_facts.outcome(path, time, row)


def _time(value: Any) -> int | None:
    """Read `ts`: seconds since the epoch, or ISO 8601."""
    read = v.micros(value)
    if read is None and isinstance(value, str):
        try:
            read = v.micros(float(value))
        except ValueError:
            return None
    return read[0] if read else None


def _unescape(text: str) -> str:
    r"""Undo Zeek's escapes (`\x09`, doubled backslash)."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), text)
