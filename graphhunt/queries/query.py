"""What a query is: its name, text, parameters with types, columns; and how given values are checked."""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from graphhunt.errors import QueryError
from graphhunt.queries.values import PYTHON_TYPES, convert

if TYPE_CHECKING:
    from collections.abc import Mapping

MODES = ("read", "write", "schema")
"""What a query may do; proved with EXPLAIN on a real server by the conformance test."""


class Param(NamedTuple):
    """A declared parameter."""

    name: str
    type: str
    optional: bool
    default: Any
    has_default: bool

    @property
    def required(self) -> bool:
        """Whether a caller has to give it."""
        return not (self.optional or self.has_default)


class Column(NamedTuple):
    """A declared column of the result."""

    name: str
    type: str


class Header(NamedTuple):
    """All that the comment lines on top of a query file say."""

    name: str
    doc: str
    mode: str
    params: tuple[Param, ...]
    returns: tuple[Column, ...]
    attack: tuple[str, ...] = ()
    allow: Mapping[str, str] = types.MappingProxyType({})
    example: Mapping[str, Any] | None = None


class Runner(Protocol):
    """What can run a query: a store."""

    def read(self, query: Query, /, **params: Any) -> list[dict[str, Any]]:
        """Run a reading query and give its rows."""
        ...

    def write(self, query: Query, /, **params: Any) -> Any:
        """Run a writing query and give its counters."""
        ...


class Query:
    """One `.cypher` file; call it with a store and keywords to run it."""

    def __init__(self, header: Header, text: str, where: str, variants: Mapping[str, str] | None = None) -> None:
        self.header = header
        self.name = header.name
        self.mode = header.mode
        self.params = header.params
        self.returns = header.returns
        self.text = text
        self.where = where
        self.variants = dict(variants or {})
        self.__name__ = header.name.rpartition("/")[2]
        self.__doc__ = header.doc
        self.__signature__ = _signature(header)

    def __repr__(self) -> str:
        return f"<Query {self.name}{self.__signature__}>"

    def __call__(self, store: Runner, /, **params: Any) -> Any:
        """Run the query: rows of a reading query, counters of a writing one."""
        if self.mode == "read":
            return store.read(self, **params)
        return store.write(self, **params)

    def for_engine(self, engine: str) -> str:
        """Give the text for an engine: its own variant where there is one, else the portable text."""
        return self.variants.get(engine, self.text)

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check values against the declared parameters and fill in defaults.

        Raises:
            QueryError: A name is unknown, a required value is missing, or a value has the wrong type.
        """
        unknown = set(given) - {param.name for param in self.params}
        if unknown:
            raise QueryError(f"unknown parameter {min(unknown)!r}", where=self.name, hint=str(self.__signature__))
        return {param.name: self._one(param, given) for param in self.params}

    def _one(self, param: Param, given: Mapping[str, Any]) -> Any:
        value = given.get(param.name)
        if value is None:
            if param.name in given and param.optional:
                return None
            if param.required:
                raise QueryError(f"parameter {param.name!r} is missing", where=self.name)
            value = param.default
        return None if value is None else convert(param.type, value, f"{self.name}, parameter {param.name}")


def _signature(header: Header) -> inspect.Signature:
    store = inspect.Parameter("store", inspect.Parameter.POSITIONAL_ONLY)
    rows = list[dict[str, Any]] if header.mode == "read" else Any
    return inspect.Signature([store, *map(_parameter, header.params)], return_annotation=rows)


def _parameter(param: Param) -> inspect.Parameter:
    kind: Any = PYTHON_TYPES[param.type]
    if param.optional:
        kind = kind | None
    default = inspect.Parameter.empty if param.required else param.default
    return inspect.Parameter(param.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
