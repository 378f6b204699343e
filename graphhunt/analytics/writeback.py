"""Writing an analytic's results back, so that readers see one whole run or the other.

A single large transaction is not enough: both engines show a reader's query parts of a commit while it is
applied (measured; see benchmarks/RESULTS-analytics.md). So results are written to one of three slots of
properties (`rarity_score__a`), marked with the run (`rarity_run__a`), and one property of one node, the
pointer `current/<name>`, says which run is the current one. A reader takes the pointer first and then only
what carries that run's mark: the queries `analytics/current_…` do. The pointer's one property changes in one
step; the slot it names is written by nobody, and the slot before it stays for undo.

After that the plain names (`rarity_score`) are brought up to date, for browsing and everyday Cypher; every
node's `rarity_run` says which run its plain values are of. An interruption there is repaired by the next run.

The right to write is a lease on the pointer, checked by the database in each batch: a writer that lost it
writes nothing.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.errors import StoreError
from graphhunt.queries import library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graphhunt.analytics.analysis import Analysis
    from graphhunt.store import Store

SLOTS = "abc"
STAGE_BATCH = 10_000
SETTLE_BATCH = 50_000
"""Rows of one transaction when the plain names are written: results up to this size appear at once."""

LEASE_US = 120_000_000
"""A writer that is silent for this long (µs) has lost the right to write."""

_POLL = 0.1

Rows = list[tuple[str, dict[str, Any]]]
"""Ids and properties of nodes or relationships."""


class Pointer(NamedTuple):
    """What the pointer node of an analytic says."""

    current: str | None
    previous: str | None
    writer: str | None
    until: int | None
    settled: bool | None
    counter: int | None


def pointer(store: Store, name: str) -> Pointer:
    """Read the pointer of an analytic; all None where it never ran."""
    rows = store.read(library()["analytics/pointer"], head=head_of(name))
    return Pointer(**rows[0]) if rows else Pointer(None, None, None, None, None, None)


def head_of(name: str) -> str:
    """Give the id of an analytic's pointer node."""
    return f"current/{name}"


def _now() -> int:
    return time.time_ns() // 1000


class Lease:
    """The right to write one analytic's results; made by `lease`."""

    def __init__(self, store: Store, analysis: Analysis, writer: str) -> None:
        self.store = store
        self.analysis = analysis
        self.writer = writer
        self.settled = True
        self.pointer = pointer(store, analysis.name)
        used = {run[-1] for run in (self.pointer.current, self.pointer.previous) if run}
        self.slot = next(s for s in SLOTS if s not in used)
        self.run = f"{analysis.name}/{self.pointer.counter or 0:06d}{self.slot}"

    @property
    def head(self) -> str:
        """Id of the pointer node."""
        return head_of(self.analysis.name)

    def stage(self, target: str, rows: Rows) -> None:
        """Write results into this run's slot, in batches."""
        for part in _cut(rows, STAGE_BATCH):
            self._write(target, [(i, self._named(p, self.run, f"__{self.slot}")) for i, p in part])

    def flip(self, current: str | None, previous: str | None) -> None:
        """Make a run the current one for every reader.

        Raises:
            StoreError: The right to write was lost meanwhile; nothing has changed for readers.
        """
        query = library()["analytics/flip"]
        self.settled = False
        self.store.write(query, head=self.head, writer=self.writer, current=current, previous=previous)
        found = pointer(self.store, self.analysis.name)
        if found.writer != self.writer or found.current != current:
            raise StoreError("another run took over; nothing was published", where=self.analysis.name)
        self.pointer = found

    def settle(self, results: Mapping[str, Rows]) -> None:
        """Bring the plain names up to date with the current run."""
        run = self.pointer.current
        for target in self.analysis.targets():
            for part in _cut(results.get(target, []), SETTLE_BATCH):
                self._write(target, [(i, self._named(p, run, "")) for i, p in part])
            empty = dict.fromkeys((*self.analysis.written(target), self._marker("")))
            stale = self.store.read(_query("stale", target), marker=self._marker(""), run=run)
            for part in _cut([(r["id"], empty) for r in stale], SETTLE_BATCH):
                self._write(target, part)
        self.settled = True

    def repair(self) -> None:
        """Finish what an interrupted run left: plain names that don't fit the current run."""
        if self.pointer.settled is False:
            self.settle(stored_results(self.store, self.analysis, self.pointer.current))

    def _marker(self, suffix: str) -> str:
        return f"{self.analysis.prefix}_run{suffix}"

    def _named(self, props: dict[str, Any], run: str | None, suffix: str) -> dict[str, Any]:
        """Give properties their names in a slot, every one the analytic writes and the mark of the run."""
        return {f"{k}{suffix}": v for k, v in props.items()} | {self._marker(suffix): run}

    def _write(self, target: str, rows: Rows) -> None:
        query = _query("write", target)
        given: dict[str, Any] = {"head": self.head, "writer": self.writer, "until": _now() + LEASE_US}
        if "ids" in {p.name for p in query.params}:
            given |= {"ids": [i for i, _ in rows], "props": dict(rows)}
        else:
            given["rows"] = [{"id": i, "props": p} for i, p in rows]
        self.store.write(query, **given)


def _query(verb: str, target: str) -> Any:
    return library()[f"analytics/{verb}_{target.lower()}"]


def _cut(rows: Rows, size: int) -> Iterable[Rows]:
    return (rows[i : i + size] for i in range(0, len(rows), size))


@contextmanager
def lease(store: Store, analysis: Analysis, wait: float = 60.0) -> Iterator[Lease]:
    """Hold the right to write an analytic's results.

    Args:
        store: The graph.
        analysis: The analytic.
        wait: Seconds to wait for another run of it to end.

    Raises:
        StoreError: Another run kept the right for longer.
    """
    writer = secrets.token_hex(8)
    deadline = time.monotonic() + wait
    while not _acquired(store, analysis.name, writer):
        if time.monotonic() > deadline:
            raise StoreError(f"another run of {analysis.name} is writing", hint="try again when it has ended")
        time.sleep(_POLL)
    held = Lease(store, analysis, writer)
    held.settled = held.pointer.settled is not False
    try:
        yield held
    finally:
        store.write(library()["analytics/release"], head=held.head, writer=writer, settled=held.settled)


def _acquired(store: Store, name: str, writer: str) -> bool:
    """Try to take the right to write."""
    now = _now()
    store.write(
        library()["analytics/acquire"], head=head_of(name), name=name, writer=writer, now=now, until=now + LEASE_US
    )
    return pointer(store, name).writer == writer


def stored_results(store: Store, analysis: Analysis, run: str | None) -> dict[str, Rows]:
    """Read a run's results back from its slot; none for no run."""
    if run is None:
        return {}
    suffix = f"__{run[-1]}"
    found: dict[str, Rows] = {}
    for target in analysis.targets():
        rows = store.read(_query("slot", target), marker=f"{analysis.prefix}_run{suffix}", run=run)
        names = analysis.written(target)
        found[target] = [(r["id"], {n: r["props"].get(f"{n}{suffix}") for n in names}) for r in rows]
    return found
