"""Linux audit records as a frame, under msticpy's names: `read_from_file`, `extract_events_to_df` and the rest.

An event is what shares time, serial number and node; every record of it is kept with all its fields. What an
execve's records say is folded into one row of type `SYSCALL_EXECVE` with the whole command line.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import require_columns
from graphhunt.toolbox.process_tree import build_process_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

EXECVE = "SYSCALL_EXECVE"
"""Type of the rows that stand for the start of a program."""

NUMBERS = (
    "argc",
    "pid",
    "ppid",
    "uid",
    "gid",
    "euid",
    "egid",
    "auid",
    "ses",
    "syscall",
    "items",
    "suid",
    "sgid",
    "fsuid",
)
"""Fields that are whole numbers where they are given as such."""

_LINE = re.compile(r"(?:node=(?P<node>\S+) )?type=(?P<type>\S+) msg=audit\((?P<id>\d+\.\d+:\d+)\):\s?(?P<body>.*)")
_FIELD = re.compile(r"""(?P<name>[\w-]+)=(?P<value>"[^"]*"|'[^']*'|[^\s'"]*)""")
_ARGUMENT = re.compile(r"a(\d+)")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_CODED = frozenset({"proctitle", "comm", "exe", "cwd", "name", "cmd"})
_PARTS = ("SYSCALL", "EXECVE", "CWD", "PROCTITLE")
_FIRST = ["EventType", "mssg_id", "TimeStamp", "node"]

Event = dict[str, list[str]]


def read_from_file(
    filepath: str | Path, event_type: str | None = None, verbose: bool = False, dummy_sep: str = "\t"
) -> pd.DataFrame:
    """Read an audit log, plain or gzipped.

    Args:
        filepath: The file.
        event_type: Keep this type only.
        verbose: Accepted for compatibility.
        dummy_sep: Accepted for compatibility.

    Returns:
        A row for each record, `EventType`, `mssg_id` (time and serial), `TimeStamp` (UTC), `node` and every field;
        `attrs["skipped_lines"]` counts the lines that are no audit record.
    """
    del verbose, dummy_sep
    skipped: list[str] = []
    path = Path(filepath)
    with gzip.open(path, "rt", errors="replace") if path.suffix == ".gz" else path.open(errors="replace") as lines:
        events = _grouped(lines, skipped)
    found = _frame(_rows(events), event_type)
    found.attrs["skipped_lines"] = len(skipped)
    return found


def extract_events_to_df(
    data: pd.DataFrame, input_column: str = "AuditdMessage", event_type: str | None = None, verbose: bool = False
) -> pd.DataFrame:
    """Unpack a column whose cells hold the records of an event, as `[{type: text}, …]` or as lines; it isn't changed.

    Args:
        data: The frame, with any index; `mssg_id` and `TimeStamp` are taken over where they are.
        input_column: The column.
        event_type: Keep this type only.
        verbose: Accepted for compatibility.

    Raises:
        UsageError: The frame has no such column.
    """
    del verbose
    require_columns(data, [input_column])
    rows: list[dict[str, Any]] = []
    for record in data.to_dict("records"):
        cell = record[input_column]
        if isinstance(cell, str):
            rows += _rows(_grouped(cell.splitlines(), []))
        elif isinstance(cell, list):
            known: dict[str, Any] = {name: record[name] for name in ("mssg_id", "TimeStamp") if name in record}
            rows += [{**row, **known} for row in _records(_listed(cell))]
    return _frame(rows, event_type)


def unpack_auditd(audit_str: Iterable[Mapping[str, str]]) -> Mapping[str, Mapping[str, Any]]:
    """Give the fields of the records of one event by type; `[{"SYSCALL": "arch=… pid=…"}, …]`."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in _records(_listed(audit_str)):
        kind = row.pop("EventType")
        found[kind if kind not in found else f"{kind}_{len(found)}"] = row
    return found


def get_event_subset(data: pd.DataFrame, event_type: str) -> pd.DataFrame:
    """Give the rows of a type without the columns that are empty there."""
    return data[data["EventType"] == event_type].dropna(axis=1, how="all").infer_objects()


