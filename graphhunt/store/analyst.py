"""Runs analysts' Cypher behind the guard: as a reader, in a place of its own, with limits of time, rows and bytes."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from graphhunt.errors import GraphhuntError, LimitError, WorkspaceError
from graphhunt.store import guard, transport
from graphhunt.store.faults import LOST, sort_of, translate
from graphhunt.store.marks import MARKS
from graphhunt.store.places import Seat, local_user
from graphhunt.store.transport import Statement
from graphhunt.store.workers import begin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future

    from graphhunt.settings import Settings
    from graphhunt.store.ending import Costly
    from graphhunt.store.link import Door, Link
    from graphhunt.store.places import Place, Places

NAME = "query"
"""What an analyst's statement is called in errors."""

_GRACE = 0.4
_STALE = 0.25
_LOOK = 0.05


class Request(NamedTuple):
    """What an analyst asks: text, parameters, wished limits, what is set when nobody waits any more, and who asks."""

    cypher: str
    params: Mapping[str, Any]
    limit: int | None = None
    timeout: float | None = None
    stop: threading.Event | None = None
    who: str = ""


class Table(NamedTuple):
    """A result: column names, rows of values in that order, and whether rows were left out."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool

    def dicts(self) -> list[dict[str, Any]]:
        """Give the rows as dictionaries; the last of two columns with one name wins."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def run_guarded(link: Link, settings: Settings, request: Request, desk: Desk) -> Table:
    """Check a statement and run it as one who can only read.

    Raises:
        AccessError: The guard or the engine refuses it.
        BusyError: No place got free for it.
        LimitError: It takes too long, gives too much, or was stopped.
        QueryError: It isn't valid.
        WorkspaceError: The disk refuses to note whose it is.
    """
    guard.check(request.cypher)
    mark = MARKS.take()
    run = _Run(link, settings, request, MARKS.text(mark))
    seat = Seat(request.who or local_user(), request.cypher, run.mark, time.time())
    try:
        place = desk.places.take(seat, settings.query_wait)
    except BaseException:
        MARKS.give_back(mark)
        raise
    outcome = begin(lambda: _released(place, run.attempt))
    try:
        found = _awaited(run, outcome, request.stop)
        if found is not None:
            MARKS.give_back(mark)
            return found.result()
    except KeyboardInterrupt:
        with contextlib.suppress(GraphhuntError):
            _ended(desk, run, outcome, place, seat)
        raise
    return _ended(desk, run, outcome, place, seat)


class Desk(NamedTuple):
    """Where analysts' statements get their place, and what ends them."""

    places: Places
    costly: Costly


class _Run:
    """One statement on its way, at most twice: the second time after it was lost with an engine ended for another."""

    def __init__(self, link: Link, settings: Settings, request: Request, mark: str) -> None:
        self.link = link
        self.mark = mark
        self.over = threading.Event()
        self.engine: object = None
        self._statement = Statement(request.cypher + mark, request.params, NAME, read_only=True)
        self._seconds = min(request.timeout or settings.query_timeout, settings.query_timeout)
        self._rows = min(request.limit or settings.query_rows, settings.query_rows)
        self._bytes = settings.query_bytes
        self._until = math.inf

    def left(self) -> float:
        """Give the seconds until its time is over."""
        return self._until - time.monotonic()

    def attempt(self) -> Table:
        """Run it, and again if the engine was lost, which mostly is another one's doing."""
        engine, began = self.link.incarnation(), time.monotonic()
        try:
            return self._run()
        except Exception as error:  # the driver raises many kinds, OSError among them; all are sorted and translated
            if sort_of(error) != LOST:
                raise translate(error, NAME) from error
            stale = time.monotonic() - began < _STALE
            self._until = math.inf  # the wait for an engine isn't the statement's time
            self.link.reconnect()
            if self.over.is_set():
                raise _endless() from error
        if stale or self.link.was_renewed(engine):
            return transport.with_retry(self.link, NAME, self._run)
        return self._once_more()

    def _once_more(self) -> Table:
        """Run it after the engine died, of memory perhaps: one that ends it twice must not get a third chance."""
        try:
            return self._run()
        except Exception as error:  # as above
            if sort_of(error) != LOST:
                raise translate(error, NAME) from error
            self._until = math.inf
            self.link.reconnect()
            hint = "the query may have used up its memory; narrow it and try again"
            raise LimitError("the database was lost while it ran the query", where=NAME, hint=hint) from error

    def _run(self) -> Table:
        if self.over.is_set():
            raise LimitError("the query was stopped", where=NAME)
        self.engine = self.link.incarnation()
        self._until = time.monotonic() + self._seconds + _GRACE
        door = self.link.analyst()
        if door.timeout is not None:
            door = door._replace(timeout=self._seconds)
        if self.link.engine == "neo4j":
            _check_plan(door, self._statement)
        return _collect(transport.columns_and_rows(door, self._statement), self._rows, self._bytes)


def _released(place: Place, work: Callable[[], T]) -> T:
    """Do something and give the place back before anybody hears of the outcome."""
    try:
        return work()
    finally:
        place.release()


def _awaited(run: _Run, outcome: Future[Table], stop: threading.Event | None) -> Future[Table] | None:
    """Wait for the outcome; None when its time is over or nobody waits for it any more."""
    while (left := run.left()) > 0 and not (stop is not None and stop.is_set()):
        wait([outcome], min(left, _LOOK))
        if outcome.done():
            return outcome
    return None


def _ended(desk: Desk, run: _Run, outcome: Future[Table], place: Place, seat: Seat) -> Table:
    """End a statement whose time is over; one that comes to its own end meanwhile is answered all the same."""

    def over(seconds: float) -> bool:
        wait([outcome], seconds)
        return outcome.done()

    run.over.set()
    with contextlib.suppress(WorkspaceError):  # a full disk must not keep the statement running
        place.write(msgspec.structs.replace(seat, ending=True))
    if desk.costly.end(seat, over, lambda: run.engine):
        return outcome.result()
    raise _endless() if run.link.engine == "arcadedb" else _stays()


def _endless() -> LimitError:
    return LimitError(
        "the query took longer than allowed and couldn't be ended, which costs the database a new start",
        where=NAME,
        hint="narrow it: loops inside one expression (any, all, reduce, lists of lists) can't be stopped",
    )


def _stays() -> LimitError:
    return LimitError(
        "the query took longer than allowed and the server hasn't ended it yet",
        where=NAME,
        hint="it counts as one of yours until it has; `graphhunt status` shows it",
    )


T = TypeVar("T")


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
