"""What others notice while one analyst throws statements without end, sixteen at once, again and again.

    python benchmarks/bombs.py [--seconds 60] [--kinds any reduce …]

Two people work on meanwhile on the embedded engine, each asking anew as soon as they are answered: graphhunt's own
search and another analyst's `RETURN 1`. Printed per kind: answers, errors, seconds at the median, the 99th percentile
and most, whether a question is still waiting half a minute after the last statement was thrown, and engine threads
that still work then. Runs on versions without places for analysts as well.
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from graphhunt.errors import GraphhuntError
from graphhunt.settings import Settings
from graphhunt.store import Store, open_store
from graphhunt.store.embedded import stop_engine
from tests.security import bombs

AFTERWARDS = 30.0


class Person:
    """Somebody who asks again and again; a question that is never answered counts from when it was asked."""

    def __init__(self, ask: Callable[[], object], over: threading.Event) -> None:
        self.seconds: list[float] = []
        self.errors = 0
        self._ask, self._over = ask, over
        self._asked: float | None = None
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while not self._over.is_set():
            self._asked = time.monotonic()
            try:
                self._ask()
            except GraphhuntError:
                self.errors += 1
            self.seconds.append(time.monotonic() - self._asked)
            self._asked = None
            self._over.wait(0.1)

    def line(self) -> str:
        """Give what they saw."""
        waiting = time.monotonic() - self._asked if self._asked else 0.0
        seconds = sorted([*self.seconds, waiting] if waiting else self.seconds)
        at = [seconds[min(len(seconds) - 1, int(len(seconds) * part))] for part in (0.5, 0.99)]
        figures = [f"{value:.2f}" for value in (*at, seconds[-1])]
        never = f"yes, for {waiting:.0f} s" if waiting else "no"
        return " | ".join([str(len(self.seconds)), str(self.errors), *figures, never])


def analyst(store: Store, who: str) -> Callable[[str], Any]:
    """Give a function that asks as somebody, where the version knows of people."""
    known = {"who": who} if "who" in inspect.signature(store.analyst).parameters else {}
    return lambda text: store.analyst(text, bombs.PARAMS, **known)


def thrown(ask: Callable[[str], Any], cypher: str, over: threading.Event) -> None:
    """Ask for a statement again and again."""
    while not over.is_set():
        try:
            ask(cypher)
        except GraphhuntError:
            over.wait(0.1)


def measure(kind: str, seconds: float) -> None:
    """Try one kind on an engine of its own and print what was seen."""
    workspace = Path(tempfile.mkdtemp(prefix="graphhunt-bombs-"))
    store = open_store(workspace, "", Settings(engine_memory_mb=1024, engine_idle=2.0))
    store.ensure_schema()
    bombs.fill(store)
    mallory, ana, over = analyst(store, "mallory"), analyst(store, "ana"), threading.Event()
    throwing = [
        threading.Thread(target=thrown, args=(mallory, bombs.KINDS[kind], over), daemon=True)
        for _ in range(bombs.AT_ONCE)
    ]
    people = {"search": Person(lambda: bombs.found(store), over), "RETURN 1": Person(lambda: ana("RETURN 1"), over)}
    for thread in throwing:
        thread.start()
    over.wait(seconds)
    over.set()
    time.sleep(AFTERWARDS)
    left = bombs.busy_threads(store)
    for name, person in people.items():
        print(f"| {kind} | {name} | {person.line()} | {left} |", flush=True)
    stop_engine(workspace)


def main() -> None:
    """Measure the kinds asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kinds", nargs="*", choices=list(bombs.KINDS), default=["any", "reduce", "product"])
    given = parser.parse_args()
    print("| kind | who | answers | errors | median s | p99 s | most s | still waiting | threads left |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for kind in given.kinds:
        measure(kind, given.seconds)
    sys.stdout.flush()
    os._exit(0)  # what waits for ever in an older version must not keep this from ending


if __name__ == "__main__":
    main()
