"""Triage: one list of what to look at, by process, with one reason of each source; what incidents are made of, too.

Sources are evidence (the leads of incidents), rarity (how seldom such a process is started) and clusters (a start that
fits no group of starts). Evidence orders first; rarity and clusters add a bounded part, and a start that only fits no
cluster is not listed. Rarity compares with other machines and days: where there are too few, it is left out and that is
said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from graphhunt.analyses.clusters import cluster_processes
from graphhunt.analyses.least import few_starts
from graphhunt.errors import LimitError
from graphhunt.incidents.files import Arrivals
from graphhunt.incidents.formation import DAY
from graphhunt.incidents.leads import leads_of
from graphhunt.incidents.networks import Networks
from graphhunt.incidents.sentences import Writer, plain
from graphhunt.incidents.tables import Tables
from graphhunt.incidents.weights import weights
from graphhunt.toolbox.rarity import process_rarity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphhunt.incidents.lead import Lead

RARE = 3.0
"""Surprise of a start from which on it is listed for that alone, nats: about one in twenty host-days."""

MOST_RARITY, NOISE = 2.0, 0.5
"""Most that rarity adds, and what fitting no cluster adds, nats."""

_EXTRACTED = ("id", "machine_id", "user_id", "name", "path", "command_line", "integrity", "company", "start", "stub",
              "parent_path")  # fmt: skip


class Unit(NamedTuple):
    """Account, machine and day: what is read at once."""

    account: str | None
    machine: str
    day: int


@dataclass
class Item:
    """One thing to look at.

    Attributes:
        key: Its vertex: `process|id`, `session|id`, `host|id` …
        machine: Id of the machine, or an address.
        account: Id of the account; None if none is known.
        time: When, µs UTC.
        score: What it is ordered by, nats.
        reasons: One reason of each source, in words.
        evidence: Event ids.
    """

    key: str
    machine: str
    account: str | None
    time: int
    score: float = 0.0
    reasons: dict[str, str] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()

    @property
    def unit(self) -> Unit:
        """The unit of reading that it belongs to."""
        return Unit(self.account, self.machine, self.time // DAY)


class Triage(NamedTuple):
    """Everything to look at, best first, what was left out, and of how many days the records are."""

    items: list[Item]
    notes: list[str]
    days: int


def triage(tables: Tables, networks: Networks) -> Triage:
    """List what to look at.

    Args:
        tables: The graph's tables.
        networks: What is outside.
    """
    items = _evidence(tables, leads_of(tables, networks, Arrivals(tables)))
    started = _started(tables)
    little = few_starts(started)
    notes = [f"rarity and clusters are left out, as there is too little data: {little}"] if little else []
    if not notes:
        _add_rarity(items, process_rarity(started), started)
        notes += _add_noise(items, started)
    ordered = sorted(items.values(), key=lambda item: (-round(item.score, 6), item.time, item.key))
    days = {item.unit.day for item in ordered} | set((started.get_column("start") // DAY).unique().to_list())
    return Triage(ordered, notes, max(1, len(days)))


def _evidence(tables: Tables, leads: Iterable[Lead]) -> dict[str, Item]:
    """Make the items of leads: of several of one thing the heaviest is the reason."""
    kinds, writer = weights().kinds, Writer(tables)
    items: dict[str, Item] = {}
    for lead in leads:
        weight = kinds[lead.kind].weight * lead.share
        item = items.setdefault(lead.vertex, Item(lead.vertex, lead.machine, lead.account, lead.time))
        if "evidence" not in item.reasons or weight > item.score:
            item.score = weight
            item.reasons["evidence"] = plain(writer.lead(lead, lead.account))
            item.evidence = lead.evidence
    return items


def _started(tables: Tables) -> pl.DataFrame:
    """Give the starts of processes with their parents, as `process_rarity` takes them."""
    own = tables.nodes("Process", *_EXTRACTED).filter(
        pl.col("start").is_not_null() & ~pl.col("stub").fill_null(value=False)
    )
    made = tables.edges("SPAWNED").select(parent_id="from_id", id="to_id").unique("id", keep="first")
    names = tables.processes.select(parent_id="id", parent_named="name")
    known = own.join(made, on="id", how="left").join(names, on="parent_id", how="left").sort("id")
    base = pl.col("parent_path").str.split("\\").list.last().str.to_lowercase()
    return known.with_columns(parent_name=pl.coalesce("parent_named", base)).drop("parent_named", "parent_path", "stub")


def _add_rarity(items: dict[str, Item], found: pl.DataFrame, started: pl.DataFrame) -> None:
    """Add what is rare: to what is listed already, and by itself where it is rare enough."""
    rows = found.join(started.select("id", "machine_id", "user_id", "start"), on="id")
    for row in rows.filter(pl.col("reasons").list.len() > 0).sort("id").iter_rows(named=True):
        key, known = f"process|{row['id']}", f"process|{row['id']}" in items
        if not known and not (row["rare_shape"] and row["own"] >= RARE):
            continue
        item = items.setdefault(key, Item(key, row["machine_id"], row["user_id"], row["start"]))
        item.score += min(MOST_RARITY, row["own"])
        item.reasons["rarity"] = row["reasons"][-1]


def _add_noise(items: dict[str, Item], started: pl.DataFrame) -> list[str]:
    """Add to what is listed that it fits no cluster; say so where there are too many patterns to tell."""
    try:
        found = cluster_processes(started)
    except LimitError as error:
        return [f"clusters are left out: {error.message}"]
    for process in found.filter(pl.col("cluster_id") < 0).get_column("id"):
        item = items.get(f"process|{process}")
        if item is not None:
            item.score += NOISE
            item.reasons["clusters"] = "its start fits no group of starts"
    return []


def read_today(found: Triage, budget: int) -> tuple[list[Item], int]:
    """Cut the list by units of reading: those that the budget allows, and how many are held back.

    Args:
        found: The list.
        budget: Units per day of records.
    """
    units: set[Unit] = set()
    for place, item in enumerate(found.items):
        units.add(item.unit)
        if len(units) > budget * found.days:
            return found.items[:place], len(found.items) - place
    return found.items, 0
