"""The tests on a machine without Java, Maven, Node and Chromium: what needs them is skipped, in a line per reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARKED = ["tests/store", "tests/security", "tests/ui"]
"""Folders with tests on a real Neo4j, some with servers of their own, and in a browser."""


def bare(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the marked tests with nothing on the search path."""
    ours = ("GRAPHHUNT_", "PYTEST_", "CHROMIUM")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-m", "pytest", *MARKED, "-m", "neo4j or browser", "-q", "-p", "no:cacheprovider",
               "-p", "no:xdist", "--basetemp", str(folder / "temp")]  # fmt: skip
    return subprocess.run(
        command, cwd=ROOT, env={**kept, "PATH": str(folder), **more}, capture_output=True, text=True, check=False
    )


def test_what_is_missing_is_skipped_with_one_line_per_reason(tmp_path: Path) -> None:
    done = bare(tmp_path)
    assert done.returncode == 0, done.stdout[-3000:]
    lines = [line for line in done.stdout.splitlines() if "SKIPPED" in line]
    reasons = [line.partition("] ")[2] for line in lines]
    assert len(reasons) == len(set(reasons)) <= 3, lines
    assert "Java isn't installed: the tests on a real Neo4j are skipped" in reasons
    assert " passed" not in done.stdout.splitlines()[-1]


def test_the_gate_fails_where_neo4j_is_missing(tmp_path: Path) -> None:
    done = bare(tmp_path, GRAPHHUNT_REQUIRE_NEO4J="1", GRAPHHUNT_REQUIRE_BROWSER="1")
    assert done.returncode == 1
    assert " skipped" not in done.stdout.splitlines()[-1]
