"""Writing an analytic's results back, so that readers see one whole run or the other.

A single large transaction is not enough: both engines show a reader's query parts of a commit while it is
applied (measured; see benchmarks/RESULTS-analytics.md). So results are written to one of three slots of
properties (`rarity_score__a`), marked with the run (`rarity_run__a`), and one property of one node, the
pointer `current/<name>`, says which run is the current one. What another run left in the slot is cleared
before the pointer moves; the slot it names is written by nobody, and the slot before it stays for undo.

Nothing is ever written under the plain names (`rarity_score`): readers say them and get the current slot
(`graphhunt.store.published`). Who reads the database directly takes the slot's letter from the pointer.

The right to write is a lease on the pointer, checked by the database in each batch: a writer that lost it
writes nothing. What an interrupted run wrote is in a slot nobody reads; the next run writes over it.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.errors import StoreError
from graphhunt.queries import library
from graphhunt.store.published import SLOTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from graphhunt.analyses.analysis import Analysis, Rows
    from graphhunt.store import Store

STAGE_BATCH = 10_000
"""Rows of one transaction."""

LEASE_US = 20_000_000
"""A writer that is silent for this long (µs) may lose the right to write to another."""

_POLL = 0.1


class Pointer(NamedTuple):
    """What the pointer node of an analytic says."""

    current: str | None
    previous: str | None
    writer: str | None
    until: int | None
    counter: int | None

    def keeps(self, run: str | None) -> bool:
        """Tell whether nobody writes to the slot of a run."""
        return run is None or run in (self.current, self.previous)


def pointer(store: Store, name: str) -> Pointer:
    """Read the pointer of an analytic; all None where it never ran."""
    rows = store.read(library()["analytics/pointer"], head=head_of(name))
    return Pointer(**rows[0]) if rows else Pointer(None, None, None, None, None)


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
        self.pointer = pointer(store, analysis.name)
        used = {run[-1] for run in (self.pointer.current, self.pointer.previous) if run}
        self.slot = next(s for s in SLOTS if s not in used)
        self.run = f"{analysis.name}/{self.pointer.counter or 0:06d}{self.slot}"

    @property
    def head(self) -> str:
        """Id of the pointer node."""
        return head_of(self.analysis.name)

    def stage(self, results: Mapping[str, Rows], tell: Callable[[int], None] = lambda _: None) -> None:
        """Write results into this run's slot in batches, and clear what another run left there."""
        done = 0
        for target in self.analysis.targets():
            for part in _cut(results.get(target, []), STAGE_BATCH):
                self._write(target, [(i, self._named(p, self.run)) for i, p in part])
                done += len(part)
                tell(done)
            empty = dict.fromkeys(f"{name}__{self.slot}" for name in _names(self.analysis, target))
            stale = self.store.read(_query("stale", target), marker=self._marker, run=self.run)
            for part in _cut([(r["id"], empty) for r in stale], STAGE_BATCH):
                self._write(target, part)

    def flip(self, current: str | None, previous: str | None) -> None:
        """Make a run the current one for every reader.

        Raises:
            StoreError: The right to write was lost meanwhile; nothing has changed for readers.
        """
        self.store.write(
            library()["analytics/flip"], head=self.head, writer=self.writer, current=current, previous=previous
        )
        found = pointer(self.store, self.analysis.name)
        if found.writer != self.writer or found.current != current:
            raise StoreError("another run took over; nothing was published", where=self.analysis.name)
        self.pointer = found
        if self.analysis.settle is not None:
            self.analysis.settle(self.store, stored_results(self.store, self.analysis, current))

    @property
    def _marker(self) -> str:
        return f"{self.analysis.prefix}_run__{self.slot}"

    def _named(self, props: dict[str, Any], run: str) -> dict[str, Any]:
        """Give properties their names in the slot, every one the analytic writes and the mark of the run."""
        return {f"{k}__{self.slot}": v for k, v in props.items()} | {self._marker: run}

    def _write(self, target: str, rows: Rows) -> None:
        query = _query("write", target)
        given: dict[str, Any] = {"head": self.head, "writer": self.writer, "until": _now() + LEASE_US}
        if "ids" in {p.name for p in query.params}:
            given |= {"ids": [i for i, _ in rows], "props": dict(rows)}
        else:
            given["rows"] = [{"id": i, "props": p} for i, p in rows]
        self.store.write(query, **given)


def _names(analysis: Analysis, *targets: str) -> list[str]:
    """List the properties an analytic writes to targets, the mark of the run among them."""
    found = {name for target in targets for name in analysis.written(target)}
    return sorted(found | {f"{analysis.prefix}_run"})


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
    while not _acquired(store, analysis, writer):
        if time.monotonic() > deadline:
            raise StoreError(f"another run of {analysis.name} is writing", hint="try again when it has ended")
        time.sleep(_POLL)
    try:
        yield Lease(store, analysis, writer)
    finally:
        store.write(library()["analytics/release"], head=head_of(analysis.name), writer=writer)


def _acquired(store: Store, analysis: Analysis, writer: str) -> bool:
    """Try to take the right to write."""
    now = _now()
    store.write(
        library()["analytics/acquire"], head=head_of(analysis.name), name=analysis.name, writer=writer, now=now,
        until=now + LEASE_US, names=_names(analysis, *analysis.targets()),
    )  # fmt: skip
    return pointer(store, analysis.name).writer == writer


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
