"""Write the reference pages under docs/reference/ from the code, so that they can't fall behind it.

Usage: python docs/generate.py [--check]. With --check nothing is written; exit code 1 names the pages that differ.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference"
NOTE = "<!-- Made by docs/generate.py; do not edit. -->\n"


def cell(value: object) -> str:
    """Make text fit a table cell."""
    return str(value).replace("|", "\\|").replace("\n", " ").strip()


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    """Lay out a Markdown table."""
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(cell(value) for value in row) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


def code(names: Iterable[object]) -> str:
    """Set names in code type, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def graph_model() -> str:
    """Describe labels and relationship types from graphhunt/schema."""
    schema = importlib.import_module("graphhunt.schema")
    nodes, rels = (importlib.import_module(f"graphhunt.schema.{part}") for part in ("nodes", "relationships"))
    page = f"# Graph model\n\nConfidence is one of {code(schema.CONFIDENCE)}; `evidence` holds at most "
    page += f"{schema.EVIDENCE_CAP} event ids. Times are integers: microseconds since 1970-01-01 UTC.\n"
    page += "\n## Properties of every node\n\n" + properties(nodes.COMMON)
    page += "\n## Properties of every relationship\n\n" + properties(rels.COMMON)
    page += "\n## Labels\n"
    for node in schema.NODES.values():
        indexed = f" Indexed: {code(node.indexes)}." if node.indexes else ""
        page += f"\n### `{node.label}`\n\n{node.meaning}{indexed}\n\n{properties(node.columns)}"
    page += "\n## Relationship types\n"
    for rel in schema.RELATIONSHIPS.values():
        ends = ", ".join(f"{a} to {b}" for a, b in rel.endpoints)
        page += f"\n### `{rel.type}`\n\n{rel.meaning} {ends}.\n" + (
            "\n" + properties(rel.columns) if rel.columns else ""
        )
    return page


def properties(columns: Iterable[Any]) -> str:
    """Lay out properties with type, meaning and the version that had them first."""
    rows = ((f"`{c.name}`", c.type, c.meaning, c.since) for c in columns)
    return table(("Property", "Type", "Meaning", "Since"), rows)


def loaders() -> str:
    """Take each loader's own description: its module's docstring."""
    page = "# Loaders\n\nThe format of a file is recognised by its content; `--format NAME` names it instead.\n"
    for path in sorted((ROOT / "loaders").glob("[!_]*.py")):
        page += f"\n## `{path.stem}`\n\n{plain(ast.get_docstring(ast.parse(path.read_text('utf-8'))) or '')}\n"
    return page


def plain(text: str) -> str:
    """Keep a docstring's layout where Markdown would lose it: indented blocks stay as they are."""
    return re.sub(r"(?m)^(\w[\w ]+):\n(?= {4})", r"\1:\n\n", text)


def queries() -> str:
    """List the Cypher library: what each query does, its parameters and its columns."""
    page = "# Cypher library\n\nOne query per file; each is a function of `graphhunt.queries`, and a read query can be "
    page += "run by name.\n"
    found = sorted(importlib.import_module("graphhunt.queries").library(), key=lambda item: item.name)
    for folder, group in itertools.groupby(found, key=lambda item: item.name.rpartition("/")[0]):
        page += f"\n## {folder}\n"
        items = list(group)
        page += "".join(query(item) for item in items if item.mode == "read")
        writing = [(f"`{item.name}`", item.mode, item.header.doc) for item in items if item.mode != "read"]
        page += "\n" + table(("Query", "Mode", "What it does"), writing) if writing else ""
    return page


def query(item: Any) -> str:
    """Describe one query."""
    header = item.header
    params = ", ".join(f"`{param.name}`: {param.type}" for param in header.params) or "none"
    columns = ", ".join(f"`{column.name}`: {column.type}" for column in header.returns) or "none"
    page = (
        f"\n### `{item.name}`\n\n{header.doc}\n\n- mode: {header.mode}\n- parameters: {params}\n- columns: {columns}\n"
    )
    return page + (f"- ATT&CK: {', '.join(header.attack)}\n" if header.attack else "")


