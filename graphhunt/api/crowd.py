"""Threads for analysts' queries, apart from those of all other requests: who waits there keeps nobody else waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from graphhunt.errors import BusyError

T = TypeVar("T")

EACH = 8
"""Queries of one person that run or wait for a place."""

TOGETHER = 64
"""Queries of all."""


class Crowd:
    """Who runs queries or waits for a place; used on the event loop only."""

    def __init__(self) -> None:
        self._present: Counter[str] = Counter()
        self._threads: CapacityLimiter | None = None

    async def run(self, who: str, work: Callable[[], T]) -> T:
        """Do a person's work in a thread of its own.

        Raises:
            BusyError: The person, or all together, have too much under way.
        """
        if self._present[who] >= EACH or self._present.total() >= TOGETHER:
            raise BusyError("too many queries wait already", where="query", hint="wait for some of them to end")
        self._threads = self._threads or CapacityLimiter(TOGETHER)
        self._present[who] += 1
        try:
            return await to_thread.run_sync(work, limiter=self._threads)
        finally:
            self._present[who] -= 1
            self._present += Counter()  # forget who has gone
