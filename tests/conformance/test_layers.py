"""Imports go downwards only, and loaders know nothing but their contract."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parents[2]
LOADERS = sorted((ROOT / "loaders").rglob("*.py"))
CORE = sorted((ROOT / "graphhunt").rglob("*.py"))
CONTRACT = {"graphhunt.sources.loading", "graphhunt.sources.recognition", "graphhunt.model", "graphhunt.errors"}


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


def modules(root: Path) -> dict[str, Path]:
    """Give the files of the package below a folder by the names that they are imported by."""
    found = {}
    for path in sorted((root / "graphhunt").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def looked_at(name: str, files: dict[str, Path]) -> set[str]:
    """Name the files that a file imports: at its top, for annotations only, or inside a function.

    `from package import file` looks at the file, and at the package's own file only for another name.
    """
    return imports(ast.parse(files[name].read_text("utf-8")), name, files)


def imports(tree: ast.AST, name: str, files: dict[str, Path]) -> set[str]:
    """Name the files that a part of a file imports."""
    package = name.split(".") if files[name].name == "__init__.py" else name.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            each = {f"{base}.{alias.name}" for alias in node.names}
            found |= each if each <= files.keys() else each | {base}
    return found & files.keys() - {name}


def circles(root: Path) -> list[list[str]]:
    """List the sets of files that import each other in a circle."""
    files = modules(root)
    graph = nx.DiGraph((name, other) for name in files for other in looked_at(name, files))
    return sorted(sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1)


def test_files_import_each_other_in_no_circle() -> None:
    assert circles(ROOT) == []


def test_circles_are_found_wherever_an_import_stands(tmp_path: Path) -> None:
    """a and b: for annotations; c and d: inside a function, relatively; e and its package; f imports downwards."""
    texts = {
        "a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from graphhunt.b import B",
        "b": "from graphhunt import a",
        "c": "def f():\n    from .d import D",
        "d": "import graphhunt.c",
        "room/__init__": "from graphhunt.room.e import E",
        "room/e": "from graphhunt.room import E",
        "f": "from graphhunt.room import e\nfrom graphhunt import a",
    }
    (tmp_path / "graphhunt" / "room").mkdir(parents=True)
    for name, text in texts.items():
        (tmp_path / "graphhunt" / f"{name}.py").write_text(text, encoding="utf-8")
    assert circles(tmp_path) == [
        ["graphhunt.a", "graphhunt.b"], ["graphhunt.c", "graphhunt.d"], ["graphhunt.room", "graphhunt.room.e"],
    ]  # fmt: skip


LAZY = {
    "graphhunt.cli": {"graphhunt.cli.app"},
    "graphhunt.cli.context": {"graphhunt.opening"},
    "graphhunt.cli.faults": {"graphhunt.settings"},
    "graphhunt.entities.measured": {"graphhunt.entities.tables"},
    "graphhunt.store.store": {"graphhunt.store.links"},
}
"""What is imported inside functions, besides what `graphhunt` itself hands out: each says there why it waits."""


def imported_inside_functions(name: str, files: dict[str, Path]) -> set[str]:
    """Name the files of the package that a file imports inside a function."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    inside = [each for each in ast.walk(ast.parse(files[name].read_text("utf-8"))) if isinstance(each, functions)]
    return set().union(*(imports(each, name, files) for each in inside))


def test_imports_stand_at_the_top() -> None:
    files = modules(ROOT)
    found = {name: imported_inside_functions(name, files) for name in files if name != "graphhunt"}
    assert {name: late for name, late in found.items() if late and "toolbox" not in name} == LAZY


def test_imports_inside_functions_are_found(tmp_path: Path) -> None:
    (tmp_path / "graphhunt").mkdir()
    text = "from graphhunt import b\ndef f():\n    def g():\n        from graphhunt.c import C"
    for name, content in {"a": text, "b": "", "c": ""}.items():
        (tmp_path / "graphhunt" / f"{name}.py").write_text(content, encoding="utf-8")
    files = modules(tmp_path)
    assert {name: imported_inside_functions(name, files) for name in files} == {
        "graphhunt.a": {"graphhunt.c"}, "graphhunt.b": set(), "graphhunt.c": set(),
    }  # fmt: skip
