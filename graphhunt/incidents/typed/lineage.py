"""Which drawn processes started which: over others that aren't drawn, but not over hubs, which start all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from graphhunt.incidents.programs import HUBS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graphhunt.incidents.tables import Tables

FAR = 5
"""Steps from a process to the drawn one that it came from."""


class Start(NamedTuple):
    """One process came from another.

    Attributes:
        parent: Id of the process it came from.
        child: Its id.
        through: Names of the programs between, the nearest to the child first.
        proof: Ids of the records of the starts.
    """

    parent: str
    child: str
    through: tuple[str, ...]
    proof: tuple[str, ...]


def starts(tables: Tables, processes: Iterable[str]) -> Iterator[Start]:
    """Give what came from what among some processes."""
    wanted = set(processes)
    parents = _parents(tables, wanted)
    for child in sorted(wanted):
        through: list[str] = []
        proof: list[str] = []
        now = child
        for _ in range(FAR):
            if now not in parents:
                break
            now, records = parents[now]
            proof += records
            if now in wanted:
                yield Start(now, child, tuple(through), tuple(proof))
                break
            if (name := tables.programs.get(now)) is None or name in HUBS:
                break
            through.append(name)


def _parents(tables: Tables, wanted: set[str]) -> Mapping[str, tuple[str, list[str]]]:
    made = tables.edges("SPAWNED")
    found: dict[str, tuple[str, list[str]]] = {}
    asked = wanted
    for _ in range(FAR):
        rows = made.filter(pl.col("to_id").is_in(sorted(asked))).select("to_id", "from_id", "evidence")
        known = {child: (parent, list(proof or ())) for child, parent, proof in rows.iter_rows()}
        asked = {parent for parent, _ in known.values()} - found.keys() - known.keys()
        found |= known
        if not asked:
            break
    return found
