"""The connection to the workspace's embedded engine: found if it runs, started if it doesn't."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any

import neo4j
import neo4j.exceptions as driver_faults
import psutil

from graphhunt import queries
from graphhunt.errors import StoreError, WorkspaceError
from graphhunt.store.embedded import config
from graphhunt.store.embedded.bulk import fill, make_schema
from graphhunt.store.embedded.process import (
    EngineState,
    Paths,
    end_engine,
    ended_engines,
    read_state,
    start_engine,
    wait_gone,
)
from graphhunt.store.faults import code_of, translate
from graphhunt.store.link import DRIVER_OPTIONS, Door
from graphhunt.store.locks import WRITER_LOCK, FileLock
from graphhunt.store.transport import Statement, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graphhunt.settings import Settings

_POLL = 0.05
_DYING = 0.5
_ATTEMPTS = 3

FOLDER = "engine"
"""Folder of the engine inside a workspace."""


class EmbeddedLink:
    """One process's use of the engine; while it exists, the engine goes on."""

    engine = "arcadedb"

    def __init__(self, workspace: Path, settings: Settings) -> None:
        self._paths = Paths(workspace.resolve() / FOLDER)
        self._settings = settings
        self._use = FileLock(self._paths.clients)
        self._joining = threading.Lock()
        self._drivers: tuple[neo4j.Driver, ...] = ()
        self._retired: tuple[neo4j.Driver, ...] = ()
        self._state: EngineState | None = None
        try:
            self._join()
        except BaseException:
            self.close()
            raise

    def own(self) -> Door:
        """Door of graphhunt's own queries."""
        return Door(self._driver(0), config.DATABASE, None)

    def analyst(self) -> Door:
        """Door of the database user who can only read; the server ends what takes too long."""
        return Door(self._driver(1), config.DATABASE, None)

    def _driver(self, number: int) -> neo4j.Driver:
        """Give a driver; while there is none, the connection is lost to whoever asks, who then waits for a new one.

        Raises:
            StoreError: The connection was closed.
            ServiceUnavailable: The database is being emptied.
        """
        drivers = self._drivers
        if drivers:
            return drivers[number]
        if not self._use.held:
            raise StoreError("the connection to the embedded engine is closed", where=str(self._paths.root))
        raise driver_faults.ServiceUnavailable("the database is being emptied")

    def reconnect(self) -> None:
        """Find the engine again, or start it anew if it died.

        Raises:
            StoreError: It doesn't start.
        """
        with self._joining:
            # Of several threads that lost the engine, the first finds or starts it; the others see that it answers.
            if not self._answers():
                self._join_anew()

    def _join_anew(self) -> None:
        self._retire()
        self._join()

    def _retire(self) -> None:
        # Threads that just took a driver find out by a lost connection; a closed driver would be an error of its own.
        _close_all(self._retired)
        self._retired = self._drivers

    def incarnation(self) -> object:
        """Give process id and birth of the engine."""
        state = self._state
        return (state.engine, state.engine_born) if state else None

    def was_renewed(self, incarnation: object) -> bool:
        """Tell whether some process ended that engine to be rid of a statement."""
        return incarnation in ended_engines(self._paths)

    def renew(self, incarnation: object) -> bool | None:
        """End that engine and start a new one, unless somebody writes: then give None.

        Raises:
            StoreError: It doesn't start again.
        """
        writer = FileLock(self._paths.root.parent / WRITER_LOCK)
        if not writer.acquire():
            return None
        try:
            with self._joining:
                found = read_state(self._paths)
                if found is None or (found.engine, found.engine_born) != incarnation:
                    return False
                end_engine(self._paths, found)
                self._join_anew()
                return True
        finally:
            writer.release()

    def bulk(self) -> EmbeddedLink:
        """Door for a whole graph at once: this itself."""
        return self

    def fill(self, lines: Iterator[bytes]) -> tuple[int, int]:
        """Send nodes and then relationships as lines of JSON; give how many of each were made.

        Raises:
            StoreError: The engine failed or refused a line; a part may have been written.
        """
        if self._state is None:
            raise StoreError("the embedded engine isn't connected", where=str(self._paths.root))
        return fill(self._state, lines, self._settings.command_timeout)

    def make_schema(self) -> None:
        """Make every constraint and index of an empty database.

        Raises:
            StoreError: The engine failed or refused.
        """
        if self._state is None:
            raise StoreError("the embedded engine isn't connected", where=str(self._paths.root))
        make_schema(self._state, self._settings.command_timeout)

    def empty(self) -> None:
        """Start over with a database that holds nothing, not even a schema.

        Raises:
            StoreError: The engine can't be stopped or started.
        """
        with self._joining:
            self._retire()
            self._drivers = ()
            for _ in range(_ATTEMPTS):
                stop_engine(self._paths.root.parent)
                if self._forget_graph():
                    self._join()
                    return
        raise StoreError("other processes keep starting the embedded engine", where=str(self._paths.root))

    def _forget_graph(self) -> bool:
        """Delete the database of an engine that doesn't run; False if it does."""
        with self._starting():
            if read_state(self._paths) is not None:
                return False
            shutil.rmtree(self._paths.root / "databases" / config.DATABASE, ignore_errors=True)
            return True

    def close(self) -> None:
        """Stop using the engine; it ends by itself when nobody uses it."""
        _close_all((*self._drivers, *self._retired))
        self._drivers = self._retired = ()
        self._use.release()

    def _join(self) -> None:
        # The order matters: first count as a user, so that the keeper lets the engine live, then look whether it runs.
        patience = self._settings.engine_start_timeout
        if not self._use.held and not self._use.acquire(shared=True, timeout=patience):
            raise WorkspaceError("the embedded engine is being stopped and doesn't end", where=str(self._paths.root))
        for last in (False, False, True):
            state = read_state(self._paths) or self._start()
            drivers = (
                self._connect(state, config.OWNER, state.owner_password),
                self._connect(state, config.READER, state.reader_password),
            )
            try:
                self._wait_for_answer(drivers[0])
            except StoreError:
                # The engine was just dying when we found it: its process was there, its port already wasn't.
                _close_all(drivers)
                if last:
                    raise
                time.sleep(_DYING)
            else:
                # Only now: whoever asked before it has opened its files would be told that there are none.
                self._state, self._drivers = state, drivers
                return

    def _start(self) -> EngineState:
        with self._starting():
            return read_state(self._paths) or start_engine(self._paths, self._settings)

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        """Keep other processes from starting the engine."""
        lock = FileLock(self._paths.start)
        if not lock.acquire(timeout=self._settings.engine_start_timeout):
            raise WorkspaceError("another process can't start the embedded engine", where=str(self._paths.root))
        try:
            yield
        finally:
            lock.release()

    def _connect(self, state: EngineState, user: str, password: str) -> neo4j.Driver:
        options: dict[str, Any] = dict(DRIVER_OPTIONS)
        return neo4j.GraphDatabase.driver(f"bolt://127.0.0.1:{state.port}", auth=(user, password), **options)

    def _wait_for_answer(self, driver: neo4j.Driver) -> None:
        """Wait until the database answers: the engine listens before it has opened, or repaired, its files."""
        end = time.monotonic() + self._settings.engine_start_timeout
        while True:
            try:
                _ping(driver)
            except (driver_faults.DriverError, driver_faults.Neo4jError, OSError) as error:
                if time.monotonic() >= end or "DatabaseNotFound" not in code_of(error):
                    raise translate(error, str(self._paths.root)) from error
                time.sleep(_POLL)
            else:
                return

    def _answers(self) -> bool:
        if not self._drivers:
            return False
        try:
            _ping(self._drivers[0])
        except (driver_faults.DriverError, driver_faults.Neo4jError, OSError):
            return False
        return True


def _ping(driver: neo4j.Driver) -> None:
    ping = queries.library()["admin/ping"]
    door = Door(driver, config.DATABASE, None)
    list(rows_of(door, Statement(ping.text, {}, ping.name, read_only=True)))


def _close_all(drivers: tuple[neo4j.Driver, ...]) -> None:
    for driver in drivers:
        with contextlib.suppress(OSError):
            driver.close()


def engine_status(workspace: Path) -> dict[str, Any]:
    """Tell whether the workspace's engine runs, with process ids and port; never a password."""
    state = read_state(Paths(workspace.resolve() / FOLDER))
    if state is None:
        return {"running": False}
    return {"running": True, "engine": state.engine, "keeper": state.keeper, "port": state.port}


def stop_engine(workspace: Path, *, timeout: float = 25.0) -> bool:
    """Stop the workspace's engine now; tell whether there was one.

    Raises:
        StoreError: It doesn't end in time.
    """
    paths = Paths(workspace.resolve() / FOLDER)
    state = read_state(paths)
    if state is None:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(state.keeper).terminate()
    if not (wait_gone(state.keeper, timeout) and wait_gone(state.engine, 1.0)):
        raise StoreError("the embedded engine doesn't end", where=str(paths.root))
    return True
