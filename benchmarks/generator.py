"""How fast the generator is: columnar logons, evaluation sets, JSON records, LANL tables.

Run ``python benchmarks/generator.py [--users 5000]``; it prints one line per output with rows per second and
the peak of resident memory so far.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from graphhunt.lab.generator import GeneratorConfig, eval_set, generate, generate_demo, logon_days


def _measure(name: str, work: Callable[[], int]) -> None:
    begun = time.perf_counter()
    rows = work()
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<28}{rows:>12,} rows {seconds:>8.2f} s {rows / seconds:>12,.0f} rows/s {peak:>8.0f} MiB")


def _columns(users: int, days: int) -> int:
    config = GeneratorConfig(hosts=round(users * 1.2), users=users, days=days)
    return sum(frame.height for frame in logon_days(config))


def _written(folder: Path, users: int, **options: object) -> int:
    config = GeneratorConfig(hosts=round(users * 1.2), users=users, days=2, **options)  # type: ignore[arg-type]
    expected = generate(config, folder).expected
    return expected.lines + sum(expected.tables.values())


def main() -> None:
    """Measure every output once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=500, help="persons of the JSON and LANL sets")
    parser.add_argument("--scale-users", type=int, default=12_000, help="persons of the columnar set")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _measure("demonstration", lambda: generate_demo(folder / "demo").expected.lines)
        _measure("columnar logons", lambda: _columns(given.scale_users, 20))
        _measure("evaluation set", lambda: eval_set(0).logons.height)
        _measure("JSON records", lambda: _written(folder / "json", given.users))
        _measure("JSON records, gzip", lambda: _written(folder / "gzip", given.users, compress=True))
        _measure("LANL tables", lambda: _written(folder / "lanl", given.users * 4, formats=("lanl",)))


if __name__ == "__main__":
    main()
