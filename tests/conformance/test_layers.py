"""Imports go downwards only, and loaders know nothing but their contract."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOADERS = sorted((ROOT / "loaders").rglob("*.py"))
CORE = sorted((ROOT / "graphhunt").rglob("*.py"))
CONTRACT = {"graphhunt.sources.loading", "graphhunt.model", "graphhunt.errors"}


def test_layers() -> None:
    """The contract in pyproject.toml holds; every module is in one of its layers."""
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def imported(path: Path) -> set[str]:
    """Name the graphhunt modules that a file imports absolutely, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            whole = node.module in {"graphhunt", "graphhunt.loaders"}
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if whole else {node.module}
    return {name for name in found if name.split(".")[0] in {"graphhunt", "loaders"}}


@pytest.mark.parametrize("path", LOADERS, ids=lambda path: path.name)
def test_loaders_import_only_their_contract(path: Path) -> None:
    assert imported(path) - CONTRACT == set()


def test_core_finds_loaders_through_entry_points_only() -> None:
    offenders = {str(path.relative_to(ROOT)) for path in CORE if any("loaders" in n.split(".") for n in imported(path))}
    assert offenders == set()
