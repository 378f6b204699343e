"""Passwords are hashed and checked by threads of their own, so that a crowd at the door holds up nobody inside."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from graphhunt.errors import BusyError, UsageError

MIN_PASSWORD, MAX_PASSWORD = 12, 1000
THREADS = 2
"""Passwords looked at at once: each takes 64 MiB, and a crowd of them must not take the machine."""

PLACES = 32
"""Checks that may be under way or wait for their turn; who comes then is sent away."""

_RECOMMENDED = PasswordHasher()
"""The library's hasher, with its recommended cost."""

_T = TypeVar("_T")


@cache
def _of_nobody(hasher: PasswordHasher) -> str:
    """Hash a password that nobody has, once in a process: it takes as long as a check."""
    return hasher.hash(secrets.token_urlsafe(16))


class Passwords:
    """Makes and checks argon2id hashes.

    Args:
        hasher: The library's hasher, with its recommended cost if None.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _RECOMMENDED
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")
        self._places = threading.BoundedSemaphore(PLACES)
        self._nobody = _of_nobody(self._hasher)

    def close(self) -> None:
        """Let the threads end; checks that wait for their turn are given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def hash(self, password: str) -> str:
        """Hash a new password.

        Raises:
            UsageError: It is too short or too long.
        """
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise UsageError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
        return self._threads.submit(self._hasher.hash, password).result()

    def queue(self, work: Callable[[], _T]) -> Future[_T]:
        """Let one of the threads do a check.

        Raises:
            BusyError: Too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError("Too many people are signing in; try again in a moment.", wait=2.0)
        try:
            future = self._threads.submit(work)
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        return future

    def fits(self, kept: str | None, password: str) -> bool:
        """Compare a password with a hash; without one (there is no such person) it takes as long and never fits."""
        try:
            return bool(self._hasher.verify(kept or self._nobody, password[:MAX_PASSWORD])) and kept is not None
        except (VerificationError, InvalidHashError):
            return False
