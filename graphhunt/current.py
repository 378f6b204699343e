"""The hunts that are open: an entity made without a hunt asks the only one."""

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


_lock = threading.Lock()
_opened: list[tuple[str, OpenHunt]] = []
"""The open hunts with the place of each, in the order of opening; behind `_lock`."""


def register(hunt: OpenHunt, place: str) -> None:
    """Note that a hunt was opened.

    Args:
        hunt: The hunt.
        place: Where its data is: two hunts of one place answer alike and count as one.
    """
    with _lock:
        _opened.append((place, hunt))


def forget(hunt: OpenHunt) -> None:
    """Note that a hunt was closed; one that isn't open is passed over."""
    with _lock:
        _opened[:] = [(place, other) for place, other in _opened if other is not hunt]


def only_open() -> OpenHunt:
    """Give the hunt that is open; of several on one workspace and database the newest.

    Raises:
        UsageError: None is open, or several are.
    """
    with _lock:
        by_place = dict(_opened)
    if not by_place:
        raise UsageError("no hunt is open", hint="call graphhunt.open(workspace) first")
    if len(by_place) > 1:
        raise UsageError(
            f"{len(by_place)} hunts are open: {', '.join(by_place)}", hint="say which with hunt=, or close the others"
        )
    return next(iter(by_place.values()))
