"""Statements of the library that end on the engine as soon as nobody waits for their rows any more."""

from __future__ import annotations

import contextlib
import heapq
import secrets
import threading
from typing import TYPE_CHECKING, Any

from graphhunt.attention import attention, heed
from graphhunt.errors import GraphhuntError
from graphhunt.store import transport
from graphhunt.store.analyst import terminate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphhunt.store.link import Link
    from graphhunt.store.transport import Statement


class _Marks:
    """Texts that tell running statements from each other: few, since engines keep the plans of texts they have seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = secrets.token_hex(4)
        self._free: list[int] = []
        self._made = 0

    @contextlib.contextmanager
    def one(self) -> Iterator[str]:
        """Give a text that no other statement of any process carries while the block runs."""
        with self._lock:
            number = heapq.heappop(self._free) if self._free else self._made
            self._made = max(self._made, number + 1)
        try:
            yield f"{self._process}-{number}."
        finally:
            with self._lock:
                heapq.heappush(self._free, number)


_marks = _Marks()


def rows(link: Link, statement: Statement) -> list[dict[str, Any]]:
    """Run a statement and give its rows; ended on the engine when nobody waits for them any more.

    Raises:
        CancelledError: Nobody waits for them.
        GraphhuntError: It failed.
    """
    with _attended(link, statement) as attended:

        def run() -> list[dict[str, Any]]:
            heed()  # an ended statement looks like a conflict, which is tried again
            return list(transport.rows_of(link.own(), attended))

        return transport.with_retry(link, statement.name, run)


@contextlib.contextmanager
def _attended(link: Link, statement: Statement) -> Iterator[Statement]:
    waiting = attention()
    if waiting is None:
        yield statement
        return
    with _marks.one() as mark, waiting.ending(lambda: terminate(link, mark)):
        try:
            yield statement._replace(text=f"{statement.text}\n// {mark}")
        except GraphhuntError:
            heed()
            raise
