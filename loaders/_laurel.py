"""The events of laurel, which writes each event of the Linux audit log as one JSON object, as lines of it.

Text that isn't UTF-8, and each `%`, stands in its strings as `%XX`, which is undone once. Fields whose names are in
capitals are the enriched ones; `PPID` beside `ppid` tells of the parent process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from . import _values as v
from ._audit_lines import Line, Stamp

_ID = re.compile(r"([1-9]\d{0,11})\.(\d{3}):(\d{1,20})")
_OWN = frozenset({"ID", "NODE", "PARENT_INFO"})
_SINGLE = {"family": "family", "addr": "laddr", "port": "lport"}
_ARGUMENTS_MOST = 4096


def stamp(event: dict[str, Any]) -> Stamp | None:
    """Read when and where an event is from; None if it has no id."""
    found = _ID.fullmatch(v.text(event.get("ID")) or "")
    if found is None:
        return None
    time = int(found[1]) * 1_000_000 + int(found[2]) * 1_000
    return Stamp(time, False, v.text(event.get("NODE")), found[3])


def lines(event: dict[str, Any]) -> list[Line]:
    """Give an event's records."""
    return [Line(kind, fields) for kind, said in event.items() if kind not in _OWN for fields in _records(said)]


def _records(said: object) -> Iterator[dict[str, str]]:
    """Give the fields of the records of one type: an object, or a list of them."""
    for each in said if isinstance(said, list) else [said]:
        if isinstance(each, dict):
            yield _fields(each)


def _fields(record: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found.update(_inner(name, value))
        elif isinstance(value, list):
            found.update(_listed(name, value))
        elif value is not None:
            found[name] = _undone(value)
    return found


def _inner(name: str, value: dict[str, Any]) -> dict[str, str]:
    """Give what an object inside a record tells: a socket's address, the parent process, the words of a message."""
    if name == "SADDR":
        return {_SINGLE[key]: _undone(each) for key, each in value.items() if key in _SINGLE}
    if name == "PPID":
        return {"parent_exe": _undone(value.get("exe") or "")}
    return {key: _undone(each) for key, each in value.items() if not isinstance(each, (dict, list))}


def _listed(name: str, values: list[Any]) -> dict[str, str]:
    if name != "ARGV":
        return {}
    given = [_undone(value) for value in values[:_ARGUMENTS_MOST]]
    return {"argc": str(len(given)), **{f"a{index}": value for index, value in enumerate(given)}}


def _undone(value: object) -> str:
    if isinstance(value, (dict, list)):
        return ""
    text = str(value)
    return unquote_to_bytes(text).decode("utf-8", "backslashreplace") if "%" in text else text
