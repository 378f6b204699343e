"""Every regular expression that log text meets while it is loaded costs time in proportion to the text.

An attacker writes the text. A pattern that takes ten times as long for twice as much lets one line stop a load.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import graphhunt.loaders
import pytest

import graphhunt
from tests.growth import cost, steeper_than_linear
from tests.loaders.shapes import Shape, shapes

ROOMS = ("evidence", "graph", "loaders", "schema", "sources")
MODULES = ("ids", "model", "questions.coverage", "store.digest", "store.sync", "times")
METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")
SIZES = (10_000, 100_000)
LARGER = (100_000, 1_000_000, 10_000_000)
COSTLIEST = 2
"""Shapes that are also tried at the larger sizes: those on which a pattern is slowest."""


class Used(NamedTuple):
    """A pattern and how it is used."""

    place: str
    pattern: re.Pattern[Any]
    method: str


def modules() -> list[ModuleType]:
    """Import every module on the way of a log line into the graph."""
    names = [f"graphhunt.{name}" for name in (*ROOMS, *MODULES)]
    for room in ROOMS:
        path = importlib.import_module(f"graphhunt.{room}").__path__
        names += [info.name for info in pkgutil.walk_packages(path, f"graphhunt.{room}.")]
    return [importlib.import_module(name) for name in names]


def held(value: object) -> Iterator[re.Pattern[Any]]:
    """Give a pattern, or those in a collection."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (pattern for each in value.values() for pattern in held(each))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (pattern for each in value for pattern in held(each))


def tree_of(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text("utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Give every call of a method of a name: (name, method, call)."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            yield node.func.value.id, node.func.attr, node


def kept(module: ModuleType) -> Iterator[Used]:
    """Give the patterns that a module keeps, with each method it calls on them."""
    methods: dict[str, set[str]] = {}
    for name, method, _ in calls(tree_of(module)):
        if method in METHODS:
            methods.setdefault(name, set()).add(method)
    for name, value in vars(module).items():
        for number, pattern in enumerate(held(value)):
            for method in sorted(methods.get(name) or {"search"}):  # a search tries what all the others do
                yield Used(f"{module.__name__}.{name}[{number}]", pattern, method)


def inline(module: ModuleType) -> Iterator[Used]:
    """Give the patterns that are written where they are used."""
    for name, method, call in calls(tree_of(module)):
        if name == "re" and method in METHODS:
            first = call.args[0] if call.args else None
            assert isinstance(first, ast.Constant), f"{module.__name__}:{call.lineno}: a pattern made at run time"
            yield Used(f"{module.__name__}:{call.lineno}", re.compile(first.value), method)


USED = [used for module in modules() for find in (kept, inline) for used in find(module)]


def run(used: Used, text: str) -> None:
    """Use a pattern as its module does."""
    subject = text if isinstance(used.pattern.pattern, str) else text.encode("latin-1", "replace")
    if used.method in ("sub", "subn"):
        used.pattern.sub("" if isinstance(subject, str) else b"", subject)
    elif used.method == "finditer":
        for _ in used.pattern.finditer(subject):
            pass
    else:
        getattr(used.pattern, used.method)(subject)


def test_the_walk_finds_every_pattern() -> None:
    found = {used.place.rpartition(".")[0] for used in USED}
    for module in modules():
        compiled = [call for name, method, call in calls(tree_of(module)) if (name, method) == ("re", "compile")]
        assert not compiled or module.__name__ in found, f"{module.__name__} hides its patterns"
    own = [name for name, module in sys.modules.items() if name.startswith("graphhunt.loaders") and module]
    assert len(own) > len(list(pkgutil.iter_modules(graphhunt.loaders.__path__)))
    assert len(USED) > 30


@pytest.mark.parametrize("used", USED, ids=[f"{used.place}-{used.method}" for used in USED])
def test_a_pattern_costs_in_proportion_to_the_text(used: Used) -> None:
    hostile = shapes(used.pattern)
    texts: dict[tuple[Shape, int], str] = {}

    def work(shape: Shape, size: int) -> None:
        run(used, texts.setdefault((shape, size), shape.text(size)))

    spent: dict[Shape, float] = {}
    for shape in hostile:
        steep = steeper_than_linear(lambda size, shape=shape: work(shape, size), SIZES)  # type: ignore[misc]
        assert steep == "", f"{used.pattern.pattern!r} on {shape}: {steep}"
        spent[shape] = cost(lambda shape=shape: work(shape, SIZES[-1]), 1)  # type: ignore[misc]
        texts.clear()
    for shape in sorted(hostile, key=spent.__getitem__)[-COSTLIEST:]:
        steep = steeper_than_linear(lambda size, shape=shape: work(shape, size), LARGER)  # type: ignore[misc]
        assert steep == "", f"{used.pattern.pattern!r} on {shape}: {steep}"
