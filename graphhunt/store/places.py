"""Places for analysts' statements: a few in the engine, so that the others stay free for graphhunt's own reads.

A place is a locked file in the workspace, so all processes count together and a killed one gives its place back.
It is held until the engine is rid of the statement, however long ago its author was told that it took too long.
"""

from __future__ import annotations

import contextlib
import getpass
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from graphhunt.errors import BusyError, WorkspaceError
from graphhunt.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

IN_ALL = 16
"""Statements the embedded engine runs at a time."""

TOGETHER = IN_ALL // 4
"""Statements of all analysts that run at a time."""

EACH = 2
"""Statements of one analyst that run at a time."""

FOLDER = "places"
"""Folder of the places inside a workspace."""

_POLL = 0.05
_DOOR = 5.0


class Seat(msgspec.Struct):
    """Who has a place, and for which statement.

    Attributes:
        who: The analyst.
        cypher: What they asked.
        mark: The text that tells the statement from all others on the engine.
        since: When it began, seconds since 1970.
        ending: Whether its end was asked for.
    """

    who: str
    cypher: str
    mark: str
    since: float
    ending: bool = False


class Place:
    """One place, held by this process."""

    def __init__(self, lock: FileLock, note: Path) -> None:
        self._lock = lock
        self._note = note
        self._alone = threading.Lock()  # one thread may note that the end was asked for while another gives it back

    def write(self, seat: Seat) -> None:
        """Say who has the place.

        Raises:
            WorkspaceError: The disk refuses.
        """
        with self._alone:
            if self._lock.held:
                try:
                    self._write(seat)
                except OSError as error:
                    reason = f"can't note whose query runs: {error.strerror or error}"
                    hint = "the workspace must be a folder you may write to, with some space left"
                    raise WorkspaceError(reason, where=str(self._note), hint=hint) from error

    def _write(self, seat: Seat) -> None:
        fresh = self._note.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(seat))
        fresh.chmod(0o600)
        fresh.replace(self._note)

    def release(self) -> None:
        """Give the place back: its statement has ended."""
        with self._alone:
            try:
                # A note that stays is dealt with by whoever takes the place next, like that of a process that died.
                with contextlib.suppress(OSError):
                    self._note.unlink(missing_ok=True)
            finally:
                self._lock.release()

    def abandon(self) -> None:
        """Leave the place to whoever looks next: whether its statement has ended isn't known."""
        with self._alone:
            self._lock.release()


class Places:
    """The places of one workspace.

    Args:
        workspace: Its folder.
        left: Called with the place and seat of a process that died; gives it back when the statement has ended.
    """

    def __init__(self, workspace: Path, left: Callable[[Place, Seat], None] | None = None) -> None:
        self._folder = workspace / FOLDER
        self._left = left

    def take(self, seat: Seat, patience: float) -> Place:
        """Take a place, waiting at most `patience` seconds for one.

        Raises:
            BusyError: None got free.
            WorkspaceError: The disk refuses.
        """
        end = time.monotonic() + patience
        while True:
            place, mine = self._try(seat)
            if place is not None:
                return place
            if time.monotonic() >= end:
                raise _busy(mine)
            time.sleep(_POLL)

    def seats(self) -> list[Seat]:
        """List who has a place now."""
        notes = (self._read(number) for number in range(TOGETHER))
        return [seat for seat in notes if seat is not None]

    def _try(self, seat: Seat) -> tuple[Place | None, int]:
        """Take a place if there is one for this analyst; else say how many are theirs."""
        with self._counting() as alone:
            mine = sum(other.who == seat.who for other in self.seats()) if alone else 0
            free = self._free() if alone and mine < EACH else None
            if free is not None:
                try:
                    free.write(seat)
                except BaseException:
                    free.release()
                    raise
        return free, mine

    def _free(self) -> Place | None:
        """Take the first free place, and see to those whose process died."""
        free = None
        for number in range(TOGETHER):
            lock = FileLock(self._folder / f"{number}.lock")
            try:
                got = lock.acquire()
            except WorkspaceError:
                if free is not None:
                    free.release()
                raise
            if not got:
                continue
            place, left = Place(lock, self._folder / f"{number}.json"), self._read(number)
            if left is not None and self._left is not None:
                self._left(place, left)
            elif left is None and free is None:
                free = place
            else:
                lock.release()
        return free

    def _read(self, number: int) -> Seat | None:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode((self._folder / f"{number}.json").read_bytes(), type=Seat)
        return None

    @contextlib.contextmanager
    def _counting(self) -> Iterator[bool]:
        """Let nobody else take a place while the block counts them."""
        door = FileLock(self._folder / "door.lock")
        got = door.acquire(timeout=_DOOR)
        try:
            yield got
        finally:
            door.release()


def _busy(mine: int) -> BusyError:
    if mine >= EACH:
        message = f"you have {EACH} queries running already"
        hint = "wait for one of them; one that was stopped counts until the database is rid of it"
    else:
        message = f"{TOGETHER} analysts' queries are running already"
        hint = "try again in a few seconds"
    return BusyError(message, where="query", hint=hint)


def local_user() -> str:
    """Name the user who runs this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "local"
