"""Measures the browser workspace in Chromium without a GPU, on the embedded engine.

    python benchmarks/workspace.py [load expand hub pan]     a case made for it: a hub that ran 50,000 processes
    python benchmarks/workspace.py search --large FOLDER     a graph that large_graph.py built

Needs Chromium, node and the built workspace with its test packages (`npm ci && npm run build` in ui/). Writes JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from graphhunt.hunt import Hunt  # noqa: E402
from graphhunt.opening import open_hunt  # noqa: E402
from graphhunt.store.embedded import stop_engine  # noqa: E402
from tests.api.case import SHELL, process  # noqa: E402
from tests.ui.serving import chromium, lacking, served  # noqa: E402

HUB, MIDDLE = 50_000, 200
JOBS = ("load", "expand", "hub", "pan")


def write_case(folder: Path) -> Path:
    """Write a machine that started 50,000 processes and one that started 200."""
    file = folder / "hub.json"
    with file.open("w", encoding="utf-8") as stream:
        for host, count in (("hub", HUB), ("middle", MIDDLE)):
            for number in range(count):
                at = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{number // 86400:06}"
                record = process(host, at, 1000 + number, f"C:\\{number}.exe", (4, SHELL))
                stream.write(json.dumps(record) + "\n")
    return file


@contextlib.contextmanager
def made(kept: Path | None) -> Iterator[Hunt]:
    """Load the case, or open the one that an earlier run has kept."""
    with contextlib.ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workspace, logs = folder / "workspace", folder / "logs"
        stack.callback(stop_engine, workspace)
        hunt = stack.enter_context(open_hunt(workspace))
        if not logs.exists():
            logs.mkdir(parents=True)
            hunt.load(write_case(logs))
        hunt.store.ensure_schema()
        yield hunt


@contextlib.contextmanager
def large(folder: Path) -> Iterator[Hunt]:
    with open_hunt(folder / "embedded") as hunt:
        hunt.store.ensure_schema()
        yield hunt


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", default=JOBS)
    parser.add_argument("--large", type=Path)
    parser.add_argument("--keep", type=Path, help="folder to keep the case in, for further runs")
    given = parser.parse_args()
    if reason := lacking():
        sys.exit(reason)
    node = shutil.which("node") or "node"
    with large(given.large) if given.large else made(given.keep) as hunt, served(hunt) as environment:
        subprocess.run(
            [node, str(ROOT / "benchmarks" / "workspace.mjs"), *given.jobs], check=True, cwd=ROOT / "ui",
            env={**os.environ, **environment, "CHROMIUM": chromium() or ""},
        )  # fmt: skip


if __name__ == "__main__":
    main()
