"""Collections: what a method gives. Typed, lazy, and able to say which query made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from graphhunt.entities import frames, pictures
from graphhunt.entities.counting import counts_by, in_graph
from graphhunt.entities.histogram import Histogram, HistogramResult
from graphhunt.entities.kinds import entity_class
from graphhunt.entities.parts import typed
from graphhunt.entities.question import Source
from graphhunt.entities.rows import Row, columns
from graphhunt.entities.subgraph import Subgraph, among
from graphhunt.entities.values import ability
from graphhunt.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    import polars as pl

R = TypeVar("R", bound=Row)


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
        self._rows = None if rows is None else list(rows)
        self._params: dict[str, Any] | None = None

    @property
    def rows(self) -> list[R]:
        """All rows; asked for at the first look."""
        if self._rows is None:
            self._rows = list(self.stream())
        return self._rows

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the query."""
        if self._params is None:
            self._params = self.question.params()
        return self._params

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
        if self._rows is not None or not self.question.takes("limit"):
            return self._part(self.rows[:n])
        few: Collection[R] = Collection(self.kind, self.question)
        few._params = self.params | {"limit": min(n, self.params.get("limit", n))}
        return few

    def _part(self, rows: Sequence[R]) -> Collection[R]:
        part = Collection(self.kind, self.question, rows)
        part._params = self._params
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
        return among(self.kind, self.rows, self.question.hunt, limit)

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
        # Asking for the parameters would look up ids before anything is looked at.
        limited = self.question.limited or "limit" in (self._params or ())
        if self._rows is None and not limited and counts_by(self.question, histogram):
            return in_graph(self.kind, self.question, histogram, lambda: self.params)
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
        return self._picture()

    def __repr__(self) -> str:
        if self._rows is None:
            return f"<{self.kind.__name__} rows of entity/{self.question.name}, not asked for yet>"
        return f"<{len(self._rows)} {self.kind.__name__} rows of entity/{self.question.name}>"

    def __str__(self) -> str:
        return pictures.text_table(self.kind, self.rows)

    def _repr_html_(self) -> str:
        return self._picture().html

    def _picture(self) -> pictures.Picture:
        settings = getattr(self.question.hunt, "settings", None)
        return pictures.picture(self.kind, self.rows, getattr(settings, "mmdb", ""))
