"""Marks that tell running statements of one text from each other, so that only the one meant is ended.

An engine keeps the plan of each text it has seen, and a mark is part of the text: the fewer marks, the fewer plans.
A mark whose statement was ended isn't used again, since whoever ends it may be late and meet the next one.
"""

from __future__ import annotations

import contextlib
import heapq
import secrets
import threading
from collections.abc import Iterator


class Marks:
    """The marks of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = secrets.token_hex(8)
        self._free: list[int] = []
        self._made = 0

    def take(self) -> int:
        """Give the number of a mark that no running statement carries."""
        with self._lock:
            if self._free:
                return heapq.heappop(self._free)
            self._made += 1
            return self._made

    def give_back(self, number: int) -> None:
        """Let a mark be used again: its statement came to its own end, and nobody tried to end it."""
        with self._lock:
            heapq.heappush(self._free, number)

    def text(self, number: int) -> str:
        """Give the mark as the comment that ends a statement."""
        return f"\n// {self._process}-{number}."

    @contextlib.contextmanager
    def one(self) -> Iterator[str]:
        """Give a mark for the block; it is used again unless the block fails."""
        number = self.take()
        yield self.text(number)
        self.give_back(number)


MARKS = Marks()
