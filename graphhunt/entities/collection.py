"""Collections: what a method gives. Typed, lazy, and able to say which query made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, overload

from graphhunt import current, queries
from graphhunt.entities import frames, pictures
from graphhunt.entities.counting import in_graph
from graphhunt.entities.histogram import Histogram, HistogramResult
from graphhunt.entities.parts import Part, parts, typed
from graphhunt.entities.rows import Row, columns
from graphhunt.entities.values import ability
from graphhunt.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    import polars as pl

    from graphhunt.entities.subgraph import Subgraph

R = TypeVar("R", bound=Row)


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


class Collection(Sequence[R], Generic[R]):
    """Rows of one kind. Nothing is asked of the graph before the rows are looked at.

    Args:
        kind: The class of the rows.
        question: What gives the rows.
        rows: The rows themselves, for a part of another collection.
    """

    def __init__(self, kind: type[R], question: Source, rows: Sequence[R] | None = None) -> None:
        self.kind = kind
        self.question = question
        if rows is not None:
            self.__dict__["rows"] = list(rows)

    @cached_property
    def rows(self) -> list[R]:
        """All rows; asked for at the first look."""
        return list(self.stream())

    @cached_property
    def params(self) -> dict[str, Any]:
        """The parameters of the query."""
        return self.question.params()

    @property
    def cypher(self) -> str:
        """The text of the query that gives the rows."""
        return self.question.text

    def stream(self) -> Iterator[R]:
        """Ask anew and yield the rows as they arrive, without keeping them."""
        return chain.from_iterable(typed(self.kind, part) for part in self.question.parts(self.params))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> R: ...

    @overload
    def __getitem__(self, index: slice) -> Collection[R]: ...

    def __getitem__(self, index: int | slice) -> R | Collection[R]:
        if isinstance(index, slice):
            if index.start in (None, 0) and index.step in (None, 1) and (index.stop or -1) >= 0:
                return self._first(index.stop)
            return self._part(self.rows[index])
        return self.rows[index]

    def _first(self, n: int) -> Collection[R]:
        """Give the first rows; when they weren't asked for yet, only they are asked for."""
        if "rows" in self.__dict__ or not self.question.takes("limit"):
            return self._part(self.rows[:n])
        few: Collection[R] = Collection(self.kind, self.question)
        few.__dict__["params"] = self.params | {"limit": min(n, self.params.get("limit", n))}
        return few

    def _part(self, rows: Sequence[R]) -> Collection[R]:
        part = Collection(self.kind, self.question, rows)
        if "params" in self.__dict__:
            part.__dict__["params"] = self.params
        return part

    @property
    def df(self) -> pd.DataFrame:
        """The rows as a pandas frame."""
        return self.to_df()

    def to_df(self) -> pd.DataFrame:
        """Give the rows as a pandas frame with the method's columns, in their order."""
        return frames.to_pandas(self.kind, self.rows)

    to_pandas = to_df

    def to_polars(self) -> pl.DataFrame:
        """Give the rows as a polars frame with the same columns."""
        return frames.to_polars(self.kind, self.rows)

    def to_networkx(self) -> nx.MultiDiGraph[Any]:
        """Give the entities that the rows name as a graph: each row joins those it names, in their order.

        Nodes are (label, id); an edge has the row's fields. `graph().to_networkx()` gives the relationships instead.
        """
        import networkx as nx

        graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
        for row in self.rows:
            named = [(label, getattr(row, field)) for label, field in row.entity_fields.items() if getattr(row, field)]
            graph.add_nodes_from((node, {"label": node[0], "id": node[1]}) for node in named)
            values = {column.field: getattr(row, column.field) for column in columns(self.kind)}
            graph.add_edges_from((named[0], other, values) for other in named[1:])
        return graph

    def graph(self, *, limit: int = 2_000) -> Subgraph:
        """Give the entities that the rows name and the relationships among them, as they stand in the graph.

        Args:
            limit: Relationships at most, newest first.

        Raises:
            UsageError: The rows name no entities.
        """
        from graphhunt.entities.subgraph import among

        return among(self, limit)

    def evidence(self) -> list[dict[str, Any]]:
        """Give the original records behind the rows, in the rows' order, each once.

        Raises:
            UsageError: The hunt has no evidence: it is a bare database.
        """
        look_up = ability(self.question.hunt, "evidence")
        known = dict.fromkeys(event for row in self.rows for event in getattr(row, "event_ids", None) or ())
        return [record for record in map(look_up, known) if record]

    def timeline(self, bucket: str = "1h", by: str | None = None) -> HistogramResult:
        """Count the rows per span of time, and per value of a column when `by` names one."""
        return self.histogram(Histogram(by=by, bucket=bucket))

    def histogram(self, histogram: Histogram) -> HistogramResult:
        """Count the rows: in the graph where a query `entity/histogram/…` counts by that column, here otherwise.

        Rows that are here already, and those limited in number, are counted here.

        Raises:
            UsageError: There is no such column.
        """
        histogram.check(column.name for column in columns(self.kind))
        if "rows" not in self.__dict__:
            found = in_graph(self, histogram)
            if found is not None:
                return found
        return HistogramResult(histogram, lambda: histogram.counted(self.df), self.cypher, lambda: self.params)

    def filter(self, test: Callable[[R], bool] | None = None, **equal: Any) -> Collection[R]:
        """Keep the rows that a function accepts and whose fields or columns have these values (a list: one of them).

        Raises:
            UsageError: There is no such column.
        """
        wanted = {self._field(name): value for name, value in equal.items()}

        def fits(row: R) -> bool:
            return (test is None or test(row)) and all(
                getattr(row, field) in value if isinstance(value, list | tuple | set) else getattr(row, field) == value
                for field, value in wanted.items()
            )

        return self._part([row for row in self.rows if fits(row)])

    def groupby(self, by: str) -> dict[Any, Collection[R]]:
        """Part the rows by the value of a column, in the order of first appearance."""
        field = self._field(by)
        parts: dict[Any, list[R]] = {}
        for row in self.rows:
            parts.setdefault(getattr(row, field), []).append(row)
        return {value: self._part(rows) for value, rows in parts.items()}

    def top(self, n: int, by: str | None = None) -> Collection[R]:
        """Keep the first `n` rows, or those with the greatest values of a column; unknown values come last."""
        if by is None:
            return self._first(n)
        field = self._field(by)
        known = [row for row in self.rows if getattr(row, field) is not None]
        unknown = [row for row in self.rows if getattr(row, field) is None]
        return self._part([*sorted(known, key=lambda row: getattr(row, field), reverse=True), *unknown][:n])

    def _field(self, name: str) -> str:
        for column in columns(self.kind):
            if name in (column.name, column.field):
                return column.field
        raise UsageError(f"there is no column {name!r}", hint="one of " + ", ".join(c.name for c in columns(self.kind)))

    def entities(self, kind: str | None = None) -> Any:
        """Give the entities that the rows name, as one object that stands for all of them: to go on asking with.

        Args:
            kind: `Process`, `User`, `Machine`, `File`, `IP` or `Alert`; the rows' own kind when not given.

        Raises:
            UsageError: The rows name no entity of that kind.
        """
        from graphhunt.entities import entity_class

        known = self.kind.entity_fields
        label = kind or next(iter(known), "")
        if label not in known:
            raise UsageError(f"these rows name no {kind}", hint="one of " + ", ".join(known))
        return entity_class(label).of_rows(self)

    def print_dataframe(self) -> pictures.Picture:
        """Show the rows: as their default picture in a notebook, as text elsewhere. Gives an object that shows itself.

        Process trees for executions, a map for connections (a table of addresses without the setting `mmdb`), else a
        table. The picture needs nothing from outside, and whatever the logs wrote is escaped.
        """
        return pictures.picture(self)

    def __repr__(self) -> str:
        if "rows" not in self.__dict__:
            return f"<{self.kind.__name__} rows of entity/{self.question.name}, not asked for yet>"
        return f"<{len(self.rows)} {self.kind.__name__} rows of entity/{self.question.name}>"

    def __str__(self) -> str:
        return pictures.text_table(self.kind, self.rows)

    def _repr_html_(self) -> str:
        return pictures.picture(self).html
