"""pyproject.toml says the truth about the tree: packages, entry points, dependencies, pins."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
MAPPED = {"graphhunt": "graphhunt", "loaders": "graphhunt.loaders", "cypher": "graphhunt.cypher", "ui": "graphhunt.ui"}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
DEVELOPMENT = {"test", "dev"}


def python_files() -> list[Path]:
    return [path for folder in ("graphhunt", "loaders") for path in sorted((ROOT / folder).rglob("*.py"))]


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield every absolute import's top-level module, and whether importing the file runs it."""

    def walk(nodes: list[ast.stmt], runs: bool) -> Iterator[tuple[str, bool]]:
        for node in nodes:
            if isinstance(node, ast.Import):
                yield from ((alias.name.split(".")[0], runs) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield (node.module or "").split(".")[0], runs
            elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                yield from walk(node.body, False)
                yield from walk(node.orelse, runs)
            else:
                inner = runs and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                for field in ("body", "orelse", "handlers", "finalbody", "cases"):
                    for child in getattr(node, field, []):
                        body = child.body if isinstance(child, ast.ExceptHandler | ast.match_case) else [child]
                        yield from walk(body, inner)

    return walk(ast.parse(path.read_text("utf-8")).body, True)


def third_party(path: Path) -> Iterator[tuple[str, bool]]:
    for module, runs in imports(path):
        if module not in sys.stdlib_module_names and module not in {"graphhunt", "", "__future__"}:
            yield module, runs


def test_packages_are_those_of_the_tree() -> None:
    found = set()
    for folder, package in MAPPED.items():
        for init in (ROOT / folder).rglob("__init__.py"):
            if "node_modules" not in init.parts:
                below = init.parent.relative_to(ROOT / folder).parts
                found.add(".".join((package, *below)))
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == found


def test_every_module_is_in_a_package() -> None:
    """A folder with Python files but no __init__.py would be left out of the wheel without a word."""
    assert [path for path in python_files() if not (path.parent / "__init__.py").is_file()] == []


@pytest.mark.parametrize(
    ("group", "target"),
    [(group, target) for group, table in PROJECT["project"].get("entry-points", {}).items() for target in table.items()]
    + [("console_scripts", target) for target in PROJECT["project"]["scripts"].items()],
    ids=str,
)
def test_entry_points_resolve(group: str, target: tuple[str, str]) -> None:
    module, _, name = target[1].partition(":")
    assert hasattr(importlib.import_module(module), name), f"{group}: {target[0]} = {target[1]}"


def test_imports_that_always_run_are_dependencies() -> None:
    """What importing a module needs is in the base install, unless the module is an optional feature's own file."""
    owners = packages_distributions()
    base = names(PROJECT["project"]["dependencies"])
    missing = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in python_files()
        for module, runs in third_party(path)
        if runs and not {canonicalize_name(owner) for owner in owners.get(module, [module])} & transitively(base)
    }
    assert missing == set()


def test_every_import_is_declared() -> None:
    owners = packages_distributions()
    declared = names(PROJECT["project"]["dependencies"])
    for extra, requirements in EXTRAS.items():
        declared |= names(requirements) if extra not in DEVELOPMENT else set()
    missing = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in python_files()
        for module, _ in third_party(path)
        if not {canonicalize_name(owner) for owner in owners.get(module, [module])} & transitively(declared)
    }
    assert missing == set()


def transitively(declared: set[str]) -> set[str]:
    """Add the few packages that are part of a declared one's public interface."""
    carried = {
        "fastapi": {"starlette", "pydantic", "typing-extensions"},
        "pydantic-settings": {"pydantic"},
        "typer": {"typer-slim"},
    }
    return declared | {name for owner, more in carried.items() if owner in declared for name in more}


def test_all_holds_every_extra() -> None:
    (everything,) = EXTRAS["all"]
    assert Requirement(everything).extras == set(EXTRAS) - DEVELOPMENT - {"all"}


TAKEN_BY = {"neo4j-rust-ext": "neo4j"}
"""Packages that another one imports by itself when they are there, and the module of that one."""


@cache
def modules_imported() -> set[str]:
    """Name the top-level modules that product code imports, also those whose name it gives to import_module."""
    found = set()
    for path in python_files():
        found |= {module for module, _ in third_party(path)}
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
                found |= {str(word.value).split(".")[0] for word in node.args if isinstance(word, ast.Constant)}
    return found


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - DEVELOPMENT - {"all"}))
def test_every_package_of_an_extra_is_imported_by_product_code(extra: str) -> None:
    """An extra that no code uses would promise what isn't there."""
    owners, modules = packages_distributions(), modules_imported()
    used = {canonicalize_name(owner) for module in modules for owner in owners.get(module, [module])}
    used |= {canonicalize_name(package) for package, module in TAKEN_BY.items() if module in modules}
    assert names(EXTRAS[extra]) - used == set()


def test_the_installation_guide_lists_the_extras_and_what_they_bring() -> None:
    guide = (ROOT / "docs" / "install.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9]+)` \| ([^|]+) \|", guide, re.MULTILINE))
    assert rows.keys() == set(EXTRAS) - DEVELOPMENT
    for extra, brings in rows.items():
        if extra != "all":
            assert {canonicalize_name(name) for name in brings.strip().split(", ")} == names(EXTRAS[extra])


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def test_every_requirement_has_a_pin_that_satisfies_it() -> None:
    pinned = pins()
    wanted = [*PROJECT["project"]["dependencies"], *(text for group in EXTRAS.values() for text in group)]
    for requirement in (Requirement(text) for text in wanted):
        if requirement.name != "graphhunt":
            name = canonicalize_name(requirement.name)
            assert name in pinned, f"run .ci/lock: {name} has no pin"
            assert requirement.specifier.contains(pinned[name], prereleases=True), f"run .ci/lock: {requirement}"


def test_lock_names_no_source() -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "://" not in text
    assert "@" not in text
    assert "--" not in text
