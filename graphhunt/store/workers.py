"""Threads that wait for an engine in a caller's stead, so that the caller may stop waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_KEPT = 8
"""Idle threads that are kept: a new one for each statement makes short ones a fifth slower."""

_idle: list[_Worker] = []


class _Worker:
    """A thread that does what is put into its queue, one thing after the other."""

    def __init__(self) -> None:
        self.jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        threading.Thread(target=self._work, daemon=True, name="graphhunt-query").start()

    def _work(self) -> None:
        while True:
            action, outcome = self.jobs.get()
            try:
                done = action()
            except BaseException as error:  # handed over to the caller, whatever it is
                kept = self._keep()
                outcome.set_exception(error)
            else:
                kept = self._keep()
                outcome.set_result(done)
            del action, outcome
            if not kept:
                return

    def _keep(self) -> bool:
        """Be there for the next one, before the caller goes on and asks for it."""
        if len(_idle) >= _KEPT:
            return False
        _idle.append(self)
        return True


def begin(action: Callable[[], T]) -> Future[T]:
    """Do something on another thread and give what will hold its outcome."""
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()
    outcome: Future[T] = Future()
    worker.jobs.put((action, outcome))
    return outcome
