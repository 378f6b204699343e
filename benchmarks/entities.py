"""Times the questions of entities beside the same queries through the bare driver, on one workspace.

    python benchmarks/entities.py WORKSPACE [--db bolt://…] [--runs 50]

Each question is asked of the machine with most processes and of its account with most; the first run isn't
counted. Prints rows, median and 99th percentile in milliseconds, and how much longer the layer takes than the
driver with the same text and parameters.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import graphhunt
from graphhunt.entities import Collection, Machine, Process, User


def milliseconds(work: Callable[[], Any], runs: int) -> np.ndarray:
    work()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return np.array(taken)


def bare(store: Any, asked: Collection[Any]) -> Callable[[], Any]:
    """The same text and parameters, straight to the driver."""
    door = store._link.own()
    text, params = asked.question.query.for_engine(store.engine), asked.question.query.bind(asked.params)

    def work() -> Any:
        with door.driver.session(database=door.database) as session:
            return session.run(text, params).values()

    return work


def questions(hunt: graphhunt.Hunt) -> dict[str, Callable[[], Collection[Any]]]:
    table = hunt.query(
        "MATCH (m:Machine)-[:RAN]->(p:Process) RETURN m.id AS machine, p.user_id AS user, min(p.id) AS process, "
        "count(*) AS n ORDER BY n DESC LIMIT 1"
    )
    machine_id, user_id, process_id, _ = table.rows[0]
    machine = Machine.of([machine_id], hunt=hunt)
    user = User.of([user_id] if user_id else [], hunt=hunt)
    process = Process.of([process_id], hunt=hunt)
    asked: dict[str, Callable[[], Any]] = {}
    for name, entity in (("machine", machine), ("user", user), ("process", process)):
        asked[f"{name}.get_executions"] = lambda e=entity: e.get_executions(limit=1000)
        asked[f"{name}.get_communications"] = lambda e=entity: e.get_communications(top=1000)
        asked[f"{name}.get_files"] = lambda e=entity: e.get_files(limit=1000)
        asked[f"{name}.get_registry"] = lambda e=entity: e.get_registry(limit=1000)
    asked["machine.get_logons"] = lambda: machine.get_logons(limit=1000)
    asked["machine.get_remote_logons"] = lambda: machine.get_remote_logons(limit=1000)
    asked["process.get_execution_tree"] = lambda: process.get_execution_tree(limit=1000)
    return asked


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("workspace")
    options.add_argument("--db")
    options.add_argument("--runs", type=int, default=50)
    given = options.parse_args()
    print(f"{'question':<30}{'rows':>7}{'p50 ms':>10}{'p99 ms':>10}{'bare p50':>10}{'overhead':>10}")
    with graphhunt.open(given.workspace, db=given.db) as hunt:
        for name, ask in questions(hunt).items():
            ours = milliseconds(lambda ask=ask: len(ask()), given.runs)
            theirs = milliseconds(bare(hunt.store, ask()), given.runs)
            share = np.median(ours) / np.median(theirs) - 1
            print(
                f"{name:<30}{len(ask()):>7}{np.median(ours):>10.1f}{np.quantile(ours, 0.99):>10.1f}"
                f"{np.median(theirs):>10.1f}{share:>10.0%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
