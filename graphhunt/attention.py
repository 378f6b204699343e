"""Whether anybody still waits for what is being done: known wherever the work is, without being handed through.

Whoever starts work for somebody says so with `waited_for`; long work calls `check_wanted` between its steps, and what
runs elsewhere, such as a statement on a database, is ended through `ending`. Without `waited_for`, work is never ended.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from graphhunt.errors import CancelledError

_AGAIN = 0.05
"""Seconds until work that still goes on is ended once more: it may not have begun when it was first told to."""


class Attention:
    """Somebody who waits, until they don't any more.

    Attributes:
        lost: Set when nobody waits any more.
    """

    def __init__(self) -> None:
        self.lost = threading.Event()
        self._lock = threading.Lock()
        self._enders: dict[object, Callable[[], None]] = {}

    def lose(self) -> None:
        """Note that nobody waits any more, and end what runs elsewhere; returns at once."""
        if self.lost.is_set():
            return
        self.lost.set()
        threading.Thread(target=self._end, daemon=True, name="graphhunt-stop").start()

    def _end(self) -> None:
        pause = threading.Event()
        while self._enders:
            with self._lock:  # none of them is taken back while it is being used
                for end in list(self._enders.values()):
                    end()
            pause.wait(_AGAIN)

    @contextlib.contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """Call `end`, if need be again and again, when nobody waits any more while the block runs."""
        key = object()
        with self._lock:
            self._enders[key] = end
        try:
            if self.lost.is_set():
                raise CancelledError("nobody waits for the answer any more")
            yield
        finally:
            with self._lock:
                del self._enders[key]


_current: ContextVar[Attention | None] = ContextVar("attention", default=None)


@contextlib.contextmanager
def waited_for(attention: Attention) -> Iterator[None]:
    """Have the block, and threads that are given its context, work for somebody."""
    token = _current.set(attention)
    try:
        yield
    finally:
        _current.reset(token)


def attention() -> Attention | None:
    """Give who waits for the work at hand; None when it is to be done in any case."""
    return _current.get()


def check_wanted() -> None:
    """End the work at hand if nobody waits for it any more.

    Raises:
        CancelledError: Nobody does.
    """
    found = _current.get()
    if found is not None and found.lost.is_set():
        raise CancelledError("nobody waits for the answer any more")
