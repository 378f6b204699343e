"""Original records as fields and values: every value as text exactly as it is written, whatever the format."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from xml.sax.saxutils import unescape

import orjson

from graphhunt.records.clock import head, time_of

MOST_FIELDS = 400
"""Fields of one record that are told apart."""

_DEPTH = 12
_DATA = re.compile(r'<Data Name=(?:"([^"<>]{1,200})"|\'([^\'<>]{1,200})\')>([^<]*+)</Data>')
_ELEMENT = re.compile(r"<([A-Za-z][\w.]{0,80})(?:\s[^<>]{0,400})?>([^<]++)</")
_ATTRIBUTE = re.compile(r"""\s([A-Za-z][\w]{0,40})=(?:"([^"<>]{1,400})"|'([^'<>]{1,400})')""")
_PAIR = re.compile(r"""(?:^|[\s,;|(])([A-Za-z_][\w.-]{0,60})=(?:"([^"]*+)"|'([^']*+)'|([^\s,;|]*+))""")
_ENTITIES = {"&quot;": '"', "&apos;": "'"}
_HOSTS = (
    "hostname",
    "computer",
    "computer_name",
    "computername",
    "machinename",
    "host_name",
    "devicename",
    "_system_name",
)
_HEADER = "#fields\t"


class Raw(NamedTuple):
    """What a record says in its own words; `time` in µs UTC and `host` are None where it doesn't tell."""

    fields: dict[str, str]
    time: int | None
    host: str | None


def read(raw: str, context: str = "", *, placed: bool = False) -> Raw:
    """Take a record apart.

    Args:
        raw: The record.
        context: What its loader said of the file: the names of columns.
        placed: When and where it happened is known already, and isn't looked for.
    """
    fields = _fields(raw, context)
    if placed:
        return Raw(fields, None, None)
    low = low_names(tuple(fields))
    time = time_of(fields, low)
    host = next(filter(None, (fields[low[name]] for name in _HOSTS if name in low)), None)
    if time is None and (line := head(raw, context)):
        time, host = line.time, host or line.host
    return Raw(fields, time, host)


@lru_cache(maxsize=4096)
def low_names(names: tuple[str, ...]) -> Mapping[str, str]:
    """Give for each name in lower case the first that is written so: most records have the names of many others."""
    return {name.lower(): name for name in reversed(names)}


def _fields(raw: str, context: str) -> dict[str, str]:
    start = raw[:64].lstrip()[:1]
    if start == "{":
        return _of_json(raw)
    if start == "<" and "</" in raw:
        return _of_xml(raw)
    if columns := _columns(context):
        return _of_row(raw, columns)
    found = ((m[1], next((part for part in m.groups()[1:] if part is not None), "")) for m in _PAIR.finditer(raw))
    return _collected(found)


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keep the first value of each name, and the next ones under the name with a number."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        if len(fields) >= MOST_FIELDS:
            break
        key, number = name, 2
        while key in fields and number < 10:
            key, number = f"{name}.{number}", number + 1
        fields.setdefault(key, value)
    return fields


def _of_json(raw: str) -> dict[str, str]:
    """Read JSON the quick way; the slow one keeps numbers that can be written in several ways as they are written."""
    try:
        return _of_value(orjson.loads(raw))
    except (ValueError, RecursionError):
        pass
    try:
        found = _of_value(json.loads(raw, parse_int=str, parse_float=str, parse_constant=str, strict=False))
    except (ValueError, RecursionError):
        return {}
    return {_whole(name): _whole(value) for name, value in found.items()}


def _whole(text: str) -> str:
    """Put a question mark for each half of a character, which can't be stored."""
    return text.encode(errors="replace").decode()


def _of_value(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    leaves = {name: item if item.__class__ is str else _LEAVES[item.__class__](item) for name, item in value.items()}
    if len(leaves) <= MOST_FIELDS and "." not in "".join(leaves) and dict not in set(map(type, leaves.values())):
        return leaves
    fields: dict[str, str] = {}
    _walk(leaves, "", fields, 0)
    return fields


def _walk(value: Mapping[str, Any], path: str, fields: dict[str, str], depth: int) -> None:
    """Collect leaves by the last part of their name, by their whole path where that is taken."""
    for name, item in value.items():
        if len(fields) >= MOST_FIELDS:
            return
        if item.__class__ is not str:
            item = _LEAVES[item.__class__](item)
            if isinstance(item, dict):
                if depth < _DEPTH:
                    _walk(item, f"{path}{name}.", fields, depth + 1)
                continue
        key = name
        if "." in name:
            key = name.rpartition(".")[2] or name
        elif path and name in ("#text", "value"):
            key = path[:-1].rpartition(".")[2]
        fields.setdefault(path + name if key in fields else key, item)


def _listed(items: list[Any]) -> Any:
    """Give a list of named values as a mapping, any other as text."""
    if all(item.__class__ is str for item in items):
        return ", ".join(items)
    named = {
        str(item.get("@Name") or item.get("Name")): item.get("#text", item.get("Value", ""))
        for item in items
        if isinstance(item, dict) and (item.get("@Name") or item.get("Name"))
    }
    if named:
        return named
    return ", ".join(
        json.dumps(_written(item), ensure_ascii=False)
        if isinstance(item, dict | list)
        else _LEAVES[item.__class__](item)
        for item in items
    )


def _written(item: Any) -> Any:
    """Give what is nested in a list with its numbers as text."""
    if isinstance(item, dict):
        return {name: _written(each) for name, each in item.items()}
    if isinstance(item, list):
        return [_written(each) for each in item]
    return item if item is None or item.__class__ is bool else _LEAVES[item.__class__](item)


def _inexact(_: float) -> str:
    raise ValueError("a number that may have been written in another way")


_LEAVES: dict[type, Callable[[Any], Any]] = {
    str: str, int: str, float: _inexact, bool: lambda item: "true" if item else "false", type(None): lambda _: "",
    list: _listed, dict: lambda item: item,
}  # fmt: skip
"""How a value of each kind is said: as text, but mappings stay what they are."""


def _of_xml(raw: str) -> dict[str, str]:
    data = [(m[1] or m[2], m[3]) for m in _DATA.finditer(raw)]
    elements = [(m[1], m[2]) for m in _ELEMENT.finditer(raw) if m[1] != "Data" and m[2].strip()]
    attributes = [(m[1], m[2] or m[3]) for m in _ATTRIBUTE.finditer(raw) if m[1] not in ("Name", "xmlns")]
    return _collected((name, unescape(value, _ENTITIES)) for name, value in [*data, *elements, *attributes])


def _columns(context: str) -> list[str]:
    """Give the names of a table's columns: those of CSV, or of Zeek's header."""
    try:
        said = json.loads(context) if context.startswith("[") else []
    except ValueError:
        return []
    if all(isinstance(name, str) for name in said):
        return list(said)
    lines = [str(item[1]) for item in said if isinstance(item, list) and len(item) > 1]
    return next((line[len(_HEADER) :].split("\t") for line in reversed(lines) if line.startswith(_HEADER)), [])


def _of_row(raw: str, columns: list[str]) -> dict[str, str]:
    if "\t" in raw and raw.count("\t") + 1 == len(columns):
        values = raw.split("\t")
    else:
        try:
            values = next(csv.reader(raw.splitlines(keepends=True)), [])
        except csv.Error:
            return {}
    return _collected(zip(columns, values, strict=False))
