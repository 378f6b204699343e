"""Ends statements on the engine: by asking, and where that doesn't help by starting the embedded engine anew.

An engine looks at the clock, and at who wants a statement ended, between rows only; one long expression knows neither.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from concurrent.futures import wait
from typing import TYPE_CHECKING

from graphhunt.accounts import Accounts
from graphhunt.errors import GraphhuntError
from graphhunt.queries import library
from graphhunt.store import transport
from graphhunt.store.transport import Statement
from graphhunt.store.workers import begin

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from graphhunt.store.link import Link
    from graphhunt.store.places import Place, Seat

PATIENCE = 5.0
"""Seconds a statement may go on after its end was asked for; then it costs the embedded engine."""

ACTION = "endEngine"
"""What the audit log calls an engine that was ended, with the statement that went on."""

_AGAIN = 0.25
_LOOK = 1.0
_LOG = logging.getLogger(__name__)


class Costly:
    """Ends what doesn't end by itself, and tells the audit log whose it was.

    Args:
        link: The connection to the engine.
        workspace: Folder of the workspace, where the audit log is.
    """

    def __init__(self, link: Link, workspace: Path) -> None:
        self._link = link
        self._workspace = workspace

    def end(self, seat: Seat, over: Callable[[float], bool], engine: Callable[[], object]) -> bool:
        """End a statement, and the engine with it if it still runs after `PATIENCE`.

        Args:
            seat: Whose statement it is, and its mark.
            over: Waits some seconds at most and tells whether the statement has ended.
            engine: Gives the incarnation of the engine that the statement runs on.

        Returns:
            Whether it has ended by itself. If not, the engine was started anew; or the statement goes on, where the
            engine isn't ours, or until a load that is under way has ended.
        """
        if self._ended(seat.mark, over):
            return True
        if self._link.engine == "arcadedb" and not self._renewed(seat, engine):
            work = (seat, over, engine)
            threading.Thread(target=self._until_renewed, args=work, daemon=True, name="graphhunt-end").start()
        return False

    def left(self, place: Place, seat: Seat) -> None:
        """End the statement of a process that died, without waiting for it, and give its place back."""

        def gone(seconds: float) -> bool:
            return self._gone(seat.mark, seconds)

        def work() -> None:
            try:
                if not gone(0.0) and not self.end(seat, gone, self._link.incarnation):
                    while not gone(_LOOK):
                        pass
            except GraphhuntError:  # the database can't be reached: whoever can asks again
                place.abandon()
            else:
                place.release()

        threading.Thread(target=work, daemon=True, name="graphhunt-end").start()

    def _ended(self, mark: str, over: Callable[[float], bool]) -> bool:
        """Ask again and again, as it may not have begun when first asked; an engine may be too busy to answer."""
        last = time.monotonic() + PATIENCE
        asking: Future[None] | None = None
        while time.monotonic() < last:
            if asking is None or asking.done():
                asking = begin(lambda: terminate(self._link, mark))
            if over(_AGAIN):
                return True
        return over(0.0)

    def _until_renewed(self, seat: Seat, over: Callable[[float], bool], engine: Callable[[], object]) -> None:
        try:
            while not over(_LOOK) and not self._renewed(seat, engine):
                pass
        except GraphhuntError as error:
            _LOG.warning("the embedded engine can't be started anew: %s", error)

    def _renewed(self, seat: Seat, engine: Callable[[], object]) -> bool:
        """Start the engine anew; False while somebody writes, whose work must be neither lost nor done twice."""
        renewed = self._link.renew(engine())
        if renewed:
            _LOG.warning("the embedded engine was started anew: a query of %s didn't end", seat.who)
            self._tell(seat)
        return renewed is not None

    def _tell(self, seat: Seat) -> None:
        with contextlib.suppress(GraphhuntError):  # what was to be done is done; a full disk must not hide that
            accounts = Accounts(self._workspace / "access.db")
            try:
                accounts.note(seat.who, "query", ACTION, seat.cypher, 413)
            finally:
                accounts.close()

    def _gone(self, mark: str, seconds: float) -> bool:
        """Ask the engine whether it is rid of a statement whose process can't tell any more."""
        time.sleep(seconds)
        running = begin(lambda: runs(self._link, mark))
        wait([running], PATIENCE)
        return running.done() and not running.result()


def runs(link: Link, mark: str) -> bool:
    """Tell whether the engine runs a statement that holds a mark."""
    query = library()["admin/running"]
    statement = Statement(query.text, {}, query.name, read_only=True)
    rows = transport.with_retry(link, query.name, lambda: list(transport.rows_of(link.own(), statement)))
    return any(mark in str(row["currentQuery"]) for row in rows)


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
