"""What the samples of every source say must come out, and how that is found in a graph.

The samples' READMEs hold JSON lines: a file with how many records it has and what they are, an edge with its ends and
properties, a fact, or a rule in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from graphhunt.graph.graph import Graph

_BLOCK = re.compile(r"```jsonl\n(.*?)```", re.DOTALL)
_ASIDE = re.compile(r"\s*\([^)]*\)$")
_ENDS = frozenset({"edge", "from", "to", "at", "rule", "user"})


class Told(NamedTuple):
    """What one line of a README says, and the options under which it holds."""

    folder: str
    line: dict[str, Any]
    options: str

    def __str__(self) -> str:
        """Name it."""
        said = self.line.get("edge") or self.line.get("file") or next(iter(self.line))
        return f"{self.folder}: {said} {self.line.get('from', '')} {self.line.get('to', '')}".strip()


def told(samples: Path) -> Iterator[Told]:
    """Give every line of every README."""
    for readme in sorted(samples.glob("*/README.md")):
        options = ""
        found = _BLOCK.search(readme.read_text("utf-8"))
        for text in found[1].splitlines() if found else ():
            line = json.loads(text)
            if set(line) == {"with_"}:
                options = line["with_"]
                continue
            yield Told(readme.parent.name, line, options)


class Seen:
    """The nodes of a graph by what people call them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._names: dict[str, set[str]] = {}
        self._nodes: dict[str, dict[str, Any]] = {}
        for table in graph.nodes.values():
            for row in table.iter_rows(named=True):
                self._names.setdefault(row["id"], set()).update(_names(row))
                self._nodes[row["id"]] = row

    def has(self, line: dict[str, Any]) -> bool:
        """Tell whether an edge is there, with its ends, its time and each property that it must have."""
        table = self._graph.relationships.get(line["edge"])
        if table is None:
            return False
        return any(
            self._is(row, line) for row in table.filter(pl.col("start") == _micros(line["at"])).iter_rows(named=True)
        )

    def is_machine(self, name: str) -> bool:
        """Tell whether a machine is called so."""
        machines = self._graph.nodes.get("Machine")
        ids = [] if machines is None else machines.get_column("id").to_list()
        return any(name.casefold() in self._names[each] for each in ids)

    def near(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the edges of the kind, for the message of a test that fails."""
        table = self._graph.relationships.get(line["edge"])
        shown = [] if table is None else table.head(5).to_dicts()
        return [{name: value for name, value in row.items() if value not in (None, [], "")} for row in shown]

    def _is(self, row: dict[str, Any], line: dict[str, Any]) -> bool:
        ends = self._called(row["from_id"], line["from"], row.get("source_ip"))
        if not ends or not self._called(row["to_id"], line["to"], None):
            return False
        # What a detection says stands at its node.
        said = self._nodes.get(row["from_id"], {}) | row
        wanted = {name: value for name, value in line.items() if name in said and name not in _ENDS}
        return all(_equal(said[name], value) for name, value in wanted.items())

    def _called(self, id_: str, name: str, address: str | None) -> bool:
        plain = _ASIDE.sub("", name).casefold()
        names = self._names.get(id_, set()) | {id_.casefold(), str(address).casefold()}
        return plain in names or plain.rpartition(" ")[2] in names or f"pid {plain}" in names


def _names(row: dict[str, Any]) -> Iterator[str]:
    for name, value in row.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield each.casefold()
                yield each.casefold().partition(".")[0]
        if name == "pid" and value is not None:
            yield f"pid {value}"
    if row.get("domain") and row.get("name"):
        domain = str(row["domain"]).casefold()
        yield f"{domain}\\{row['name']}".casefold()
        yield f"{domain.partition('.')[0]}\\{row['name']}".casefold()
    yield from (row["id"].casefold().replace("|", ":"), *row["id"].casefold().split("|"))


def _equal(found: object, wanted: object) -> bool:
    if isinstance(wanted, str) and isinstance(found, int) and not isinstance(found, bool):
        return found == _micros(wanted) if "T" in wanted else str(found) == wanted
    if isinstance(wanted, list) and isinstance(found, list):
        return set(wanted) <= set(found)
    return str(found).casefold() == str(wanted).casefold()


def _micros(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond
