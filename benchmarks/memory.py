"""Memory of a load and of the embedded engine that it fills.

    python benchmarks/memory.py --days 12 40 [--hosts 200] [--heaps 512 1024] [--json]   generated logs
    python benchmarks/memory.py LOGS [--heaps …]                                        one's own

12 days of 200 hosts are 0.3 million events, 40 days 1 million. Of the load it gives the greatest sum of the PSS of its
own processes (what they share counts once), looked at five times a second; of the engine the peak resident size that
the kernel kept, and the CPU seconds. A heap is what the setting `engine_memory_mb` says; none is the default.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from graphhunt.store.embedded import engine_status, stop_engine

COMMAND = Path(sys.executable).with_name("graphhunt")
_PAUSE = 0.2


def pss(process: psutil.Process) -> int:
    """Give the bytes of a process, shared pages in shares; 0 if it has ended or isn't ours to look at."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def own_processes(load: psutil.Process) -> list[psutil.Process]:
    """List the processes of a load, the engine and its keeper aside, which stay when it ends."""
    found = [load]
    try:
        for child in load.children(recursive=True):
            words = child.cmdline()
            if not any(word.endswith(("keeper.py", "/java")) for word in words[:4]):
                found.append(child)
    except psutil.Error:
        pass  # one of them has just ended
    return found


def measure(logs: Path, heap: int | None) -> dict[str, Any]:
    """Load logs into a fresh workspace and give what the load and the engine took."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "ws"
        settings = {} if heap is None else {"GRAPHHUNT_ENGINE_MEMORY_MB": str(heap)}
        out = Path(folder) / "report.json"
        begun = time.monotonic()
        with out.open("wb") as stream:
            load = psutil.Popen(
                [COMMAND, "--workspace", workspace, "load", logs, "--json"],
                stdout=stream, stderr=subprocess.DEVNULL, env={**os.environ, **settings},
            )  # fmt: skip
            peak, most = 0, 0
            while load.poll() is None:
                now = own_processes(load)
                peak, most = max(peak, sum(map(pss, now))), max(most, len(now))
                time.sleep(_PAUSE)
        seconds = time.monotonic() - begun
        assert load.returncode == 0, f"the load ended with {load.returncode}"
        report = json.loads(out.read_bytes())
        try:
            return {
                "events": report["events_read"],
                "rows": sum(report["nodes"].values()) + sum(report["relationships"].values()),
                "load_peak_pss_mib": round(peak / 2**20),
                "load_processes": most,
                **engine(workspace),
                "seconds": round(seconds, 1),
            }
        finally:
            stop_engine(workspace)


def engine(workspace: Path) -> dict[str, Any]:
    """Give the engine's heap, peak resident size, CPU seconds and the size of its files."""
    process = psutil.Process(engine_status(workspace)["engine"])
    heap = next((word.removeprefix("-Xmx") for word in process.cmdline() if word.startswith("-Xmx")), "a quarter")
    status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    rss = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    used = process.cpu_times()
    disk = sum(path.stat().st_size for path in (workspace / "engine").rglob("*") if path.is_file())
    return {
        "engine_heap": heap,
        "engine_peak_rss_mib": round(rss / 1024),
        "engine_cpu_seconds": round(used.user + used.system, 1),
        "engine_disk_mib": round(disk / 2**20),
    }


def generated(folder: Path, days: int, hosts: int) -> Path:
    """Write the logs of an estate, without the file that tells what happened in it."""
    subprocess.run(
        [COMMAND, "generate", folder, "--days", str(days), "--hosts", str(hosts)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    (folder / "truth.json").unlink()
    return folder


def show(name: str, row: dict[str, Any], *, as_json: bool) -> None:
    """Print one measured row as soon as it is known."""
    said = json.dumps({"name": name, **row}) if as_json else f"{name}: " + " ".join(f"{k}={v}" for k, v in row.items())
    print(said, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="?", type=Path)
    parser.add_argument("--days", nargs="*", type=int, default=[])
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--heaps", nargs="*", type=int, default=[])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    heaps: list[int | None] = list(given.heaps) or [None]
    for heap in heaps if given.logs else []:
        show(given.logs.name, measure(given.logs, heap), as_json=given.json)
    for days in given.days:
        with tempfile.TemporaryDirectory() as folder:
            logs = generated(Path(folder), days, given.hosts)
            for heap in heaps:
                show(f"{days} days", measure(logs, heap), as_json=given.json)


if __name__ == "__main__":
    main()