def settings() -> str:
    """List every setting with its environment variable and default."""
    page = "# Settings\n\nA value is looked for in the command line, the environment, the file that "
    page += "`GRAPHHUNT_<NAME>_FILE` names, a secrets folder, the TOML file that `GRAPHHUNT_CONFIG` names, and the "
    page += "default, in this order. "
    page += "`graphhunt config` shows what is in force, with secrets masked.\n\n"
    rows = importlib.import_module("graphhunt.settings").settings_table()
    cells = ((f"`{r.name}`", f"`{r.env}`", r.kind.__name__, f"`{r.default!r}`", r.help) for r in rows)
    return page + table(("Setting", "Environment", "Type", "Default", "Meaning"), cells)


def http() -> str:
    """List the operations of the HTTP interface from its own description."""
    make = importlib.import_module("graphhunt.api.app").create_app
    spec = make(hunt=None, token=secrets.token_urlsafe()).openapi()
    page = "# HTTP interface\n\n`graphhunt serve` answers under `/api/v1`; the whole description (OpenAPI) is at "
    page += "`/api/v1/openapi.json`. Errors are problem details (RFC 9457). Times are ISO 8601, UTC.\n\n"
    rows = (
        (f"`{verb.upper()} {path}`", operation.get("summary", ""), " ".join(operation.get("description", "").split()))
        for path, operations in spec["paths"].items()
        for verb, operation in operations.items()
    )
    return page + table(("Operation", "Name", "What it does"), rows)


def windows_events() -> str:
    """List which Windows event becomes which facts, from the table the loaders use and the code it names."""
    handlers = importlib.import_module("graphhunt.loaders._windows").HANDLERS
    page = (
        "# Windows events\n\nAll Windows loaders bring an event into one form first, then this table decides. An event "
    )
    page += "that is not here is kept as evidence and counted as skipped.\n\n"
    grouped: dict[tuple[str, str], list[int]] = {}
    for (channel, number), handler in handlers.items():
        grouped.setdefault((channel, facts_of(handler)), []).append(number)
    rows = ((channel, ", ".join(map(str, sorted(ids))), found) for (channel, found), ids in sorted(grouped.items()))
    return page + table(("Channel", "Events", "Facts (`graphhunt.model`)"), rows)


def facts_of(handler: Callable[..., Any]) -> str:
    """Name the facts that a function makes, itself or through the helpers of its package."""
    kinds = {kind.__name__ for kind in importlib.import_module("graphhunt.model").FACTS}
    found, seen, todo = set[str](), set[Any](), [handler]
    while todo:
        function = todo.pop()
        if function in seen or not inspect.isfunction(function):
            continue
        seen.add(function)
        names = {node.id for node in ast.walk(ast.parse(inspect.getsource(function))) if isinstance(node, ast.Name)}
        found |= names & kinds
        reached = (function.__globals__.get(name) for name in names)
        todo += [item for item in reached if inspect.isfunction(item) and "loaders" in item.__module__]
    return code(sorted(found))


def analytics() -> str:
    """Describe the runs over the graph from the registry, and the functions on DataFrames from their docstrings."""
    page = "# Analytics\n\nThe runs extract a part of the graph, compute, and write the result back as properties.\n"
    for item in importlib.import_module("graphhunt.questions.registry").questions("analysis", "enricher"):
        note = " Run by `graphhunt enrich`." if item.kind == "enricher" else ""
        page += f"\n## `{item.name}`\n\n{item.title}.{note}\n\n{parameters(item)}\n"
        rows = [(written.target, f"`{written.property}`", written.meaning) for written in item.writes]
        page += table(("Written to", "Property", "Meaning"), rows)
    package = importlib.import_module("graphhunt.toolbox")
    functions = ((f"`{name}`", first_line(getattr(package, name))) for name in package.__all__)
    page += (
        "\n## Functions and classes of the toolbox\n\nImported from `graphhunt.toolbox`, under the names a msticpy "
        "user knows.\n\n"
    )
    return page + table(("Name", "What it does"), functions)


