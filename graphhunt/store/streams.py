"""Rows of long reads as they arrive; a read that is cut short by a lost connection goes on where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.errors import StoreError
from graphhunt.store import transport
from graphhunt.store.faults import LOST, sort_of, translate

if TYPE_CHECKING:
    from collections.abc import Generator

    from graphhunt.store.link import Link
    from graphhunt.store.transport import Statement

    Rows = Generator[dict[str, Any], None, None]


def resumed(link: Link, statement: Statement) -> Rows:
    """Yield the rows of a statement; when the connection is lost, go on behind those yielded if they come again.

    Raises:
        StoreError: It is lost too often, or other rows come the second time.
    """
    reading = _Reading(link, statement)
    row = reading.begin()
    try:
        while row is not None:
            yield row
            row = reading.following()
    finally:
        reading.close()


class _Reading:
    """A statement that is read, with what is known of the rows given so far: their number and a sum of them all."""

    def __init__(self, link: Link, statement: Statement) -> None:
        self._link = link
        self._statement = statement
        self._rows: Rows | None = None
        self._given = self._sum = self._losses = 0

    def begin(self) -> dict[str, Any] | None:
        """Run the statement and give the first row that wasn't given yet."""
        return self._noted(transport.with_retry(self._link, self._statement.name, self._from_where_it_was))

    def following(self) -> dict[str, Any] | None:
        """Give the next row."""
        import neo4j.exceptions as driver

        try:
            return self._noted(next(self._rows, None)) if self._rows else None
        except (driver.DriverError, driver.Neo4jError, OSError) as error:
            self._losses += 1
            if sort_of(error) != LOST or self._losses > transport.RECONNECTS:
                raise translate(error, self._statement.name) from error
            self._link.reconnect()
        return self.begin()

    def close(self) -> None:
        """End the statement."""
        if self._rows is not None:
            self._rows.close()

    def _from_where_it_was(self) -> dict[str, Any] | None:
        self._rows = transport.rows_of(self._link.own(), self._statement)
        again = 0
        for _ in range(self._given):
            again = _added(again, next(self._rows, None))
        if again != self._sum:
            hint = "the graph may have been written to meanwhile; try again"
            raise StoreError("the database was lost during a read, and gives other rows now",
                             where=self._statement.name, hint=hint)  # fmt: skip
        return next(self._rows, None)

    def _noted(self, row: dict[str, Any] | None) -> dict[str, Any] | None:
        if row is not None:
            self._given += 1
            self._sum = _added(self._sum, row)
        return row


def _added(total: int, row: dict[str, Any] | None) -> int:
    return hash((total, repr(row)))
