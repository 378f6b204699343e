"""The main line end to end: events per second, memory, start time and a 3-hop pivot.

    python benchmarks/main_line.py LOGS [--rounds 3] [--json]         what a user has
    python benchmarks/main_line.py LOGS --running                     the same where the engine runs already
    python benchmarks/main_line.py LOGS --db bolt://…                 the same on an empty Neo4j, one round
    python benchmarks/main_line.py --days 1 2 4 [--hosts 200]         generated, growing sizes
    python benchmarks/main_line.py --pivot WORKSPACE [--db bolt://…]  the pivot on a graph of large_graph.py

Each load is a process of its own on a fresh workspace, so that its time holds the start of Python and of the engine,
and its memory (resident peak of the largest process, the engine aside) nothing else. Of several rounds the median is
given. Quote figures from a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from graphhunt.store.embedded import stop_engine

COMMAND = Path(sys.executable).with_name("graphhunt")
PIVOT = (
    "MATCH (u:User)-[:LOGGED_ON]->(m:Machine)-[:RAN]->(p:Process)-[:CONNECTED]->(i:IP) "
    "WHERE u.id = $user RETURN m.id AS machine, p.id AS process, i.id AS ip LIMIT 1000"
)


def graphhunt(workspace: Path, *arguments: str, db: str | None = None) -> tuple[dict[str, Any], float, float]:
    """Run a command; give its JSON, its seconds and its peak memory in MiB."""
    command = [str(COMMAND), "--workspace", str(workspace), *(["--db", db] if db else []), *arguments, "--json"]
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    return json.loads(text), time.monotonic() - begun, usage.ru_maxrss / 1024


def load(logs: Path, db: str | None, rounds: int = 1, *, running: bool = False) -> dict[str, Any]:
    """Load logs into fresh workspaces, then ask the 3-hop pivot in the last; `running` starts the engine before."""
    taken = []
    for left in reversed(range(rounds)):
        with tempfile.TemporaryDirectory() as folder:
            workspace = Path(folder)
            if running:
                graphhunt(workspace, "query", "RETURN 1 AS one")
            report, seconds, memory = graphhunt(workspace, "load", str(logs), db=db)
            taken.append((seconds, memory))
            asked = {} if left else pivot(workspace, db)
            stop_engine(workspace)
    seconds = statistics.median(seconds for seconds, _ in taken)
    return {
        "events": report["events_read"],
        "rejected": report["events_rejected"],
        "seconds": round(seconds, 2),
        "slowest_seconds": round(max(seconds for seconds, _ in taken), 2),
        "events_per_second": round(report["events_read"] / seconds),
        "peak_memory_mib": round(max(memory for _, memory in taken)),
        "nodes": sum(report["nodes"].values()),
        "relationships": sum(report["relationships"].values()),
        **asked,
    }


def pivot(workspace: Path, db: str | None, accounts: int = 50) -> dict[str, float]:
    """Ask the pivot of accounts drawn by chance and of the busiest one, warm, through the guard; milliseconds."""
    import graphhunt

    with graphhunt.open(workspace, db) as hunt:
        logons = hunt.snapshot.table("LOGGED_ON")
        assert logons is not None
        users = logons.group_by("from_id").len().sort("len", "from_id", descending=True)["from_id"].to_list()
        drawn = random.Random(3).sample(users, min(accounts, len(users)))

        def ask(user: str) -> tuple[float, int]:
            begun = time.perf_counter()
            rows = len(hunt.query(PIVOT, {"user": user}).rows)
            return (time.perf_counter() - begun) * 1000, rows

        for user in drawn * 8:  # a server compiles what it has often done
            ask(user)
        taken = [ask(user) for user in drawn * 3]
        busiest = [ask(users[0]) for _ in range(10)]
    return {
        "pivot_p50_ms": round(statistics.median(ms for ms, _ in taken), 1),
        "pivot_rows_p50": statistics.median(rows for _, rows in taken),
        "pivot_busiest_ms": round(statistics.median(ms for ms, _ in busiest), 1),
        "pivot_busiest_rows": busiest[0][1],
    }


def help_seconds(rounds: int = 5) -> float:
    """Give the median seconds of `graphhunt --help`."""
    times = []
    for _ in range(rounds):
        begun = time.monotonic()
        subprocess.run([COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.monotonic() - begun)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="?", type=Path)
    parser.add_argument("--db")
    parser.add_argument("--days", nargs="*", type=int, default=[])
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pivot", type=Path)
    parser.add_argument("--running", action="store_true")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.pivot:
        print(pivot(given.pivot, given.db))
        return
    show("graphhunt --help", {"seconds": round(help_seconds(), 3)}, as_json=given.json)
    if given.logs:
        show(given.logs.name, load(given.logs, given.db, given.rounds, running=given.running), as_json=given.json)
    for days in given.days:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [COMMAND, "generate", folder, "--days", str(days), "--hosts", str(given.hosts)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
            )  # fmt: skip
            (Path(folder) / "truth.json").unlink()
            show(f"{days} days", load(Path(folder), given.db, given.rounds, running=given.running), as_json=given.json)


def show(name: str, row: dict[str, Any], *, as_json: bool) -> None:
    """Print one measured row as soon as it is known."""
    text = (
        json.dumps({"name": name, **row}) if as_json else f"{name}: " + " ".join(f"{k}={v:,}" for k, v in row.items())
    )
    print(text, flush=True)


if __name__ == "__main__":
    main()
