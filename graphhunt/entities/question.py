"""What gives a collection its rows: a query of the library, or a computation of the hunt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from graphhunt import current, queries
from graphhunt.entities.parts import Part, parts


class Source(Protocol):
    """What gives the rows of a collection: a query, or a computation of the hunt."""

    @property
    def name(self) -> str:
        """Name of the query, below `entity/`, or of the computation."""

    @property
    def hunt(self) -> current.OpenHunt:
        """Where it is asked."""

    @property
    def params(self) -> Callable[[], dict[str, Any]]:
        """Gives the parameters; called at the first look only, since it may look up the ids of entities."""

    @property
    def text(self) -> str:
        """The query's text; of a computation what it is."""

    @property
    def extra(self) -> Mapping[str, Any]:
        """Parameters that only its histogram takes."""

    @property
    def limited(self) -> bool:
        """Whether rows are limited in number."""

    def parts(self, params: dict[str, Any]) -> Iterator[Part]:
        """Ask, and yield the fields of the rows as they arrive, some rows at a time."""

    def takes(self, param: str) -> bool:
        """Tell whether it has a parameter."""


@dataclass(frozen=True)
class Question:
    """A query of the library with its parameters, worked out when it is asked.

    Attributes:
        name: The query's name, below `entity/`.
        params: Gives the parameters; it may look up the ids of entities, so it is called at the first look only.
        hunt: Where it is asked.
        shape: Turns the columns that the query gives into the fields of rows; it may change what it is given.
        extra: Parameters that only its histogram takes.
        limited: Whether rows are limited in number.
    """

    name: str
    params: Callable[[], dict[str, Any]]
    hunt: current.OpenHunt
    shape: Callable[[Part], Part] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    limited: bool = False

    def parts(self, params: dict[str, Any]) -> Iterator[Part]:
        """Ask, and yield the fields of the rows as they arrive, some rows at a time."""
        found = parts(self.hunt.store.stream(self.query, **params))
        return found if self.shape is None else map(self.shape, found)

    @property
    def query(self) -> queries.Query:
        """The query's file."""
        return queries.library()[f"entity/{self.name}"]

    @property
    def text(self) -> str:
        """The query's text."""
        return self.query.text

    def takes(self, param: str) -> bool:
        """Tell whether the query has a parameter."""
        return any(known.name == param for known in self.query.params)


@dataclass(frozen=True)
class Computation:
    """Rows that the hunt computes beside its graph: paths over the snapshot, original records.

    Attributes:
        name: What is computed.
        params: Gives the parameters at the first look.
        hunt: Where it is asked.
        rows: Gives the fields of each row for the parameters.
    """

    name: str
    params: Callable[[], dict[str, Any]]
    hunt: current.OpenHunt
    rows: Callable[[dict[str, Any]], Iterator[dict[str, Any]]]
    extra: ClassVar[Mapping[str, Any]] = {}
    limited: ClassVar[bool] = False

    def parts(self, params: dict[str, Any]) -> Iterator[Part]:
        """Compute, and yield the fields of the rows, some rows at a time."""
        return parts(self.rows(params))

    @property
    def text(self) -> str:
        """What is computed; there is no query."""
        return f"// computed by the hunt: {self.name}"

    def takes(self, param: str) -> bool:
        """Tell whether a parameter is pushed down: none is."""
        return False