def documented() -> str:
    """List what the toolbox's documents name, where it is here, and the call that the tests make."""
    names = importlib.import_module("documented_names")
    page = "# What the documents of the toolbox name\n\nEvery module, class and function that the package structure of "
    page += (
        "the documents names, where it is here, and a call with its answer: `tests/toolbox/test_documented_names.py` "
    )
    page += "makes each of them. All are imported from `graphhunt.toolbox`.\n"
    for module, group in itertools.groupby(names.NAMES, key=lambda one: one.module):
        page += f"\n## {module}\n\n"
        rows = (
            (f"`{one.name}`", f"`{found}`", f"`{one.call}`", f"`{one.gives}`")
            if (found := one.home())
            else (f"`{one.name}`", "not here yet", "", "")
            for one in group
        )
        page += table(("Name", "Here", "Call", "Gives"), rows)
    return page


def hunts() -> str:
    """Describe the questions of a whole case, and list those about single entities, from the registry."""
    listed = importlib.import_module("graphhunt.questions.registry").questions
    page = "# Hunts\n\nAsked by `graphhunt hunt NAME --param NAME=VALUE`; `paths` by `graphhunt paths`.\n"
    for item in listed("hunt", "paths"):
        techniques = f"ATT&CK: {', '.join(item.attack)}\n\n" if item.attack else ""
        page += f"\n## `{item.name}`\n\n{item.title}.\n\n{techniques}{parameters(item)}"
    rows = ((f"`{item.name}`", item.title, item.about or "") for item in listed("entity"))
    return page + "\n## About single entities\n\n" + table(("Name", "What it gives", "About"), rows)


def parameters(question: Any) -> str:
    """Write a question's parameters as a table."""
    rows = [
        (f"`{p.name}`", p.type, "required" if p.required else f"`{p.default}`", p.help) for p in question.parameters
    ]
    return table(("Parameter", "Type", "Default", "Meaning"), rows)


def first_line(item: Any) -> str:
    """Take the first sentence of a docstring."""
    return " ".join((inspect.getdoc(item) or "").split("\n\n")[0].split())


def cli() -> str:
    """Describe every command from the application itself."""
    found = importlib.import_module("graphhunt.cli.app").commands()
    page = "# Command line\n\nData go to stdout, messages to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage. "
    page += "`--workspace` and `--db` may stand before the command or after it.\n"
    return page + "".join(command(f"graphhunt {name}", each) for name, each in sorted(found.items()))


def command(name: str, found: Any) -> str:
    """Describe one command, or the commands of a group."""
    if hasattr(found, "commands"):
        return "".join(command(f"{name} {below}", part) for below, part in sorted(found.commands.items()))
    arguments = [p for p in found.params if not p.opts[0].startswith("-")]
    options = [p for p in found.params if p.opts[0].startswith("-") and "--help" not in p.opts]
    usage = " ".join([name, *(argument(p) for p in arguments)])
    page = f"\n## `{usage}`\n\n{' '.join((found.help or '').split())}\n"
    page += "".join(f"\n- `{p.name.upper()}`: {p.help}" for p in arguments if p.help) + "\n"
    rows = [(code([*p.opts, *p.secondary_opts]), p.help or "", default(p)) for p in options]
    return page + ("\n" + table(("Option", "Meaning", "Default"), rows) if rows else "")


def argument(parameter: Any) -> str:
    """Write an argument as a usage line does."""
    text = parameter.name.upper() + ("…" if parameter.nargs == -1 else "")
    return text if parameter.required else f"[{text}]"


def default(parameter: Any) -> str:
    """Write an option's default, if it says something."""
    value = parameter.default
    if value is None or value is False or callable(value) or value in ((), []):
        return ""
    return f"`{value}`"


PAGES: dict[str, Callable[[], str]] = {
    "analytics": analytics,
    "documented-names": documented,
    "cli": cli,
    "graph-model": graph_model,
    "http": http,
    "hunts": hunts,
    "loaders": loaders,
    "queries": queries,
    "settings": settings,
    "../windows-events": windows_events,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    stale = []
    for name, make in PAGES.items():
        path, text = (TARGET / f"{name}.md").resolve(), NOTE + make()
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for name in stale:
        sys.stdout.write(f"{name} {'differs' if '--check' in arguments else 'written'}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
