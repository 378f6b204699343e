"""The store: the one way to the graph database, the same for the embedded engine and for Neo4j."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Self

from graphhunt import queries
from graphhunt.errors import QueryError, StoreError
from graphhunt.queries.columns import columns_of
from graphhunt.queries.tokens import tokens
from graphhunt.settings import load_settings
from graphhunt.store import attended, guard, statements, transport
from graphhunt.store import rows as _rows
from graphhunt.store.analyst import Desk, Request, Table, run_guarded
from graphhunt.store.ending import Costly
from graphhunt.store.locks import WRITER_LOCK, WriterLock
from graphhunt.store.payload import payload
from graphhunt.store.places import Places
from graphhunt.store.published import Published, shows_results
from graphhunt.store.streams import resumed
from graphhunt.store.transport import Statement, Summary

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

    import polars as pl

    from graphhunt.queries import Query
    from graphhunt.settings import Settings
    from graphhunt.store.link import Bulk, Link
    from graphhunt.store.published import View

    Progress = Callable[[int], None]
    Row = Mapping[str, Any]


class Store:
    """A connection to the graph of one workspace.

    Safe to share between threads; not across a fork. Errors: `StoreError` when the engine can't be reached,
    `QueryError` when it refuses a query, `LimitError` when a query takes too long.
    """

    def __init__(self, link: Link, workspace: Path, settings: Settings) -> None:
        self._link = link
        self.workspace = workspace
        self.settings = settings
        self._published = Published(self._rows)
        self._writer = WriterLock(workspace / WRITER_LOCK, settings.lock_timeout)
        costly = Costly(link, workspace)
        self._desk = Desk(Places(workspace, costly.left), costly)

    @property
    def engine(self) -> str:
        """`arcadedb` or `neo4j`."""
        return self._link.engine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; an embedded engine ends later, when nobody uses it."""
        self._link.close()

    def read(self, query: Query, /, **params: Any) -> list[dict[str, Any]]:
        """Run a query of the library that reads, and give all its rows.

        Raises:
            QueryError: The query isn't a reading one, or a parameter is wrong.
        """
        if shows_results(query):
            return self._published.rows(lambda: self._rows(query, **params))
        return self._rows(query, **params)

    def _rows(self, query: Query, /, **params: Any) -> list[dict[str, Any]]:
        """Read rows as they are, slots of analytics and all."""
        return attended.rows(self._link, self._statement(query, params, "read"))

    def stream(self, query: Query, /, **params: Any) -> Iterator[dict[str, Any]]:
        """Run a query that reads, and yield its rows as they arrive.

        A lost connection is renewed, and the read goes on where it was if the same rows come again.
        """
        rows = resumed(self._link, self._statement(query, params, "read"))
        return self._published.stream(rows) if shows_results(query) else rows

    def write(self, query: Query, /, **params: Any) -> Summary:
        """Run a query that writes, in one transaction, while no other process writes to the workspace.

        Raises:
            QueryError: The query isn't a writing one, or a parameter is wrong.
        """
        statement = self._statement(query, params, "write", "schema")
        with self.writer():
            return self._change(statement)

    def write_rows(
        self, query: Query, rows: Iterable[Row], *, batch: int | None = None, progress: Progress | None = None
    ) -> Summary:
        """Run a writing query that declares `rows` for each batch of rows, one transaction each.

        Args:
            query: The query; its only required parameter is `rows: rows`.
            rows: Dictionaries; taken one batch at a time, so that an iterator of any length will do.
            batch: Rows in one transaction; the setting `batch_rows` when not given.
            progress: Called after each batch with the number of rows written so far.
        """
        write = functools.partial(self.write, query)
        return self._in_batches(rows, progress, lambda part: write(rows=part), batch)

    def put_nodes(
        self, label: str, rows: Iterable[Row], *, new: bool = False, progress: Progress | None = None
    ) -> Summary:
        """Add nodes, or update those that are there.

        Args:
            label: Their label.
            rows: `{"id": …, "props": {…}}`; a null property is removed, others that are there stay.
            new: They are known not to be there, which is quicker; when one is, the batch is merged after all.
            progress: Called after each batch with the number of rows so far.
        """
        return self._in_batches(rows, progress, lambda part: _rows.put_nodes(self, label, part, new=new))

    def put_relationships(
        self, ends: tuple[str, str, str], rows: Iterable[Row], *, new: bool = False, progress: Progress | None = None
    ) -> Summary:
        """Add relationships, or update those that are there.

        Args:
            ends: Type, label of the start, label of the end.
            rows: `{"start": id, "end": id, "id": …, "props": {…}}`.
            new: They are known not to be there, which is quicker.
            progress: Called after each batch with the number of rows so far.

        Raises:
            StoreError: A start or end isn't in the graph; nothing of that batch is kept out silently.
        """
        return self._in_batches(rows, progress, lambda part: _rows.put_relationships(self, ends, part, new=new))

    @property
    def can_fill(self) -> bool:
        """Whether the engine has a quick way to take a whole graph."""
        return self._link.bulk() is not None

    def fill(
        self,
        nodes: Mapping[str, pl.DataFrame],
        relationships: Mapping[str, pl.DataFrame],
        progress: Progress | None = None,
    ) -> None:
        """Write a whole graph into a database that has none of it.

        Args:
            nodes: By label: `id` and properties.
            relationships: By type: `id`, `from_id`, `from_label`, `to_id`, `to_label` and properties.
            progress: Called now and then with the number of rows given so far.

        Raises:
            StoreError: It failed, and a part may have been written that isn't a graph: `empty` the database.
        """
        with self.writer():
            made = self._bulk().fill(payload(nodes, relationships, progress or (lambda done: None)))
        wanted = tuple(sum(table.height for table in tables.values()) for tables in (nodes, relationships))
        if made != wanted:
            raise StoreError(f"the engine made {made} nodes and relationships of {wanted}")

    def empty(self) -> None:
        """Start over with an empty database after a `fill` that failed.

        Raises:
            StoreError: The engine can't be started.
        """
        with self.writer():
            self._bulk().empty()

    def _bulk(self) -> Bulk:
        bulk = self._link.bulk()
        if bulk is None:
            raise StoreError("this engine takes no graph at once")
        return bulk

    def remove_nodes(self, label: str, ids: Iterable[str]) -> Summary:
        """Delete nodes with their relationships; ids that aren't there are passed over."""
        with self.writer():
            return _rows.remove(self, statements.delete_nodes(label), ids)

    def remove_relationships(self, kind: str, ids: Iterable[str]) -> Summary:
        """Delete relationships of a type; ids that aren't there are passed over."""
        with self.writer():
            return _rows.remove(self, statements.delete_relationships(kind), ids)

    def _in_batches(
        self,
        rows: Iterable[Row],
        progress: Progress | None,
        put: Callable[[list[Row]], Summary],
        batch: int | None = None,
    ) -> Summary:
        total = Summary()
        with self.writer():
            for part in _rows.batches(rows, batch or self.settings.batch_rows):
                total = total.plus(put(part)._replace(rows=len(part)))
                if progress:
                    progress(total.rows)
        return total

    def writer(self) -> AbstractContextManager[None]:
        """Keep other processes from writing while the block runs; may be nested.

        Raises:
            WorkspaceError: Another process kept writing for longer than the setting `lock_timeout`.
        """
        return self._writer()

    def ensure_schema(self) -> int:
        """Make every constraint and index that isn't there yet; give their number."""
        with self.writer():
            there = {name for row in self.read(queries.library()["admin/indexes"]) for name in row.values()}
            missing = [query for query in statements.schema_statements() if query.__name__ not in there]
            bulk = self._link.bulk()
            if bulk is not None and not there:
                bulk.make_schema()
                return len(missing)
            for query in missing:
                self._change(self._statement(query, {}, "schema"))
        return len(missing)

    def analyst(
        self,
        cypher: str,
        params: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        timeout: float | None = None,
        stop: threading.Event | None = None,
        who: str = "",
    ) -> Table:
        """Run Cypher that a person wrote: guarded, read-only, with limits.

        A statement that goes on though its end was asked for costs the embedded engine, which is started anew; what
        others asked meanwhile is repeated.

        Args:
            cypher: One reading statement.
            params: Values of its parameters.
            limit: Rows to give at most; never more than the setting `query_rows`.
            timeout: Seconds it may take; never more than the setting `query_timeout`.
            stop: Set when nobody waits for the answer any more: the statement is ended on the engine.
            who: Who asks, as each may have few statements at a time; the user of this process when not given.

        Raises:
            AccessError: The guard refuses the statement; the error says why.
            BusyError: No place got free for it in the seconds of the setting `query_wait`.
            LimitError: It takes too long, gives too many bytes, or was stopped.
            QueryError: The statement isn't valid.
        """
        guard.check(cypher)  # what its author wrote, before the names of properties are turned
        asked = Request(cypher, params or {}, limit, timeout, stop, who)

        def run(text: str, view: View) -> Table:
            table = run_guarded(self._link, self.settings, asked._replace(cypher=text), self._desk)
            if not table.columns:  # the embedded engine names no columns of an empty result
                return Table(columns_of(list(tokens(cypher)), cypher), [], table.truncated)
            return Table([view.column(name) for name in table.columns], view.shown(table.rows), table.truncated)

        return self._published.statement(cypher, run)

    def _change(self, statement: Statement) -> Summary:
        return transport.with_retry(self._link, statement.name, lambda: transport.change(self._link.own(), statement))

    def _statement(self, query: Query, params: Mapping[str, Any], *modes: str) -> Statement:
        if query.mode not in modes:
            raise QueryError(f"a {query.mode} query was called as a {modes[0]} one", where=query.name)
        text = query.for_engine(self.engine)
        return Statement(text, query.bind(params), query.name, query.mode == "read", whole=query.mode == "write")


def open_store(workspace: Path, db: str | None = None, settings: Settings | None = None) -> Store:
    """Open the graph of a workspace.

    Args:
        workspace: Folder of the workspace; made when missing.
        db: Address of a Neo4j server; the setting `db` when not given, and the embedded engine when that is empty.
        settings: Settings in force; read from the environment when not given.

    Raises:
        StoreError: The engine can't be started or the server can't be reached.
        UsageError: The address isn't valid or holds a password.
    """
    settings = settings or load_settings()
    workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = settings.db if db is None else db
    return Store(import_link(url)(workspace.resolve(), settings), workspace, settings)


def import_link(url: str) -> Callable[[Path, Settings], Link]:
    """Import the database driver, which commands without a database do without, and give what connects.

    Whoever opens a store on a thread calls this before: threads that import at once race for half-made modules.
    """
    from graphhunt.store import links

    return links.link_to(url)
