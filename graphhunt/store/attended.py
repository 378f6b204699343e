"""Statements of the library that end on the engine as soon as nobody waits for their rows any more."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from graphhunt.attention import attention, check_wanted
from graphhunt.errors import GraphhuntError
from graphhunt.store import transport
from graphhunt.store.ending import terminate
from graphhunt.store.marks import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphhunt.store.link import Link
    from graphhunt.store.transport import Statement


def rows(link: Link, statement: Statement) -> list[dict[str, Any]]:
    """Run a statement and give its rows; ended on the engine when nobody waits for them any more.

    Raises:
        CancelledError: Nobody waits for them.
        GraphhuntError: It failed.
    """
    with _attended(link, statement) as attended:

        def run() -> list[dict[str, Any]]:
            check_wanted()  # an ended statement looks like a conflict, which is tried again
            return list(transport.rows_of(link.own(), attended))

        return transport.with_retry(link, statement.name, run)


@contextlib.contextmanager
def _attended(link: Link, statement: Statement) -> Iterator[Statement]:
    waiting = attention()
    if waiting is None:
        yield statement
        return
    with MARKS.one() as mark, waiting.ending(lambda: terminate(link, mark)):
        try:
            yield statement._replace(text=statement.text + mark)
        except GraphhuntError:
            check_wanted()
            raise
