"""The hunts that are open, in the order of opening: entities made without a hunt use the last one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol

from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Reader(Protocol):
    """The part of a store that reads with queries of the library."""

    def read(self, query: Any, /, **params: Any) -> list[dict[str, Any]]:
        """Run a query and give its rows."""
        ...

    def stream(self, query: Any, /, **params: Any) -> Iterator[dict[str, Any]]:
        """Run a query and yield its rows as they arrive."""
        ...


class OpenHunt(Protocol):
    """What is known here of a hunt: where its graph is read."""

    @property
    def store(self) -> Reader:
        """The graph."""
        ...


_opened: list[OpenHunt] = []
_opening = threading.Lock()


def register(hunt: OpenHunt) -> None:
    """Note that a hunt was opened."""
    with _opening:
        _opened.append(hunt)


def forget(hunt: OpenHunt) -> None:
    """Note that a hunt was closed; one that isn't open is passed over."""
    with _opening:
        _opened[:] = [other for other in _opened if other is not hunt]


def last_opened() -> OpenHunt:
    """Give the hunt opened last.

    Raises:
        UsageError: None is open.
    """
    with _opening:
        if not _opened:
            raise UsageError("no hunt is open", hint="call graphhunt.open(workspace) first")
        return _opened[-1]
