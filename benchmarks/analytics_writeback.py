"""How fast results are written back to the graph, and what readers see meanwhile, on either engine.

    python benchmarks/analytics_writeback.py [--nodes 1000000] [--db bolt://…]

Without --db the embedded engine is used (GRAPHHUNT_DB_PASSWORD holds a server's password). Three designs:
one transaction over everything, plain properties in batches, and the slots with a pointer that the product uses.
The first two are measured on 40,000 nodes with two readers, the third on all nodes, with and without readers.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from graphhunt.analytics import registry, runs, writeback
from graphhunt.analytics.analysis import Analysis, Parameter, Written
from graphhunt.queries import create_nodes
from graphhunt.settings import load_settings
from graphhunt.store import Store, open_store

SMALL = 40_000


def made(nodes: int) -> Analysis:
    import polars as pl

    def compute(_extract: Any, values: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
        ids = pl.select(pl.format("p{}", pl.int_range(nodes))).to_series()
        return {"Process": pl.DataFrame({"id": ids, "bench_value": [values["value"]] * nodes})}

    return Analysis("bench", "bench", "One property everywhere.", compute, (Written("Process", "bench_value", "n"),),
                    (Parameter("value", "int", 0, "n"),))  # fmt: skip


class Readers:
    """Two readers who count how often they see anything but one whole run."""

    def __init__(self, store: Store, look: Callable[[Store], bool]) -> None:
        self.store, self.look, self.seen, self.stop = store, look, Counter(), False
        self.threads = [threading.Thread(target=self._read, daemon=True) for _ in range(2)]

    def _read(self) -> None:
        while not self.stop:
            self.seen["reads"] += 1
            if not self.look(self.store):
                self.seen["not whole"] += 1

    def __enter__(self) -> Readers:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop = True
        for thread in self.threads:
            thread.join(60)


def plain_is_whole(store: Store) -> bool:
    table = store.analyst("MATCH (n:Process) RETURN min(n.bench_run) AS a, max(n.bench_run) AS b", {}, timeout=60)
    return table.rows[0][0] == table.rows[0][1]


def slots_are_whole(store: Store) -> bool:
    table = store.analyst(
        "MATCH (h:AnalysisRun {id: 'current/bench'}) WITH max(h.current) AS run WITH run, '__' + right(run, 1) AS slot "
        "MATCH (n:Process) WHERE n['bench_run' + slot] = run WITH n['bench_value' + slot] AS v "
        "RETURN count(*) AS c, min(v) AS a, max(v) AS b", {}, timeout=60)  # fmt: skip
    count, low, high = table.rows[0]
    return low == high and count in (0, SMALL)


def fill(store: Store, numbers: range) -> None:
    rows = ({"id": f"p{i}", "props": {"name": "n", "start": i}} for i in numbers)
    store.write_rows(create_nodes("Process"), rows, batch=10_000)


def publish(store: Store, rounds: int) -> list[float]:
    return [runs.analyze(store, "bench", {"value": v})["rows_per_second"] for v in range(1, rounds + 1)]


def designs(store: Store) -> dict[str, Any]:
    """Run the three designs with two readers beside them."""
    registry.analyses = lambda: {"bench": made(SMALL)}
    report: dict[str, Any] = {}
    one_batch, small_batch = writeback.SETTLE_BATCH, writeback.STAGE_BATCH
    for name, batch in (("one transaction", SMALL), ("plain batches", 5_000)):
        writeback.SETTLE_BATCH = batch
        with Readers(store, plain_is_whole) as readers:
            publish(store, 5)
        report[name] = dict(readers.seen)
    writeback.SETTLE_BATCH, writeback.STAGE_BATCH = one_batch, small_batch
    with Readers(store, slots_are_whole) as readers:
        report["slots rate with readers"] = publish(store, 7)
    report["slots"] = dict(readers.seen)
    return report


def one_pass(store: Store, nodes: int) -> list[int]:
    """Measure the writing of one property of all nodes into a slot alone."""
    rates = []
    with writeback.lease(store, made(nodes)) as held:
        for value in range(2):
            rows = [(f"p{i}", {"bench_value": value}) for i in range(nodes)]
            begun = time.monotonic()
            held.stage("Process", rows)
            rates.append(round(nodes / (time.monotonic() - begun)))
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--db", default="")
    parser.add_argument("--rates-only", action="store_true", help="leave out the designs beside readers")
    given = parser.parse_args()
    settings = load_settings(lock_timeout=600)
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder), given.db, settings) as store:
        store.ensure_schema()
        report: dict[str, Any] = {"engine": store.engine, "nodes": given.nodes}
        fill(store, range(SMALL))
        if not given.rates_only:
            report |= designs(store)
        fill(store, range(SMALL, given.nodes))
        report["one pass of one property, rows/s"] = one_pass(store, given.nodes)
        registry.analyses = lambda: {"bench": made(given.nodes)}
        report["whole publication (slot and plain names), rows/s"] = publish(store, 2)
        print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
