"""The house's numbers: small files, short functions, everything annotated and documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path for folder in ("graphhunt", "loaders", "_build") for path in (ROOT / folder).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """Something to report: where it is, and a number about it."""

    where: str
    size: int


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(node: Function) -> int:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return (node.end_lineno or node.lineno) - first + 1


def quantile(values: list[int], share: float) -> int:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_files_are_small() -> None:
    sizes = [lines(path) for path in SHIPPED if path.name != "__init__.py"]
    assert [relative(path) for path in [*SHIPPED, *TESTS] if lines(path) > 500] == []
    assert quantile(sizes, 0.5) <= 150
    assert quantile(sizes, 0.9) <= 350


def test_functions_are_short() -> None:
    found = [Place(f"{relative(path)}:{node.lineno}", length(node)) for path in SHIPPED for node in functions(path)]
    sizes = [place.size for place in found]
    assert [place for place in found if place.size > 60] == []
    assert quantile(sizes, 0.5) <= 10
    assert quantile(sizes, 0.9) <= 30


def unannotated(node: Function) -> bool:
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if named and named[0].arg in {"self", "cls"}:
        named = named[1:]
    stars = [star for star in (arguments.vararg, arguments.kwarg) if star is not None]
    return node.returns is None or any(argument.annotation is None for argument in [*named, *stars])


def test_everything_is_annotated() -> None:
    missing = [
        f"{relative(p)}:{node.lineno} {node.name}" for p in SHIPPED for node in functions(p) if unannotated(node)
    ]
    assert missing == []


def test_annotations_are_never_evaluated_early() -> None:
    """Every module with code starts with the future import, so annotations cost nothing at start-up."""
    without = [
        p for p in SHIPPED if len(tree(p).body) > 1 and "from __future__ import annotations" not in p.read_text()
    ]
    assert [relative(path) for path in without] == []


def public(path: Path) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    """Yield the module and each public class, function and method."""

    def below(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, ast.ClassDef | Function]]:
        for child in node.body:
            if isinstance(child, ast.ClassDef | Function) and not child.name.startswith("_"):
                yield f"{prefix}{child.name}", child
                if isinstance(child, ast.ClassDef):
                    yield from below(child, f"{child.name}.")

    yield "module", tree(path)
    if not any(part.startswith("_") and part != "__init__.py" for part in path.relative_to(ROOT).parts):
        yield from below(tree(path), "")


def is_documented(node: ast.Module | ast.ClassDef | Function) -> bool:
    """Tell whether the docstring's first paragraph is a sentence; overloads and overrides share another's."""
    decorators = [ast.unparse(item) for item in getattr(node, "decorator_list", [])]
    if any(name.split(".")[-1] in {"overload", "override", "setter"} for name in decorators):
        return True
    text = ast.get_docstring(node) or ""
    first = text.split("\n\n")[0].strip()
    return bool(re.match(r"[A-Z`*\"'(0-9]|graphhunt", first)) and first.endswith((".", "?", "!", ":"))


def test_public_names_are_documented() -> None:
    missing = [f"{relative(path)} {name}" for path in SHIPPED for name, node in public(path) if not is_documented(node)]
    assert missing == []


def test_errors_are_defined_in_one_place() -> None:
    """The tree in graphhunt/errors.py is complete: no other module has an exception class that leaves it."""
    strays = [
        f"{relative(path)} {node.name}"
        for path in SHIPPED
        if path != ROOT / "graphhunt" / "errors.py" and path.parent.name != "_build"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and any(re.search(r"(Error|Exception|Warning)$", ast.unparse(base)) for base in node.bases)
    ]
    assert strays == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler catches everything and doesn't pass it on."""
    caught = ast.unparse(handler.type) if handler.type else "BaseException"
    passes_on = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    return bool(re.search(r"\b(Base)?Exception\b", caught)) and not passes_on


def test_broad_handlers_say_why() -> None:
    """`except Exception` needs a comment, on the line before it or inside."""
    silent = []
    for path in SHIPPED:
        text = path.read_text("utf-8").splitlines()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and is_broad(node):
                span = text[node.lineno - 2 : (node.end_lineno or node.lineno)]
                if not any("#" in line for line in span):
                    silent.append(f"{relative(path)}:{node.lineno}")
    assert silent == []


AMERICAN = re.compile(
    r"\b(behavior|neighbor|honor|favor|labeled|canceled|modeled|gray|catalog|center|defense)s?\b", re.I
)


@pytest.mark.parametrize("folder", ["graphhunt", "loaders", "_build"])
def test_prose_is_british(folder: str) -> None:
    """Comments and docstrings; names that others gave (routes, libraries) stay as they are in code."""
    found = []
    for path in (path for path in SHIPPED if path.is_relative_to(ROOT / folder)):
        prose = [ast.get_docstring(node) or "" for _, node in public(path)]
        prose += re.findall(r"(?m)(?:^|\s)#\s(.*)$", path.read_text("utf-8"))
        for text in prose:
            plain = re.sub(r"`[^`]*`|\"[^\"]*\"|/\S+", "", text)
            found += [f"{relative(path)}: {match[0]}" for match in AMERICAN.finditer(plain)]
    assert found == []


def test_nothing_is_put_into_an_object_behind_its_attributes() -> None:
    """No `__dict__` is read or filled: what an object keeps is an attribute that it declares."""
    pokes = [
        f"{relative(path)}:{node.lineno}"
        for path in SHIPPED
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "__dict__"
    ]
    assert pokes == []
