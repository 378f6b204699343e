"""What the store needs from an engine: drivers for itself and for analysts, and a way to connect anew."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import neo4j


logging.getLogger("neo4j").addHandler(logging.NullHandler())
# The driver reports each lost connection; graphhunt does so itself, once and in its own words.


class Door(NamedTuple):
    """A driver with the database to use and the time limit to ask for; `None` where the server sets it."""

    driver: neo4j.Driver
    database: str
    timeout: float | None


class Bulk(Protocol):
    """A door for a whole graph at once. What is interrupted there isn't a graph: the database must be emptied."""

    def fill(self, lines: Iterator[bytes]) -> tuple[int, int]:
        """Send nodes and then relationships as lines of JSON; give how many of each were made.

        Raises:
            StoreError: The engine failed or refused a line; a part may have been written.
        """
        ...

    def make_schema(self) -> None:
        """Make every constraint and index of an empty database.

        Raises:
            StoreError: The engine failed or refused.
        """
        ...

    def empty(self) -> None:
        """Start over with a database that holds nothing, not even a schema.

        Raises:
            StoreError: The engine can't be stopped or started.
        """
        ...


class Link(Protocol):
    """A connection to one engine."""

    engine: str
    """`arcadedb` or `neo4j`."""

    def own(self) -> Door:
        """Door of graphhunt's own queries, which may write."""
        ...

    def analyst(self) -> Door:
        """Door of analysts' queries, which can't write."""
        ...

    def reconnect(self) -> None:
        """Connect anew after the connection was lost.

        Raises:
            StoreError: The engine can't be reached or started.
        """
        ...

    def incarnation(self) -> object:
        """Tell the process of the engine from those before and after it."""
        ...

    def was_renewed(self, incarnation: object) -> bool:
        """Tell whether graphhunt ended that process of the engine to be rid of a statement."""
        ...

    def renew(self, incarnation: object) -> bool | None:
        """End a process of the engine and start it anew, to be rid of a statement.

        Returns:
            Whether it was done; False if that process is gone already; None if it can't be done, as somebody writes
            or the engine isn't ours.

        Raises:
            StoreError: It doesn't start again.
        """
        ...

    def bulk(self) -> Bulk | None:
        """Door for a whole graph at once, where the engine has one."""
        ...

    def close(self) -> None:
        """Close the drivers and stop counting as a user of the engine."""
        ...


DRIVER_OPTIONS: dict[str, Any] = {
    "user_agent": "graphhunt",
    "connection_timeout": 10.0,
    "connection_acquisition_timeout": 30.0,
    "max_transaction_retry_time": 0.0,
    "telemetry_disabled": True,
    "keep_alive": True,
}
"""Options of every driver. Retrying is the store's own work, so that one rule holds on both engines."""
