"""Stored queries: the YAML files that msticpy documents, read as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphhunt.errors import LoadError, UsageError
from graphhunt.toolbox.query_values import Given, read_value, written

_MOST = 4 * 2**20
"""Bytes that a file of queries may have."""

_MACRO = re.compile(r"\{\{|\}\}|\{(\w+)\}")
_NEEDED = object()


@dataclass(frozen=True)
class QueryParameter:
    """A parameter of a stored query.

    Attributes:
        name: What it is called.
        type: `str`, `datetime`, `list`, `int`, `float` or `bool`; another counts as `str`.
        description: What it means.
        default: What it is when not given; a parameter without one has to be given.
    """

    name: str
    type: str = "str"
    description: str = ""
    default: Any = _NEEDED

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is _NEEDED


@dataclass(frozen=True)
class StoredQuery:
    """A query with a name, its text and its parameters.

    Attributes:
        name: What it is called.
        text: The query: a file's name for local data, KQL with `{macros}`, Cypher with `$parameters` …
        families: Families that it is found under.
        environments: Environments that it is for.
        description: What it gives.
        parameters: What it takes, by name.
        where: The file that it stands in.
    """

    name: str
    text: str
    families: tuple[str, ...]
    environments: tuple[str, ...] = ()
    description: str = ""
    parameters: Mapping[str, QueryParameter] = field(default_factory=dict)
    where: str = ""

    def bind(self, given: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Given]:
        """Check the given values and fill in defaults.

        Args:
            given: Values that the caller names.
            said: Values that an alert, event or time names; those that the query doesn't take are passed over.

        Raises:
            UsageError: A name is unknown, a value is missing or isn't of its type.
        """
        hint = "it takes " + (", ".join(self.parameters) or "no parameters")
        if unknown := sorted(set(given) - set(self.parameters)):
            raise UsageError(f"{self.name} has no parameter '{unknown[0]}'", hint=hint)
        told = {name: value for name, value in {**said, **given}.items() if value is not None}
        if missing := [p.name for p in self.parameters.values() if p.required and p.name not in told]:
            raise UsageError(f"{self.name} needs a value for '{missing[0]}'", hint=hint)
        bound = {}
        for name, parameter in self.parameters.items():
            value = told.get(name, parameter.default)
            bound[name] = Given(read_value(parameter.type, name, value), own=name in told)
        return bound

    def rendered(self, bound: Mapping[str, Given]) -> str:
        """Give the text with the values in place of its macros, for people to read and for drivers that bind nothing.

        A value inside quotes can't end them; one that stands outside of quotes is a clause of the query's language.

        Raises:
            UsageError: The text has a macro that is no parameter.
        """

        def put(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return match[0][0]
            if name not in bound:
                raise UsageError(f"the text of {self.name} has {{{name}}}, which is no parameter", where=self.where)
            return written(bound[name], _quote_at(self.text, match.start()))

        return _MACRO.sub(put, self.text)


def _quote_at(text: str, place: int) -> str:
    """Give the quotation mark inside of which a place is; none outside."""
    open_with, escaped = "", False
    for character in text[text.rfind("\n", 0, place) + 1 : place]:
        if escaped:
            escaped = False
        elif character == "\\" and open_with:
            escaped = True
        elif character in "\"'":
            open_with = "" if character == open_with else open_with or character
    return open_with


def read_queries(path: Path) -> Iterator[StoredQuery]:
    """Yield the queries of a YAML file, or of all below a folder.

    Raises:
        LoadError: A file can't be read or isn't one of queries.
        UsageError: The package for YAML isn't installed.
    """
    if path.is_dir():
        for file in sorted(found for found in path.rglob("*") if found.suffix.lower() in {".yaml", ".yml"}):
            yield from read_queries(file)
        return
    content = _yaml(path)
    metadata = _mapping(content.get("metadata"), path, "metadata")
    defaults = _mapping(content.get("defaults") or {}, path, "defaults")
    for name, source in _mapping(content.get("sources"), path, "sources").items():
        yield _query(str(name), _mapping(source, path, f"sources.{name}"), metadata, defaults, path)


def _yaml(path: Path) -> dict[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise UsageError("files of queries need the package PyYAML", hint="pip install graphhunt[notebook]") from error
    try:
        if path.stat().st_size > _MOST:
            raise LoadError(f"a file of queries has at most {_MOST:,} bytes", where=str(path))
        return _mapping(yaml.safe_load(path.read_text("utf-8")), path, "the file")
    except (OSError, yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise LoadError(f"the file of queries can't be read: {reason}", where=str(path)) from error


def _mapping(value: Any, path: Path, what: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise LoadError(f"{what} is no mapping, as a file of queries has it", where=str(path))
    return dict(value)


def _query(
    name: str, source: dict[str, Any], metadata: dict[str, Any], defaults: dict[str, Any], path: Path
) -> StoredQuery:
    own = {**metadata, **(defaults.get("metadata") or {}), **(source.get("metadata") or {})}
    args = {**(defaults.get("args") or {}), **(source.get("args") or {})}
    if not isinstance(args.get("query"), str):
        raise LoadError(f"the query {name} has no text", where=str(path))
    declared = {**(defaults.get("parameters") or {}), **(source.get("parameters") or {})}
    parameters = {str(key): _parameter(str(key), value) for key, value in declared.items()}
    return StoredQuery(
        name=name, text=args["query"].strip(), families=_texts(own.get("data_families")) or ("Queries",),
        environments=_texts(own.get("data_environments")), description=str(source.get("description") or ""),
        parameters=parameters, where=str(path),
    )  # fmt: skip


def _texts(value: Any) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(str(one).rpartition("DataFamily.")[2].rpartition("DataEnvironment.")[2] for one in given)


def _parameter(name: str, declared: Any) -> QueryParameter:
    said = declared if isinstance(declared, Mapping) else {}
    kind, text = str(said.get("type") or "str"), str(said.get("description") or "")
    return QueryParameter(name, kind, text, said.get("default", _NEEDED))
