"""Times the questions of entities beside the same queries through the bare driver, on a large graph.

    python benchmarks/entities.py WORKSPACE [--db bolt://…] [--entities 20] [--runs 5] [--only NAME] [--markdown]

WORKSPACE holds the graph's snapshot, as `large_graph.py` builds it. Each question is asked of many random entities
whose answer has at most 1,000 rows, each several times after a first time that isn't counted; then of the busiest
ones with `limit=1000`. Prints rows, median and 99th percentile in milliseconds over all of them, and how much longer
the layer takes than the driver with the same text and parameters, asked in turns. The first time is told apart: an
engine plans a query once for each set of parameters.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import graphhunt
from graphhunt import queries
from graphhunt.entities import IP, Alert, Client, Collection, File, Histogram, Machine, Process, User
from graphhunt.graph.snapshot import Snapshot
from graphhunt.queries import Query

MOST = 1000
CLASSES: dict[str, Any] = {kind.label: kind for kind in (Machine, User, Process, File, IP, Alert, Client)}
Ask = Callable[[Any], Any]
QUESTIONS: dict[str, Ask] = {
    "get_executions": lambda e: e.get_executions(limit=MOST),
    "get_communications": lambda e: e.get_communications(top=MOST),
    "get_files": lambda e: e.get_files(limit=MOST),
    "get_registry": lambda e: e.get_registry(limit=MOST),
    "get_detections": lambda e: e.get_detections(limit=MOST),
    "get_logons": lambda e: e.get_logons(limit=MOST),
    "get_remote_logons": lambda e: e.get_remote_logons(limit=MOST),
    "get_machines": lambda e: e.get_machines().rows,
    "get_users": lambda e: e.get_users().rows,
    "get_children": lambda e: e.get_children().rows,
    "get_parent": lambda e: e.get_parent().rows,
    "get_blocked": lambda e: e.get_blocked(limit=MOST),
}
TABLES: dict[str, Ask] = {
    "get_bandwidth": lambda e: e.get_bandwidth(),
    "get_timetable": lambda e: e.get_timetable(),
}


class Line(NamedTuple):
    """One row of the table."""

    name: str
    rows: float
    first: float
    ours: np.ndarray
    bare: np.ndarray

    @property
    def cells(self) -> list[str]:
        over = np.median(self.ours) / np.median(self.bare) - 1
        times = (self.first, np.median(self.ours), np.quantile(self.ours, 0.99), np.median(self.bare))
        return [self.name, f"{self.rows:,.0f}", *(f"{value:,.1f}" for value in times), f"{over:.0%}"]


def took(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def bare(store: Any, query: Query, params: dict[str, Any]) -> Callable[[], Any]:
    """The same text and parameters, straight to the driver."""
    door = store._link.own()
    text, given = query.for_engine(store.engine), query.bind(params)

    def work() -> Any:
        with door.driver.session(database=door.database, fetch_size=1000) as session:
            return session.run(text, given).values()

    return work


def measured(name: str, store: Any, asks: list[Callable[[], Collection[Any]]], runs: int) -> Line:
    """Ask each of several entities, the layer and the driver in turns."""
    rows, ours, theirs, first = [], [], [], 0.0
    for index, ask in enumerate(asks):
        asked = ask()
        direct = bare(store, asked.question.query, asked.params)
        began = took(lambda ask=ask: rows.append(len(ask())))
        first = first if index else began
        took(direct)
        for _ in range(runs):
            ours.append(took(lambda ask=ask: len(ask())))
            theirs.append(took(direct))
    return Line(name, float(np.median(rows)), first, np.array(ours), np.array(theirs))


def counts(snapshot: Snapshot, kind: str, end: str) -> dict[str, int]:
    found = snapshot.scan(kind)
    table = found.group_by(end).len().sort("len", end, descending=True).collect() if found is not None else None
    return dict(table.iter_rows()) if table is not None else {}


def sampled(snapshot: Snapshot, number: int) -> Iterator[tuple[str, list[str]]]:
    """Draw ordinary machines, accounts, processes, files, addresses and alerts, and give the busiest of each."""
    rng = np.random.default_rng(3)
    for name, kind, end, most in (
        ("Machine", "RAN", "from_id", MOST // 4),
        ("User", "EXECUTED", "from_id", MOST // 4),
        ("Process", "CONNECTED", "from_id", MOST),
        ("File", "IMAGE", "to_id", MOST // 4),
        ("IP", "CONNECTED", "to_id", MOST),
        ("Alert", "FLAGGED", "from_id", MOST),
    ):
        held = counts(snapshot, kind, end)
        usual = [key for key, count in held.items() if 1 < count <= most]
        yield name, list(rng.choice(usual, min(number, len(usual)), replace=False))
        yield f"busiest {name}", list(held)[:1]
    yield "Client", ["default"]


def trees(snapshot: Snapshot, depth: int = 15) -> list[str]:
    """Find processes with about a thousand descendants, as many generations down as a tree shows."""
    spawned = snapshot.table("SPAWNED")
    assert spawned is not None
    children: dict[str, list[str]] = {}
    for parent, child in spawned.select("from_id", "to_id").iter_rows():
        children.setdefault(parent, []).append(child)
    found: list[str] = []
    for root in sorted(children, key=lambda key: -len(children[key])):
        size, level = 0, [root]
        for _ in range(depth):
            level = [child for one in level for child in children.get(one, ())]
            size += len(level)
        if 900 <= size <= 1100:
            found.append(root)
        if len(found) == 5:
            break
    return found


def questions(hunt: Any, snapshot: Snapshot, number: int) -> Iterator[tuple[str, list[Callable[[], Any]]]]:
    for what, ids in sampled(snapshot, number):
        kind = CLASSES[what.split()[-1]]
        for name, ask in QUESTIONS.items():
            if hasattr(kind, name):
                yield f"{what}.{name}", [lambda i=i, k=kind, a=ask: a(k.of([i], hunt=hunt)) for i in ids]
    roots = trees(snapshot)
    yield (
        "Process.get_execution_tree",
        [lambda i=i: Process.of([i], hunt=hunt).get_execution_tree(up=0, limit=2000) for i in roots],
    )


HISTOGRAMS: dict[str, tuple[str, Ask]] = {
    "Client.get_logons by hour": ("logons", lambda e: e.get_logons(histogram=Histogram(bucket="1h"))),
    "Client.get_logons by type and hour": (
        "logons", lambda e: e.get_logons(histogram=Histogram(by="LogonType", bucket="1h")),
    ),
    "Client.get_remote_logons by hour": (
        "remote_logons", lambda e: e.get_remote_logons(histogram=Histogram(bucket="1h")),
    ),
    "Client.get_communications by hour": (
        "communications", lambda e: e.get_communications(histogram=Histogram(bucket="1h")),
    ),
    "Client.get_communications by address": (
        "communications", lambda e: e.get_communications(histogram=Histogram(by="RemoteIp")),
    ),
    "Client.get_registry by hour": ("registry", lambda e: e.get_registry(histogram=Histogram(bucket="1h"))),
    "Client.get_files by hour": ("files", lambda e: e.get_files(histogram=Histogram(bucket="1h"))),
    "Client.get_executions by hour": (
        "executions", lambda e: e.get_executions(operation="create", histogram=Histogram(bucket="1h")),
    ),
    "Client.get_executions by program": (
        "executions", lambda e: e.get_executions(operation="create", histogram=Histogram(by="ChildFilename")),
    ),
}  # fmt: skip


def tables(hunt: Any, snapshot: Snapshot, number: int, only: str, runs: int) -> Iterator[Line]:
    """Ask for what is measured per day and hour: these ask at once, so the query alone isn't timed beside them."""
    for what, ids in sampled(snapshot, number):
        kind = CLASSES[what.split()[-1]]
        for name, ask in TABLES.items():
            if only not in f"{what}.{name}" or not hasattr(kind, name) or what in ("Client", "Alert", "IP"):
                continue
            entities = [kind.of([one], hunt=hunt) for one in ids]
            first = took(lambda ask=ask, one=entities[0]: ask(one))
            rows = [len(ask(one)) for one in entities]
            times = np.array([took(lambda ask=ask, one=one: ask(one)) for one in entities for _ in range(runs)])
            yield Line(f"{what}.{name}", float(np.median(rows)), first, times, times)