def generate_process_tree(
    audit_data: pd.DataFrame, branch_depth: int = 4, processes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Link the program starts of audit data to trees; see `build_process_tree`.

    Args:
        audit_data: What `read_from_file` gives.
        branch_depth: Deepest level to list; -1 for no limit.
        processes: Program starts to link instead.

    Raises:
        UsageError: There is no program start.
    """
    starts = get_event_subset(audit_data, EXECVE) if processes is None else processes
    if starts.empty:
        raise UsageError("there is no program start in these audit data")
    schema = {"process_name": "exe", "process_id": "pid", "parent_id": "ppid", "time_stamp": "TimeStamp",
              "cmd_line": "cmdline", "path_separator": "/", "user_name": "auid"}  # fmt: skip
    schema |= {"host_name_column": "node"} if "node" in starts else {}
    tree = build_process_tree(starts, schema)
    levels = tree["path"].str.count("/")
    return tree if branch_depth < 0 else tree[levels < branch_depth]


def _grouped(lines: Iterable[str], skipped: list[str]) -> dict[tuple[str, str], Event]:
    """Put the records of an event together; its node and id are the key."""
    events: defaultdict[tuple[str, str], Event] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        match = _LINE.match(line.strip())
        if match is None:
            if line.strip():
                skipped.append(line)
            continue
        events[match["node"] or "", match["id"]][match["type"]].append(match["body"])
    return events


def _listed(records: Iterable[Mapping[str, str]]) -> Event:
    event: Event = {}
    for record in records:
        for kind, body in record.items():
            event.setdefault(kind, []).append(str(body))
    return event


def _rows(events: Mapping[tuple[str, str], Event]) -> Iterator[dict[str, Any]]:
    for (node, identity), event in events.items():
        known: dict[str, Any] = {"mssg_id": identity, "TimeStamp": float(identity.partition(":")[0])}
        for row in _records(event):
            yield {**row, **known, **({"node": node} if node else {})}


def _records(event: Event) -> Iterator[dict[str, Any]]:
    """Give a row for each record of an event, an execve's parts as one."""
    folded = "EXECVE" in event
    if folded:
        whole: dict[str, Any] = {"EventType": EXECVE}
        for part in _PARTS:
            for body in event.get(part, []):
                whole |= _fields(body)
        yield {**whole, "cmdline": _command_line(whole)}
    for kind, bodies in event.items():
        if not (folded and kind in _PARTS):
            yield from ({"EventType": kind, **_fields(body)} for body in bodies)


def _fields(body: str) -> dict[str, Any]:
    """Read `name=value` pairs; what is quoted holds further ones only for PAM's `msg='…'`."""
    found: dict[str, Any] = {}
    for match in _FIELD.finditer(body):
        name, value = match["name"], match["value"]
        if name == "msg" and value.startswith("'"):
            found |= _fields(value[1:-1])
        else:
            found[name] = _value(name, value)
    return found


def _value(name: str, value: str) -> Any:
    if value[:1] in {'"', "'"}:
        return value[1:-1]
    if name in NUMBERS and re.fullmatch(r"-?\d+", value):
        return int(value)
    if (name in _CODED or _ARGUMENT.fullmatch(name)) and len(value) >= 4 and _HEX.fullmatch(value):
        return bytes.fromhex(value).replace(b"\0", b" ").decode(errors="replace").rstrip()
    return value


def _command_line(fields: Mapping[str, Any]) -> str:
    """Join every argument, in the order of their numbers."""
    numbered = [(int(m[1]), str(v)) for name, v in fields.items() if (m := _ARGUMENT.fullmatch(name))]
    count = fields.get("argc")
    return " ".join(text for i, text in sorted(numbered) if not isinstance(count, int) or i < count)


def _frame(rows: Iterable[dict[str, Any]], event_type: str | None) -> pd.DataFrame:
    """Make the frame, with whole numbers as such and times in UTC."""
    kept = [row for row in rows if event_type is None or row["EventType"] == event_type]
    found = pd.DataFrame(kept)
    if found.empty:
        return pd.DataFrame(columns=_FIRST[:3])
    if "TimeStamp" in found:
        given = found["TimeStamp"]
        numeric = pd.api.types.is_numeric_dtype(given.dtype)
        found["TimeStamp"] = pd.to_datetime(given, unit="s", utc=True).dt.round("ms") if numeric else given
    for name in NUMBERS:
        values = [row.get(name) for row in kept]
        if name in found and all(value is None or isinstance(value, int) for value in values):
            found[name] = pd.array(values, dtype="Int64")
    first = [name for name in _FIRST if name in found]
    return found[[*first, *(name for name in found.columns if name not in first)]]
