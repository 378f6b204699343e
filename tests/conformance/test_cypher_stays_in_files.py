"""No Cypher is written in Python but the templates of the schema's statements, and none is put together elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("graphhunt", "loaders") for path in (ROOT / folder).rglob("*.py"))
CYPHER = re.compile(
    r"\b(?:OPTIONAL )?MATCH\s*\(|\bMERGE\s*\(|\bCREATE\s*\(|\bUNWIND\s+\$|\bDETACH DELETE\b|\bRETURN\s+\w+\.\w+"
    r"|\b(?:CREATE|DROP) (?:INDEX|CONSTRAINT)\b"
)
TEMPLATES = {ROOT / "graphhunt" / "store" / part for part in ("statements.py", "embedded/schema.py")}
"""Made of the schema's names: Cypher, and the same constraints in the embedded engine's own language."""
DRIVER = {"run", "execute_query"}


def documentation(tree: ast.Module) -> set[int]:
    """Name the string nodes that are docstrings or notes below an assignment."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def literals(tree: ast.Module) -> Iterator[ast.Constant]:
    known = documentation(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in known:
            yield node


def is_built(node: ast.expr) -> bool:
    """Tell whether an expression puts text together: f-string, +, %, format, join, replace."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in {"format", "join", "replace", "format_map", "substitute"}
    return False


def built_names(function: ast.AST) -> set[str]:
    """Name the local variables that hold text put together in this function."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and is_built(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_no_cypher_text_in_python() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {str(node.value).strip()[:60]}"
        for path in SOURCES
        if path not in TEMPLATES
        for node in literals(ast.parse(path.read_text("utf-8")))
        if CYPHER.search(str(node.value))
    ]
    assert found == []


def test_nothing_put_together_reaches_the_driver() -> None:
    found = []
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            names = built_names(function)
            for node in ast.walk(function):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                    continue
                first = node.args[0]
                unsafe = is_built(first) or (isinstance(first, ast.Name) and first.id in names)
                if node.func.attr in DRIVER and unsafe and ast.unparse(node.func.value) != "subprocess":
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_the_check_bites() -> None:
    """The same checks on a sample that breaks them."""
    sample = ast.parse(
        "def f(s, x):\n    q = f'MATCH (n:{x}) RETURN n'\n    s.run(q)\n    s.run('MATCH (n) RETURN n.id')"
    )
    assert [node.value for node in literals(sample) if CYPHER.search(str(node.value))] == [
        "MATCH (n:",
        "MATCH (n) RETURN n.id",
    ]
    assert built_names(sample) == {"q"}


def test_no_query_joins_by_logon_id() -> None:
    """A LogonId names other sessions on other machines and after a boot; queries may only show it."""
    shown = re.compile(r"\w+\.logon_id AS logon_id\b|THEN \w+\.logon_id\b")
    for path in sorted((ROOT / "cypher").rglob("*.cypher")):
        assert ".logon_id" not in shown.sub("", path.read_text(encoding="utf-8")), path
