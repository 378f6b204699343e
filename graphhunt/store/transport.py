"""Runs one statement on a door: plain rows out, conflicts tried again, lost connections renewed, errors translated."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from graphhunt.store import faults
from graphhunt.store.values import SCALARS, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from typing import LiteralString

    import neo4j

    from graphhunt.store.link import Door, Link

ATTEMPTS = 8
"""How often a conflict is tried again before it is reported."""

RECONNECTS = 2
"""How often a lost connection is renewed for one statement."""

FETCH = 1000

T = TypeVar("T")


class Summary(NamedTuple):
    """What a write changed, as far as the engine counts it."""

    nodes_created: int = 0
    nodes_deleted: int = 0
    relationships_created: int = 0
    relationships_deleted: int = 0
    properties_set: int = 0
    rows: int = 0

    def plus(self, other: Summary) -> Summary:
        """Add two summaries."""
        return Summary(*(a + b for a, b in zip(self, other, strict=True)))


class Statement(NamedTuple):
    """A text with its parameters, the name it goes by in errors, whether it only reads, and whether it is all or none.

    ArcadeDB commits a statement outside a transaction row by row, which is neither whole nor quick; but neither
    engine changes its schema inside one.
    """

    text: str
    params: Mapping[str, Any]
    name: str
    read_only: bool
    whole: bool = False


def rows_of(door: Door, statement: Statement) -> Generator[dict[str, Any], None, None]:
    """Yield the rows of a statement as they arrive, each a plain dictionary."""
    with _session(door, statement) as session:
        result = session.run(_query(door, statement), dict(statement.params))
        keys = result.keys()
        for values in map(tuple.__iter__, result):  # a record's own iteration costs as much as all the rest here
            yield {
                key: value if type(value) in SCALARS else plain(value) for key, value in zip(keys, values, strict=True)
            }


def columns_and_rows(door: Door, statement: Statement) -> Iterator[list[Any]]:
    """Yield first the column names, then each row as a list: two columns of one name stay two."""
    with _session(door, statement) as session:
        result = session.run(_query(door, statement), dict(statement.params))
        yield list(result.keys())
        for record in result:
            yield [plain(value) for value in tuple.__iter__(record)]


def change(door: Door, statement: Statement) -> Summary:
    """Run a writing statement in a transaction of its own."""
    with _session(door, statement) as session:
        if statement.whole:
            with session.begin_transaction(timeout=door.timeout) as transaction:
                found = transaction.run(_text(statement), dict(statement.params)).consume().counters
                transaction.commit()
        else:
            found = session.run(_query(door, statement), dict(statement.params)).consume().counters
    return Summary(
        found.nodes_created,
        found.nodes_deleted,
        found.relationships_created,
        found.relationships_deleted,
        found.properties_set,
    )


def plan_of(door: Door, statement: Statement) -> neo4j.ResultSummary:
    """Give the summary with the plan of an EXPLAIN statement."""
    with _session(door, statement) as session:
        return session.run(_query(door, statement), dict(statement.params)).consume()


def with_retry(link: Link, name: str, action: Callable[[], T]) -> T:
    """Run an action, again after a conflict or, on a new connection, after a lost one.

    Writes are made so that running them twice changes nothing, since a lost connection doesn't tell whether the
    commit arrived.

    Raises:
        GraphhuntError: It failed for good.
    """
    conflicts = losses = 0
    while True:
        try:
            return action()
        except Exception as error:  # the driver raises many kinds, OSError among them; all are sorted and translated
            sort = faults.sort_of(error)
            conflicts += sort == faults.CONFLICT
            losses += sort == faults.LOST
            if sort == faults.FINAL or conflicts >= ATTEMPTS or losses > RECONNECTS:
                raise faults.translate(error, name) from error
            if sort == faults.LOST:
                link.reconnect()
            else:
                time.sleep(min(2.0, 0.02 * 2**conflicts) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter


def _session(door: Door, statement: Statement) -> neo4j.Session:
    mode = "READ" if statement.read_only else "WRITE"
    return door.driver.session(database=door.database, default_access_mode=mode, fetch_size=FETCH)


def _query(door: Door, statement: Statement) -> neo4j.Query:
    import neo4j

    return neo4j.Query(_text(statement), timeout=door.timeout)


def _text(statement: Statement) -> LiteralString:
    # The driver asks for literal text; ours is a checked file or has passed the guard, and is never put together.
    return statement.text  # pyright: ignore[reportReturnType]
