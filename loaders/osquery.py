"""Results of osquery (`osqueryd.results.log`): differential and snapshot results as JSON, one a line.

What a row is, is told by its columns, as queries have any name. Only rows that were `added`, and rows of a
snapshot, say something. Event time is the row's own `time` (event tables, logins); rows of state tables have only
the time of the query (`unixTime`), which is marked as guessed. The machine is `hostIdentifier`.

Rows with pid and cmdline become a ProcessStart, with pid and remote_address a Connection, with tty and host (`last`,
`logged_in_users`) a Logon, with target_path and action (`file_events`) a FileAction. All others are kept as evidence.

Known gaps: a snapshot of running processes tells no start; their start is the time of the query.

References:
    https://osquery.readthedocs.io/en/stable/deployment/logging/
    https://osquery.io/schema/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphhunt.model import Connection, Fact, FileAction, FileWarning, Logon, ProcessStart, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _json, _text
from . import _values as v

_FIELDS = tuple(re.compile(rb'"' + name + rb'"\s*:') for name in (b"hostIdentifier", b"(?:unixTime|calendarTime)"))
_NOT_OSQUERY = Rejected("not an osquery result")
_NO_TIME = Rejected("no usable event time")
_REMOVED = Skipped("row that is no longer there")
_NO_FACT = Skipped("osquery row without a mapping")
_OPERATIONS = {
    "CREATED": "create", "UPDATED": "modify", "DELETED": "delete", "MOVED_FROM": "rename", "MOVED_TO": "rename",
    "OPENED": "read", "ACCESSED": "access", "ATTRIBUTES_MODIFIED": "modify",
}  # fmt: skip
_USER_PROCESS = ("7", "user", "user-process")


class OsqueryLoader:
    """Reads osquery's results."""

    name = "osquery"
    text = True

    def sniff(self, head: bytes, name: str) -> float:
        """Look for the fields of every result in the first line."""
        line, _ = _text.first_line(_text.head_text(head))
        return 0.9 if line[:1] == b"{" and all(field.search(line) for field in _FIELDS) else 0.0

    def by_line(self, head: bytes) -> bool:
        """Tell whether each line is a record of its own: then a big file can be read in slices."""
        return _json.is_lines(head)

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every result."""
        return _json.records(source, self.name, _outcome)

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a record that is kept is."""
        return _json.again(held, _outcome)


def _outcome(result: dict[str, Any]) -> list[Fact] | Skipped | Rejected:
    host = v.text(result.get("hostIdentifier"))
    rows = _rows(result)
    if host is None or not rows:
        return _NOT_OSQUERY
    asked = v.micros(v.number(result.get("unixTime")))
    if asked is None:
        return _NO_TIME
    if result.get("action") == "removed":
        return _REMOVED
    facts = [fact for fact in (_fact(row, host, asked[0]) for row in rows) if fact is not None]
    return facts or _NO_FACT


def _rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    snapshot = result.get("snapshot")
    rows = snapshot if isinstance(snapshot, list) else [result.get("columns")]
    return [row for row in rows if isinstance(row, dict)]


def _fact(row: dict[str, Any], host: str, asked: int) -> Fact | None:
    get = row.get
    stated = v.micros(v.number(get("time")))
    base: dict[str, Any] = {"host": host, "time": stated[0] if stated else asked, "guessed_time": stated is None}
    # Logins carry a command line too: their terminal is told first.
    if "tty" in row and "host" in row:
        return _login(base, row)
    if v.pid(get("pid")) is None:
        return _file(base, row) if "target_path" in row else None
    if v.ip(get("remote_address")) and v.port(get("remote_port")):
        return _connection(base, row)
    return _process(base, row) if v.text(get("cmdline")) else None


def _login(base: dict[str, Any], row: dict[str, Any]) -> Logon | None:
    if v.text(row.get("type")) not in _USER_PROCESS:
        return None
    user = v.text(row.get("username") or row.get("user"))
    source = v.text(row.get("host"))
    return Logon(
        **base,
        code="osquery/login",
        user=user,
        source_ip=source if v.is_address(source) else None,
        workstation=None if v.is_address(source) else source,
        logon_process=v.text(row.get("tty")),
        process_pid=v.pid(row.get("pid")),
    )


def _process(base: dict[str, Any], row: dict[str, Any]) -> ProcessStart:
    get = row.get
    return ProcessStart(
        **base,
        code="osquery/process",
        pid=v.pid(get("pid")),
        path=v.text(get("path")) or v.text(get("name")),
        command_line=v.text(get("cmdline")),
        working_directory=v.text(get("cwd")),
        user=v.text(get("username")) or ("root" if v.text(get("uid")) == "0" else v.text(get("uid"))),
        parent_pid=v.pid(get("parent")),
        parent_command_line=v.text(get("pcmdline")),
    )


def _connection(base: dict[str, Any], row: dict[str, Any]) -> Connection:
    get = row.get
    return Connection(
        **base,
        code="osquery/socket",
        pid=v.pid(get("pid")),
        path=v.text(get("path")),
        protocol=v.protocol(get("protocol")),
        source_ip=v.ip(get("local_address")),
        source_port=v.port(get("local_port")),
        destination_ip=v.ip(get("remote_address")),
        destination_port=v.port(get("remote_port")),
    )


def _file(base: dict[str, Any], row: dict[str, Any]) -> FileAction | None:
    operation = _OPERATIONS.get(str(row.get("action")))
    if operation is None:
        return None
    found = v.content_hashes(",".join(f"{name}={row.get(name)}" for name in ("md5", "sha1", "sha256")))
    return FileAction(**base, **found, code="osquery/file", operation=operation, target=v.text(row.get("target_path")))
