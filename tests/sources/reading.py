"""Reads single files in a worker, as a load does."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from graphhunt.model import FileWarning, Record
from graphhunt.sources.loading import Loader, Source
from graphhunt.sources.pool import Pool, WorkerLimits

Item = Record | FileWarning


class Reader:
    """A pool of one worker for each set of loaders that is read with."""

    def __init__(self, limits: WorkerLimits | None = None, seen: Callable[[Item], None] = lambda item: None) -> None:
        self._limits = limits
        self._seen = seen
        self._pools: dict[type, Pool[list[Item]]] = {}

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self._pools.values():
            pool.close()

    def pool(self, loader: Loader) -> Pool[list[Item]]:
        if type(loader) not in self._pools:
            self._pools[type(loader)] = Pool({loader.name: loader}, limits=self._limits, take=self._take)
        return self._pools[type(loader)]

    def read(self, loader: Loader, source: Source) -> list[Item]:
        items: list[Item] = []
        pool = self.pool(loader)
        pool.submit(source, loader.name, items)
        pool.finish()
        return items

    def _take(self, items: list[Item], item: Item) -> None:
        items.append(item)
        self._seen(item)
