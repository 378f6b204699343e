"""How fast the evidence store is: loading of JSON lines, look-up of single records, counting of facts.

Run ``python benchmarks/evidence.py [--events 1000000] [--lookups 500]``. Records are synthetic process starts of about
600 bytes with a loader that does next to nothing, so that the figure is the store's own; the look-up picks random ids.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from graphhunt.evidence import Batch, EventIds, SourceEntry, Workspace
from graphhunt.model import Logon, ProcessStart, Record

BATCH = 50_000
_PADDING = "".join(f'"field{n}": "some value that repeats {n}", ' for n in range(12))


def raw(n: int) -> str:
    """One line of JSON; a fifth of it is new in each record."""
    return (
        f'{{"EventID": {1 if n % 4 else 4624}, "RecordNumber": {n}, "@timestamp": "2026-01-01T00:{n // 60 % 60:02}:'
        f'{n % 60:02}.{n % 1000000:06}Z", "Hostname": "HOST{n % 500:04}", {_PADDING}"ProcessGuid": "{n * 7919:032x}", '
        f'"CommandLine": "program.exe --run {n % 1000} --id {n}"}}'
    )


def records(start: int, stop: int) -> Iterator[Record]:
    """Records with one fact each: three of four a process start, one a logon."""
    for n in range(start, stop):
        common = {"time": 1_767_225_600_000_000 + n * 1000, "host": f"HOST{n % 500:04}", "code": "Sysmon/1"}
        if n % 4:
            fact: ProcessStart | Logon = ProcessStart(
                **common, guid=f"{n * 7919:032x}", pid=n % 9999, path=r"C:\Windows\program.exe", user=f"user{n % 300}"
            )
        else:
            fact = Logon(**common, user=f"user{n % 300}", logon_id=hex(n), logon_type=3, source_ip=f"10.0.0.{n % 250}")
        yield Record(raw=raw(n), position=f"line {n}", outcome=[fact])


def load(workspace: Workspace, events: int) -> float:
    """Commit the records in batches; give the CPU seconds without the making of records."""
    spent = 0.0
    for start in range(0, events, BATCH):
        made = list(records(start, min(events, start + BATCH)))
        begun = time.process_time()
        batch = Batch()
        batch.begin(SourceEntry(file="synthetic.json", loader="bench", sha256="", bytes=0))
        for record in made:
            batch.add(record)
        workspace.commit(batch)
        spent += time.process_time() - begun
    return spent


def look_up(workspace: Workspace, events: int, lookups: int) -> list[float]:
    """Time single look-ups of random records, in milliseconds."""
    ids, chances, times = EventIds("default", "bench"), random.Random(1), []
    for _ in range(lookups):
        n = chances.randrange(events)
        key = ids.of(raw(n).encode())
        begun = time.perf_counter()
        found = workspace.evidence.get(key)
        times.append((time.perf_counter() - begun) * 1000)
        if found is None or found.raw != raw(n):
            raise SystemExit(f"record {n} is not found as it was")
    return times


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--lookups", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        spent = load(Workspace(Path(folder) / "ws"), options.events)
        print(
            f"load          {options.events:>12,} events {spent:>8.1f} CPU s {options.events / spent:>10,.0f} events/s"
        )
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        print(f"on disk       {size / options.events:>12.0f} bytes per event, of {len(raw(1))} bytes of raw text")
        begun = time.perf_counter()
        workspace = Workspace(Path(folder) / "ws")
        print(f"open          {(time.perf_counter() - begun) * 1000:>12.1f} ms, {len(workspace.live())} segments")
        begun = time.perf_counter()
        workspace.evidence.get("0" * 32)
        print(f"first look-up {(time.perf_counter() - begun) * 1000:>12.1f} ms (none found)")
        times = sorted(look_up(workspace, options.events, options.lookups))
        middle, late = statistics.median(times), times[int(len(times) * 0.99)]
        print(f"look-up       {middle:>12.1f} ms median {late:>8.1f} ms p99 {times[-1]:>8.1f} ms most")
        begun = time.perf_counter()
        rows = workspace.facts("logon", ["user", "time"]).collect().height
        print(f"facts         {rows:>12,} logons read in {time.perf_counter() - begun:.2f} s")
        print(f"memory        {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>12.0f} MiB at most")


if __name__ == "__main__":
    main()
