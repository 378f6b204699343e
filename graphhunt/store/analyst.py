"""Runs analysts' Cypher behind the guard: as a reader, with limits of time, rows and bytes."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from graphhunt import guard
from graphhunt.errors import LimitError
from graphhunt.queries import library
from graphhunt.store import transport
from graphhunt.store.faults import LOST, sort_of, translate
from graphhunt.store.marks import MARKS
from graphhunt.store.transport import Statement
from graphhunt.store.workers import in_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graphhunt.settings import Settings
    from graphhunt.store.link import Door, Link

NAME = "query"
"""What an analyst's statement is called in errors."""

_GRACE = 0.4
_STALE = 0.25
_LOOK = 0.05


class Request(NamedTuple):
    """What an analyst asks: text, parameters, wished limits, and what is set when nobody waits any more."""

    cypher: str
    params: Mapping[str, Any]
    limit: int | None = None
    timeout: float | None = None
    stop: threading.Event | None = None


class Table(NamedTuple):
    """A result: column names, rows of values in that order, and whether rows were left out."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool

    def dicts(self) -> list[dict[str, Any]]:
        """Give the rows as dictionaries; the last of two columns with one name wins."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def run_guarded(link: Link, settings: Settings, request: Request) -> Table:
    """Check a statement and run it as one who can only read.

    Raises:
        AccessError: The guard or the engine refuses it.
        LimitError: It takes too long, gives too much, or was stopped.
        QueryError: It isn't valid.
    """
    guard.check(request.cypher)
    timeout = min(request.timeout or settings.query_timeout, settings.query_timeout)
    rows = min(request.limit or settings.query_rows, settings.query_rows)
    mark = MARKS.take()
    statement = Statement(request.cypher + MARKS.text(mark), request.params, NAME, read_only=True)

    def run() -> Table:
        door = link.analyst()
        if door.timeout is not None:
            door = door._replace(timeout=timeout)
        if link.engine == "neo4j":
            _check_plan(door, statement)
        with _deadline(link, statement, timeout):
            return _collect(transport.columns_and_rows(door, statement), rows, settings.query_bytes)

    with _stopping(link, statement, request.stop):
        # Some engines look at the clock only between the rows of a query.
        table = in_time(lambda: _once(link, run), timeout + 2 * _GRACE, NAME)
    if request.stop is None or not request.stop.is_set():
        MARKS.give_back(mark)
    return table


@contextlib.contextmanager
def _stopping(link: Link, statement: Statement, stop: threading.Event | None) -> Iterator[None]:
    """End the statement on the engine when `stop` is set, however often it takes: it may not have begun yet."""
    if stop is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if stop.wait(_LOOK):
                terminate(link, statement.text)
                over.wait(_LOOK)

    threading.Thread(target=watch, daemon=True, name="graphhunt-stop").start()
    try:
        yield
    finally:
        over.set()


T = TypeVar("T")


def _once(link: Link, run: Callable[[], T]) -> T:
    """Run a statement, again only if the connection turned out to be dead before the statement can have begun.

    One that ended the engine, by eating its memory, must not get the chance to do so again.
    """
    began = time.monotonic()
    try:
        return run()
    except Exception as error:  # the driver raises many kinds, OSError among them; all are sorted and translated
        if sort_of(error) != LOST:
            raise translate(error, NAME) from error
        stale = time.monotonic() - began < _STALE
        link.reconnect()
        if not stale:
            hint = "the query may have used up its memory; narrow it and try again"
            raise LimitError("the database was lost while it ran the query", where=NAME, hint=hint) from error
    return transport.with_retry(link, NAME, run)


def _check_plan(door: Door, statement: Statement) -> None:
    found = transport.plan_of(door, statement._replace(text=guard.explain_text(statement.text)))
    guard.check_plan(found.query_type, found.plan)


def _collect(given: Iterator[list[Any]], limit: int, most: int) -> Table:
    with contextlib.closing(given):  # type: ignore[type-var]  # a generator: closing it ends the session
        columns = next(given)
        rows: list[list[Any]] = []
        size = 0
        for row in given:
            if len(rows) == limit:
                return Table(columns, rows, truncated=True)
            size += size_of(row)
            if size > most:
                raise LimitError(f"the result is larger than {most} bytes", where=NAME, hint="return less")
            rows.append(row)
    return Table(columns, rows, truncated=False)


def size_of(value: Any) -> int:
    """Estimate the bytes a plain value takes as text."""
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, dict):
        return 2 + sum(len(key) + 4 + size_of(item) for key, item in value.items())
    if isinstance(value, list):
        return 2 + sum(size_of(item) + 1 for item in value)
    return 8


@contextlib.contextmanager
def _deadline(link: Link, statement: Statement, timeout: float) -> Iterator[None]:
    """End the statement on an engine that takes no time limit from its clients."""
    if link.engine != "arcadedb":
        yield
        return
    timer = threading.Timer(timeout + _GRACE, terminate, (link, statement.text))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def terminate(link: Link, text: str) -> None:
    """End the running statements that hold a text; an engine that can't be asked is left alone."""
    import neo4j.exceptions as driver

    running, end = library()["admin/running"], library()["admin/terminate"]
    own = link.own()
    with contextlib.suppress(driver.DriverError, driver.Neo4jError, OSError):
        for row in transport.rows_of(own, Statement(running.text, {}, running.name, read_only=True)):
            if text in str(row["currentQuery"]):
                params = {"id": row["transactionId"]}
                list(transport.rows_of(own, Statement(end.text, params, end.name, read_only=True)))
