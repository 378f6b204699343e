"""An analytic that writes the run's own number everywhere, so that a mixture of runs can be seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import polars as pl

from graphhunt.analyses import registry, runs, writeback
from graphhunt.analyses.analysis import Analysis
from graphhunt.errors import GraphhuntError
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.settings import Settings
from graphhunt.store import Store, open_store
from graphhunt.store.statements import create_nodes

NODES = 150
Seen = list[tuple[str | None, int | None]]


def _compute(_extract: Any, values: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    ids = [f"p{i}" for i in range(values["first"], NODES)]
    return {"Process": pl.DataFrame({"id": ids, "toy_value": [values["value"]] * len(ids)})}


TOY = Analysis(
    name="toy",
    prefix="toy",
    summary="Writes one number everywhere.",
    compute=_compute,
    properties=(Written("Process", "toy_value", "the number"),),
    parameters=(Parameter("value", "int", 0, "the number"), Parameter("first", "int", 0, "first node")),
)


def install(set_: Callable[[Any, str, Any], Any] = setattr) -> None:
    """Make the toy the only analytic, and its batches small."""
    set_(registry, "analyses", lambda: {"toy": TOY})
    set_(writeback, "STAGE_BATCH", 15)


def fill(store: Store) -> Store:
    """Make the nodes."""
    rows = [{"id": f"p{i}", "props": {"name": "n", "client_id": "default"}} for i in range(NODES)]
    store.write_rows(create_nodes("Process"), rows)
    return store


def strict(store: Store) -> Seen:
    """Read (run, value) of each node as the analytics do."""
    found = runs.current_results(store, "toy", "Process", limit=10 * NODES)
    return [(r["run"], r["toy_value"]) for r in found]


def plain(store: Store) -> Seen:
    """Read (run, value) of each node by plain names, as everybody does."""
    table = store.analyst("MATCH (n:Process) RETURN n.toy_run AS run, n.toy_value AS value", {}, limit=10 * NODES)
    return [(run, value) for run, value in table.rows]


def nodes(store: Store) -> Seen:
    """Read (run, value) of each node as returned nodes show them."""
    table = store.analyst("MATCH (n:Process) RETURN n", {}, limit=10 * NODES)
    return [(node.get("toy_run"), node.get("toy_value")) for (node,) in table.rows]


class Reader(threading.Thread):
    """Reads in three ways until told to stop, and keeps what wasn't one whole run."""

    def __init__(self, store: Store) -> None:
        super().__init__(daemon=True)
        self.store, self.stopped, self.reads = store, threading.Event(), 0
        self.bad: list[object] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            for look in (strict, plain, nodes):
                try:
                    seen = look(self.store)
                except GraphhuntError:  # the database is down for a moment
                    continue
                self.reads += 1
                if len(set(seen)) != 1 or len(seen) != NODES:
                    self.bad.append((look.__name__, len(seen), set(seen)))

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.join(60)
        assert not self.bad, self.bad[:5]
        assert self.reads


def work(orders: Connection, workspace: Path, db: str, settings: Settings, lease_us: int) -> None:
    """Do runs as ordered, in a process of its own: a value in, the run's id out."""
    install()
    writeback.LEASE_US = lease_us
    with open_store(workspace, db, settings) as store:
        orders.send("ready")
        while True:
            orders.send(runs.analyze(store, "toy", {"value": orders.recv()})["run"])
