"""Write the reference pages under docs/reference/ from the code, so that they can't fall behind it.

Usage: python docs/generate.py [--check]. With --check nothing is written; exit code 1 names the pages that differ.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference"
HEADER_KEYS = ("mode", "params", "returns", "attack", "allow", "example")
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
    """Describe labels and relationship types from graphhunt/schema.py."""
    schema = importlib.import_module("graphhunt.schema")
    page = f"# Graph model\n\nProperties of every node: {code(schema.COMMON_NODE)}. "
    page += f"Properties of every relationship: {code(schema.COMMON_REL)}; its `evidence` holds at most "
    page += f"{schema.EVIDENCE_CAP} event ids, earliest first. Confidence is one of {code(schema.CONFIDENCE)}. "
    page += "Times are integers: microseconds since 1970-01-01 UTC.\n\n## Labels\n\n"
    rows = ((f"`{k.label}`", k.meaning, code(k.properties), code(k.indexes)) for k in schema.NODES.values())
    page += table(("Label", "Meaning", "Properties", "Indexed"), rows)
    page += "\n## Relationship types\n\n"
    kinds = schema.RELATIONSHIPS.values()
    ends = {kind.type: ", ".join(f"{a} to {b}" for a, b in kind.endpoints) for kind in kinds}
    rows = ((f"`{k.type}`", k.meaning, ends[k.type], code(k.properties)) for k in kinds)
    return page + table(("Type", "Meaning", "From and to", "Properties"), rows)


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
    """List the Cypher library from the headers of its files."""
    page = "# Cypher library\n\nOne query per file; each is a function of `graphhunt.queries`, and a read query can be "
    page += "run by name.\n"
    folder = ""
    for path in sorted((ROOT / "cypher").rglob("*.cypher")):
        name = path.relative_to(ROOT / "cypher").with_suffix("").as_posix()
        if name.rpartition("/")[0] != folder:
            folder = name.rpartition("/")[0]
            page += f"\n## {folder}\n"
        page += query(name, path.read_text("utf-8"))
    return page


def query(name: str, text: str) -> str:
    """Describe one query from its header: the sentence, and each declared line."""
    prose, declared = "", list[str]()
    for line in [line[2:].strip() for line in text.splitlines() if line.startswith("//")][1:]:
        if re.match(rf"({'|'.join(HEADER_KEYS)}):", line):
            declared.append(line)
        elif declared:
            declared[-1] += f" {line}"
        else:
            prose += f"{line} "
    page = f"\n### `{name}`\n\n{prose.strip()}\n\n"
    return page + "".join("- {}: `{}`\n".format(*map(str.strip, line.split(":", 1))) for line in declared)


PAGES: dict[str, Callable[[], str]] = {
    "graph-model": graph_model,
    "loaders": loaders,
    "queries": queries,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    stale = []
    for name, make in PAGES.items():
        path, text = TARGET / f"{name}.md", NOTE + make()
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for name in stale:
        sys.stdout.write(f"docs/reference/{name}.md {'differs' if '--check' in arguments else 'written'}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