def histograms(hunt: Any, only: str, runs: int) -> Iterator[Line]:
    """Count all rows of the tenant; the number of rows is that of those counted."""
    every = Client.of(["default"], hunt=hunt)
    for name, (query, ask) in HISTOGRAMS.items():
        if only not in f"histogram {name}":
            continue
        counted = ask(every)
        first = took(lambda counted=counted: counted.df)
        direct = bare(hunt.store, queries.library()[f"entity/histogram/{query}"], counted.params)
        took(direct)
        times = [(took(lambda ask=ask: ask(every).df), took(direct)) for _ in range(runs)]
        ours, theirs = np.array(times).T
        yield Line(name, float(sum(counted.df["Count"])), first, ours, theirs)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("workspace", type=Path)
    options.add_argument("--db")
    options.add_argument("--entities", type=int, default=20)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--only", default="", help="questions whose name holds this")
    options.add_argument("--markdown", action="store_true")
    given = options.parse_args()

    def show(cells: list[str]) -> None:
        widths = (38, 10, 10, 10, 10, 10, 10)
        plain = "".join(f"{cell:<{w}}" if w == 38 else f"{cell:>{w}}" for cell, w in zip(cells, widths, strict=True))
        print("| " + " | ".join(cells) + " |" if given.markdown else plain, flush=True)

    show(["question", "rows", "first ms", "p50 ms", "p99 ms", "bare p50", "overhead"])
    snapshot = Snapshot(given.workspace / "graph")
    with graphhunt.open(given.workspace, db=given.db) as hunt:
        for name, asks in questions(hunt, snapshot, given.entities):
            if given.only in name and asks:
                show(measured(name, hunt.store, asks, given.runs).cells)
        for line in tables(hunt, snapshot, given.entities, given.only, given.runs):
            show([*line.cells[:-2], "", ""])
        for line in histograms(hunt, given.only, given.runs):
            show(line.cells)


if __name__ == "__main__":
    main()
