"""How fast results are written back to the graph, and what readers see meanwhile, on either engine.

    python benchmarks/analytics_writeback.py [--nodes 1000000] [--db bolt://…]

Without --db the embedded engine is used (GRAPHHUNT_DB_PASSWORD holds a server's password). Three designs:
one transaction over everything, batches, and the slots with a pointer that the product uses. All are measured on
40,000 nodes with two readers, the third on all nodes without. A rate is of a whole run: right to write, extract
of nothing, every batch, clearing of the slot, pointer.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from graphhunt.analyses import registry, runs
from graphhunt.analyses.analysis import Analysis, Parameter, Written
from graphhunt.settings import load_settings
from graphhunt.store import Store, open_store
from graphhunt.store.statements import merge_nodes

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


def stored_is_whole(store: Store) -> bool:
    table = store.analyst("MATCH (n:Process) RETURN min(n.bench_bare) AS a, max(n.bench_bare) AS b", {}, timeout=60)
    return table.rows[0][0] == table.rows[0][1]


def results_are_whole(store: Store) -> bool:
    ask = "MATCH (n:Process) RETURN count(n.bench_run) AS c, min(n.bench_value) AS a, max(n.bench_value) AS b"
    count, low, high = store.analyst(ask, {}, timeout=60).rows[0]
    return low == high and count in (0, SMALL)


def fill(store: Store, numbers: range) -> None:
    rows = ({"id": f"p{i}", "props": {"name": "n", "start": i}} for i in numbers)
    store.put_nodes("Process", rows, new=True)


def publish(store: Store, rounds: int) -> list[float]:
    return [runs.analyze(store, "bench", {"value": v})["rows_per_second"] for v in range(1, rounds + 1)]


def designs(store: Store) -> dict[str, Any]:
    """Run three designs with two readers beside them: one transaction, batches, and the product's."""
    registry.analyses = lambda: {"bench": made(SMALL)}
    report: dict[str, Any] = {}
    merge = merge_nodes("Process")
    for name, batch in (("one transaction", SMALL), ("batches", 5_000)):
        with Readers(store, stored_is_whole) as readers:
            for value in range(5):
                rows = ({"id": f"p{i}", "props": {"bench_bare": value}} for i in range(SMALL))
                store.write_rows(merge, rows, batch=batch)
        report[name] = dict(readers.seen)
    with Readers(store, results_are_whole) as readers:
        report["slots rate with readers"] = publish(store, 7)
    report["slots, plain names"] = dict(readers.seen)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--db", default="")
    parser.add_argument("--runs", type=int, default=2)
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
        registry.analyses = lambda: {"bench": made(given.nodes)}
        report["whole run, rows/s"] = publish(store, given.runs)
        print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
