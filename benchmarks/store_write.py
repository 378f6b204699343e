"""How fast each engine writes, updates, finds and gives back nodes and relationships.

    python benchmarks/store_write.py [--rows 40000] [--engine embedded|neo4j|both] [--json]

Neo4j is the server of the tests (Java and Maven needed); the embedded engine is the one of the package. Both start
with default memory on an empty database; the relationships hang on 50 machines, so that each has many.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from graphhunt import queries
from graphhunt.settings import Settings
from graphhunt.store import Store, open_store, statements
from graphhunt.store.embedded import stop_engine
from tests.neo4j_server import Neo4jServer

T = 1_700_000_000_000_000
HUBS = 50
RAN = ("RAN", "Machine", "Process")


def process(number: int) -> dict[str, object]:
    name = f"p{number % 100}.exe"
    props = {
        "client_id": "default", "first_seen": T + number, "last_seen": T + number, "name": name, "pid": number % 65536,
        "path": rf"c:\windows\{name}", "command_line": f"{name} -x {number}", "logon_id": hex(number % 900),
        "start": T + number, "search": name,
    }  # fmt: skip
    return {"id": f"m{number % HUBS}|{number}", "props": props}


def ran(number: int) -> dict[str, object]:
    hub = f"m{number % HUBS}"
    props = {
        "start": T + number, "end": T + number, "count": 1, "source": "evtx", "confidence": "observed",
        "evidence": [f"{number:032x}"], "logon_id": hex(number % 900),
    }  # fmt: skip
    return {"id": f"r{number}", "start": hub, "end": f"{hub}|{number}", "props": props}


def measure(store: Store, rows: int) -> dict[str, float]:
    """Give rows a second of each kind of work."""
    found: dict[str, float] = {}

    def timed(name: str, count: int, work: Callable[[], object]) -> None:
        began = time.monotonic()
        work()
        found[name] = round(count / (time.monotonic() - began))

    store.ensure_schema()
    store.put_nodes("Machine", [{"id": f"m{i}", "props": {"name": f"m{i}"}} for i in range(HUBS)])
    half = rows // 2
    nodes, edges = [process(i) for i in range(rows)], [ran(i) for i in range(rows)]
    timed("warm up", 2000, lambda: store.put_nodes("Process", nodes[:2000], new=True))
    timed("create nodes", half - 2000, lambda: store.put_nodes("Process", nodes[2000:half], new=True))
    timed("merge new nodes", rows - half, lambda: store.put_nodes("Process", nodes[half:]))
    timed("merge known nodes", rows, lambda: store.put_nodes("Process", nodes))
    timed("create relationships", half, lambda: store.put_relationships(RAN, edges[:half], new=True))
    timed("put new relationships", rows - half, lambda: store.put_relationships(RAN, edges[half:]))
    timed("put known relationships", half, lambda: store.put_relationships(RAN, edges[:half]))
    known = statements.known_relationships("RAN")
    timed("find relationships by id", 200, lambda: [store.read(known, ids=[f"r{i}"]) for i in range(200)])
    everything = queries.library()["admin/all_relationships"]
    timed("read relationships", rows, lambda: sum(1 for _ in store.stream(everything)))
    timed("remove relationships", half, lambda: store.remove_relationships("RAN", [f"r{i}" for i in range(half)]))
    return found


def embedded(folder: Path, rows: int) -> dict[str, float]:
    began = time.monotonic()
    with open_store(folder, "", Settings()) as store:
        started = time.monotonic() - began
        found = measure(store, rows)
    stop_engine(folder)
    return {"seconds to start": round(started, 2), **found}


def neo4j(folder: Path, rows: int) -> dict[str, float]:
    server = Neo4jServer(folder / "home", heap="1g")
    began = time.monotonic()
    server.start()
    started = time.monotonic() - began
    try:
        with open_store(folder / "w", server.url, Settings(db_password=server.password)) as store:
            return {"seconds to start": round(started, 2), **measure(store, rows)}
    finally:
        server.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--engine", choices=("embedded", "neo4j", "both"), default="both")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    for name, run in (("embedded", embedded), ("neo4j", neo4j)):
        if given.engine in (name, "both"):
            with tempfile.TemporaryDirectory() as folder:
                results[name] = run(Path(folder), given.rows)
    if given.json:
        print(json.dumps(results, indent=1))
        return
    for name in next(iter(results.values())):
        print(f"{name:28}", *(f"{engine} {result[name]:>10,}" for engine, result in results.items()))


if __name__ == "__main__":
    main()
