"""Reads and checks the header of a `.cypher` file; an error names file and line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from graphhunt.errors import QueryError
from graphhunt.queries.query import MODES, Column, Header, Param
from graphhunt.queries.values import COLUMN_TYPES, PYTHON_TYPES, convert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEYS = ("mode", "params", "returns", "attack", "allow", "example")
"""What a header may state, each once."""

_KEY = re.compile(rf"({'|'.join(KEYS)}):(?:\s+(.*))?$")
_PARAM = re.compile(
    r"(?P<name>[a-z_]\w*):\s*(?P<type>[a-z]+(?:\[[a-z]+\])?)(?P<optional>\?)?(?:\s*=\s*(?P<default>.+))?$"
)
_COLUMN = re.compile(r"(?P<name>[a-z_]\w*):\s*(?P<type>[a-z]+(?:\[[a-z]+\])?)\??$")
_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?$")
_ALLOW = re.compile(r"(?P<what>[\w, ]+?) because (?P<why>.+)$")
_LIST_COMMA = re.compile(r",\s*(?=[a-z_]\w*:)")


class _Entry:
    """A key of the header with its text so far and its first line."""

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.line = line


def parse_header(text: str, name: str, file: str) -> Header:
    """Read the comment lines on top of a query file.

    Args:
        text: The whole file.
        name: What the first line has to say: the path without suffix.
        file: File name for error messages.

    Raises:
        QueryError: The header breaks its rules; the error gives file and line.
    """
    doc, entries = _collect(list(_comment_lines(text)), name, file)

    def stated(key: str, default: str = "") -> tuple[str, int]:
        entry = entries.get(key)
        return (entry.text.strip(), entry.line) if entry else (default, 1)

    def parsed(key: str, reader: Callable[[str], Any], default: str = "") -> Any:
        value, line = stated(key, default)
        try:
            return reader(value)
        except (ValueError, KeyError) as error:
            raise QueryError(f"the header's {key} is wrong: {error}", where=f"{file}:{line}") from error

    for key in ("mode", "params", "returns"):
        if key not in entries:
            raise QueryError(f"the header doesn't state `{key}`", where=f"{file}:1")
    return Header(
        name=name,
        doc=doc,
        mode=parsed("mode", _mode),
        params=parsed("params", _params),
        returns=parsed("returns", _columns),
        attack=parsed("attack", _techniques),
        allow=parsed("allow", _allowed),
        example=parsed("example", _example),
    )


def _comment_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("//"):
            return
        yield line[2:]


def _collect(lines: list[str], name: str, file: str) -> tuple[str, dict[str, _Entry]]:
    if not lines or lines[0].strip() != name:
        raise QueryError(f"the first line must be `// {name}`", where=f"{file}:1")
    doc: list[str] = []
    entries: dict[str, _Entry] = {}
    current: _Entry | None = None
    for number, line in enumerate(lines[1:], start=2):
        key = _KEY.match(line.strip())
        if key and not line.startswith("   "):
            if key[1] in entries:
                raise QueryError(f"`{key[1]}` is stated twice", where=f"{file}:{number}")
            current = entries[key[1]] = _Entry(key[2] or "", number)
        elif current is None:
            doc.append(line.strip())
        elif line.startswith("   "):
            current.text += " " + line.strip()
        else:
            raise QueryError("a line is neither a key nor the rest of one", where=f"{file}:{number}")
    if not doc or not doc[0].endswith("."):
        raise QueryError("the second line must be a full sentence that says what the query gives", where=f"{file}:2")
    return "\n".join(doc), entries


def _mode(value: str) -> str:
    if value not in MODES:
        raise ValueError(f"{value!r} is none of {', '.join(MODES)}")
    return value


def _items(value: str) -> list[str]:
    return [] if value == "none" else [item.strip() for item in _LIST_COMMA.split(value)]


def _params(value: str) -> tuple[Param, ...]:
    found = tuple(map(_param, _items(value)))
    names = [param.name for param in found]
    if len(set(names)) < len(names):
        raise ValueError("a name is declared twice")
    return found


def _param(item: str) -> Param:
    match = _PARAM.match(item)
    if match is None:
        raise ValueError(f"{item!r} isn't `name: type`, `name: type?` or `name: type = default`")
    kind = match["type"]
    if kind not in PYTHON_TYPES:
        raise ValueError(f"{kind!r} is none of {', '.join(PYTHON_TYPES)}")
    default = match["default"]
    return Param(
        match["name"],
        kind,
        match["optional"] is not None,
        None if default is None else convert(kind, json.loads(default), f"default of {match['name']}"),
        default is not None,
    )


def _columns(value: str) -> tuple[Column, ...]:
    return tuple(map(_column, _items(value)))


def _column(item: str) -> Column:
    match = _COLUMN.match(item)
    if match is None or match["type"] not in COLUMN_TYPES:
        raise ValueError(f"{item!r} isn't `name: type` with a type of {', '.join(sorted(COLUMN_TYPES))}")
    return Column(match["name"], match["type"])


def _techniques(value: str) -> tuple[str, ...]:
    found = tuple(item.strip() for item in value.split(",") if item.strip())
    for item in found:
        if not _TECHNIQUE.match(item):
            raise ValueError(f"{item!r} isn't an ATT&CK technique id")
    return found


def _allowed(value: str) -> dict[str, str]:
    if not value:
        return {}
    match = _ALLOW.match(value)
    if match is None:
        raise ValueError("it isn't `OPERATOR, OPERATOR because REASON`")
    return {item.strip(): match["why"] for item in match["what"].split(",")}


def _example(value: str) -> dict[str, Any] | None:
    if not value:
        return None
    found = json.loads(value)
    if not isinstance(found, dict):
        raise ValueError("it isn't a JSON object")  # noqa: TRY004 - the caller turns ValueError into a QueryError
    return found
