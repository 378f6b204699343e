"""Statements that never come to an end, or eat memory, by kind; and what others notice of them meanwhile."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphhunt import queries
from graphhunt.errors import GraphhuntError, LimitError, QueryError
from graphhunt.questions.pivots import search
from graphhunt.store import Store
from graphhunt.store.embedded import engine_status

INSIDE = {
    "any": "RETURN any(x IN range(1, 9000000) WHERE any(y IN range(1, 9000000) WHERE x + y < 0))",
    "all": "RETURN all(x IN range(1, 9000000) WHERE all(y IN range(1, 9000000) WHERE x + y > 0))",
    "none": "RETURN none(x IN range(1, 9000000) WHERE none(y IN range(1, 9000000) WHERE x + y > 0) AND x < 0)",
    "single": "RETURN single(x IN range(1, 9000000) WHERE single(y IN range(1, 9000000) WHERE x + y < 0))",
    "any three deep": (
        "RETURN any(x IN range(1, 90000) WHERE any(y IN range(1, 90000) WHERE any(z IN range(1, 90000) "
        "WHERE x + y + z < 0)))"
    ),
    "reduce": "RETURN reduce(a = 0, i IN range(1, 9000000) | a + reduce(b = 0, j IN range(1, 9000000) | b + j % 7))",
    "comprehension": "RETURN size([x IN range(1, 9000000) WHERE size([y IN range(1, 9000000) WHERE x + y < 0]) > 0])",
    "parameters": "RETURN any(x IN range(1, $n) WHERE any(y IN range(1, $n) WHERE x + y < 0))",
    "pattern comprehension": (
        "MATCH (u:User) RETURN any(x IN range(1, 9000000) WHERE size([(u)-[:LOGGED_ON]->(m:Machine) "
        "WHERE m.first_seen = x | m.id]) > 99)"
    ),
    "filter of a row": "MATCH (p:Process) WHERE any(x IN range(1, 9000000) WHERE x < p.pid - 9999) RETURN count(p)",
    "long reduce": "RETURN reduce(a = 0, i IN range(1, 1000000000) | a + i)",
    "long list": "RETURN [x IN range(1, 1000000000) | x * 2][5]",
    "regex": "UNWIND range(1, 30) AS i RETURN ('" + "a" * 34 + "!') =~ '(a+)+b' AS slow",
}
"""What runs inside one expression: a database that looks at the clock between rows never looks."""

BETWEEN = {
    "product of filters": (
        "MATCH (a:Process), (b:Process), (c:Process) WHERE a.pid + b.pid + c.pid = -5 RETURN count(*)"
    ),
    "product": "MATCH (a), (b), (c), (d) RETURN count(*)",
    "sorted product": (
        "MATCH (a:Process), (b:Process), (c:Process) RETURN a.pid + b.pid + c.pid AS x ORDER BY x DESC LIMIT 3"
    ),
    "expand": "MATCH (a:User)-[*1..15]-(b) RETURN count(*)",
    "paths": "MATCH p = (a:User)-[*1..15]-(b:Machine) RETURN p",
    "shortest paths": "MATCH p = allShortestPaths((a:User)-[*..15]-(b:User)) WHERE a.id <> b.id RETURN count(p)",
    "rows": "UNWIND range(1, 9000000) AS x UNWIND range(1, 100) AS y RETURN sum((x + y) % 7)",
    "rows of rows": "UNWIND range(1, 100000) AS x UNWIND range(1, 100000) AS y RETURN count(*)",
    "collect in a subquery": "RETURN size(collect { UNWIND range(1, 9000000) AS x UNWIND range(1, 9) AS y RETURN y })",
    "collect": "UNWIND range(1, 9000) AS x UNWIND range(1, 9000) AS y WITH collect(x + y) AS xs RETURN size(xs)",
    "collect nodes": (
        "MATCH (a:Process) WITH collect(a) AS xs UNWIND xs AS x UNWIND xs AS y UNWIND xs AS z RETURN count(*)"
    ),
    "collect text": "MATCH (a:Process), (b:Process) RETURN collect(a.command_line + b.command_line)",
    "distinct": "UNWIND range(1, 9000) AS x UNWIND range(1, 9000) AS y WITH DISTINCT x * 9000 + y AS z RETURN count(z)",
    "sort": "UNWIND range(1, 9000) AS x UNWIND range(1, 9000) AS y WITH x * y AS z ORDER BY -z RETURN z LIMIT 1",
    "doubling": "RETURN reduce(s = 'x', i IN range(1, 40) | s + s)",
    "size of doubling": "RETURN size(reduce(s = 'x', i IN range(1, 34) | s + s))",
    "maps": "UNWIND range(1, 2000000) AS x RETURN {a: x, b: toString(x)} AS m",
    "long literal": "RETURN [" + ", ".join(["[1, 2, 3, 4, 5, 6, 7]"] * 700) + "] AS xs, range(1, 10000000) AS ys",
    "literal product": (
        "WITH [" + ", ".join(["1"] * 3000) + "] AS l UNWIND l AS a UNWIND l AS b UNWIND l AS c RETURN count(*)"
    ),
}
"""What gives rows or takes memory on its way, where a database can look."""

KINDS = INSIDE | BETWEEN
SHORT = ("any", "reduce", "pattern comprehension", "product of filters", "doubling", "sort")
"""The kinds that the gate tries; GRAPHHUNT_BOMBS=all tries every one."""

PARAMS: dict[str, Any] = {"n": 9_000_000}
AT_ONCE = 16


def chosen(kinds: dict[str, str]) -> list[str]:
    """Name the kinds to try."""
    return [name for name in kinds if os.environ.get("GRAPHHUNT_BOMBS") == "all" or name in SHORT]


def fill(store: Store) -> None:
    """Put in what the statements walk through."""
    users = [{"name": f"User {i}", "search": f"user {i}", "first_seen": i} for i in range(4)]
    store.put_nodes("User", [{"id": f"u{i}", "props": props} for i, props in enumerate(users)])
    store.put_nodes("Machine", [{"id": f"m{i}", "props": {"name": f"M{i}"}} for i in range(3)])
    store.put_nodes("Process", [{"id": f"p{i}", "props": {"pid": i, "command_line": "a -enc b"}} for i in range(900)])
    logons = [{"id": f"l{i}", "start": f"u{i % 4}", "end": f"m{i % 3}", "props": {"start": i}} for i in range(12)]
    store.put_relationships(("LOGGED_ON", "User", "Machine"), logons)


def throw(store: Store, cypher: str, who: str, limit: float, count: int = AT_ONCE) -> Counter[str]:
    """Run a statement several times at once; give how often each kind of error, or an answer, came back."""
    ends: Counter[str] = Counter()

    def one() -> None:
        try:
            store.analyst(cypher, PARAMS, timeout=limit, who=who)
        except (LimitError, QueryError) as error:
            ends[type(error).__name__] += 1
        else:
            ends["answer"] += 1

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


class Others:
    """Two who work on meanwhile: graphhunt's own search, and another analyst's smallest question."""

    def __init__(self, store: Store) -> None:
        self.seconds: dict[str, list[float]] = {"search": [], "query": []}
        self.failed: list[str] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=("search", lambda: found(store))),
            threading.Thread(target=self._work, args=("query", lambda: one(store))),
        ]

    def __enter__(self) -> Others:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, name: str, ask: Callable[[], bool]) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            try:
                if not ask():
                    self.failed.append(f"{name}: a wrong answer")
            except GraphhuntError as error:
                self.failed.append(f"{name}: {error}")
            self.seconds[name].append(time.monotonic() - began)
            self._over.wait(0.1)


def found(store: Store) -> bool:
    """Search as the page does."""
    return [item["id"] for group in search(store, "User 3", None, 5) for item in group["items"]] == ["u3"]


def one(store: Store) -> bool:
    """Ask the smallest question as another analyst."""
    return store.analyst("RETURN 1 AS one", who="ana").rows == [[1]]


def listed(store: Store) -> int:
    """Count the statements that the database runs, beside the one that asks."""
    return len(store.read(queries.library()["admin/running"])) - 1


def busy_threads(store: Store) -> int:
    """Count the embedded engine's threads of connections that use a processor though nobody asks anything."""
    before = _ticks(store)
    time.sleep(1.0)
    return sum(ticks > before.get(thread, ticks) for thread, ticks in _ticks(store).items())


def _ticks(store: Store) -> dict[str, int]:
    assert wait_until(lambda: engine_status(store.workspace)["running"]), "the engine isn't started anew"
    used = {}
    for thread in Path(f"/proc/{engine_status(store.workspace)['engine']}/task").iterdir():
        with contextlib.suppress(OSError):  # it has just ended
            name, _, rest = (thread / "stat").read_text().rpartition(")")
            if "BOLT" in name.upper():
                used[thread.name] = sum(map(int, rest.split()[11:13]))
    return used


def wait_until(fits: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait until something holds; tell whether it did in time."""
    end = time.monotonic() + seconds
    while not fits():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
