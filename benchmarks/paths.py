"""Measures the path engine and the causal pass on random logons and prints one line per figure.

    python benchmarks/paths.py [--rows 10000000] [--hosts 20000]

Accounts follow a Zipf law and have a home and habits, so that there are hubs. Kernels are compiled on a small
table first; times are of warm kernels, memory is the process's peak.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from graphhunt.lab.evaluation.protocol import peak_memory_mb
from graphhunt.lateral.detector.causes import causal_paths
from graphhunt.lateral.detector.habits import count_habits
from graphhunt.lateral.paths import LogonTable, earliest_arrival, find_paths, hop_rarity, latest_departure
from graphhunt.lateral.paths.table import DAY


def random_table(rows: int, hosts: int) -> LogonTable:
    """Accounts with a home machine and twenty habitual destinations; 3 % of logons go from or to anywhere."""
    rng = np.random.default_rng(0)
    acct = (rng.zipf(1.3, rows) % hosts).astype(np.int32)
    habit = (rng.zipf(1.5, rows) - 1) % 20
    target = ((acct.astype(np.int64) * 7_919 + habit * 104_729) % hosts).astype(np.int32)
    source = acct.copy()
    odd = rng.random(rows) < 0.03
    source[odd] = rng.integers(0, hosts, int(odd.sum()))
    target[odd] = rng.integers(0, hosts, int(odd.sum()))
    return LogonTable.from_arrays(
        rng.integers(0, 30 * DAY, rows), source, target, acct, logon_type=np.full(rows, 3),
        hosts=[f"H{i}" for i in range(hosts)], accounts=[f"A{i}" for i in range(hosts)],
    )  # fmt: skip


def timed(name: str, work: Callable[[], object]) -> object:
    began = time.perf_counter()
    result = work()
    print(f"{name}: {time.perf_counter() - began:.2f} s, peak {peak_memory_mb():,.0f} MiB", flush=True)
    return result


def run(table: LogonTable, *, say: bool) -> None:
    show = timed if say else (lambda _, work: work())
    show("earliest arrival", lambda: earliest_arrival(table, 5))
    show("earliest arrival, dwell 24 h", lambda: earliest_arrival(table, 5, max_dwell_us=DAY))
    show("latest departure, dwell 24 h", lambda: latest_departure(table, 5, max_dwell_us=DAY))
    scores = np.random.default_rng(1).random(len(table))
    day = 10 * DAY
    show(
        "paths between two hosts in one day",
        lambda: find_paths(table, source=5, target=77, scores=scores, since=day, until=day + DAY),
    )
    show("paths between two hosts, all time", lambda: find_paths(table, source=5, target=77, scores=scores))
    show("rarity counts", lambda: hop_rarity(table))
    habits = show("habit counts", lambda: count_habits(table))
    show("causal pass", lambda: causal_paths(table, habits))  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--hosts", type=int, default=20_000)
    given = parser.parse_args()
    run(random_table(100_000, 1_000), say=False)
    table = random_table(given.rows, given.hosts)
    print(f"{given.rows:,} logons, {given.hosts:,} hosts, table {peak_memory_mb():,.0f} MiB")
    run(table, say=True)


if __name__ == "__main__":
    main()
