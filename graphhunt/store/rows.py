"""Puts nodes and relationships into the graph in batches, whether they are there already or not.

A merge of a relationship costs the embedded engine a look at every relationship of its start node, so it isn't used:
what is known to be new is created (the constraint on the id refuses a repeat), what may be there is looked up first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from graphhunt.errors import DuplicateError, StoreError, UsageError
from graphhunt.schema import COMMON_NODE, COMMON_REL, NODES, RELATIONSHIPS
from graphhunt.store import statements
from graphhunt.store.transport import Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from graphhunt.queries import Query
    from graphhunt.settings import Settings

    Row = Mapping[str, Any]
    Write = Callable[[list[Row]], Summary]


class Target(Protocol):
    """The part of the store that takes rows."""

    @property
    def settings(self) -> Settings:
        """How large a batch is."""

    def read(self, query: Query, /, **params: Any) -> list[dict[str, Any]]:
        """Run a reading query and give its rows."""

    def write(self, query: Query, /, **params: Any) -> Summary:
        """Run a writing query."""


def put_nodes(store: Target, label: str, part: list[Row], *, new: bool) -> Summary:
    """Write one batch of nodes."""
    merge = statements.merge_nodes(label)
    if not new:
        return store.write(merge, rows=part)
    return _or_if_there(lambda: _create_nodes(store, label, part), lambda: store.write(merge, rows=part))


def put_relationships(store: Target, ends: tuple[str, str, str], part: list[Row], *, new: bool) -> Summary:
    """Write one batch of relationships of one (type, start label, end label).

    Raises:
        StoreError: A relationship's start or end isn't in the graph.
    """
    if not new:
        return _known_or_new(store, ends, part)
    return _or_if_there(lambda: _create(store, ends, part), lambda: _known_or_new(store, ends, part))


def remove(store: Target, query: Query, ids: Iterable[str]) -> Summary:
    """Delete by id in batches."""
    total = Summary()
    for part in batches(({"id": one} for one in ids), store.settings.batch_rows):
        done = store.write(query, ids=[row["id"] for row in part])
        total = total.plus(done._replace(rows=len(part)))
    return total


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Cut rows into lists of at most `size`.

    Raises:
        UsageError: The size isn't positive.
    """
    if size < 1:
        raise UsageError(f"a batch needs at least one row, not {size}")
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _or_if_there(first: Callable[[], Summary], second: Callable[[], Summary]) -> Summary:
    try:
        return first()
    except DuplicateError:
        return second()


def _create_nodes(store: Target, label: str, part: list[Row]) -> Summary:
    done = store.write(statements.create_nodes(label), rows=part)
    more = _beyond({*COMMON_NODE, *NODES[label].properties}, part)
    return done.plus(store.write(statements.merge_nodes(label), rows=more)) if more else done


def _beyond(names: set[str], part: list[Row]) -> list[Row]:
    """Give the rows with properties the schema doesn't name: a creating query names all it sets, and so not those."""
    return [row for row in part if not row["props"].keys() <= names]


def _create(store: Target, ends: tuple[str, str, str], part: list[Row]) -> Summary:
    done = store.write(statements.create_relationships(*ends), rows=part)
    if done.relationships_created != len(part):
        missing = len(part) - done.relationships_created
        raise StoreError(f"{missing} relationships have no start or no end in the graph", where=" ".join(ends))
    more = _beyond({*COMMON_REL, *RELATIONSHIPS[ends[0]].properties}, part)
    return done.plus(_update(store, ends[0], more)) if more else done


def _update(store: Target, kind: str, rows: Iterable[Row]) -> Summary:
    props = {row["id"]: row["props"] for row in rows}
    return store.write(statements.update_relationships(kind), ids=list(props), props=props)


def _known_or_new(store: Target, ends: tuple[str, str, str], part: list[Row]) -> Summary:
    kind = ends[0]
    rows = {row["id"]: row for row in part}
    known = {row["id"] for row in store.read(statements.known_relationships(kind), ids=list(rows))}
    fresh = [row for key, row in rows.items() if key not in known]
    done = _create(store, ends, fresh) if fresh else Summary()
    if known:
        done = done.plus(_update(store, kind, (rows[key] for key in known)))
    return done
