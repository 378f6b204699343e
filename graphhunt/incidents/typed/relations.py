"""What a box can be expanded over: relationships of the graph by the kind of the box, and what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphhunt.incidents.tables import Tables
    from graphhunt.incidents.typed.boxes import Box


class Relation(NamedTuple):
    """One way on from a box.

    Attributes:
        name: Its name.
        type: Type of the relationships.
        outgoing: Whether the box is at their beginning.
        column: The column of what they lead to; of addresses that are inside it is that of machines.
        title: What somebody sees who follows it, in our words.
        verb: What the one at its beginning did to the one at its end.
    """

    name: str
    type: str
    outgoing: bool
    column: str
    title: str
    verb: str


_CAME = Relation("came", "REMOTE_LOGON", False, "machine", "who logged on to it", "logged on to")
_WENT = Relation("went", "REMOTE_LOGON", True, "machine", "where it logged on to", "logged on to")
_CALLERS = Relation("callers", "CONNECTED", False, "process", "processes that talked to it", "talked to")

RELATIONS: dict[str, tuple[Relation, ...]] = {
    "machine": (
        Relation("ran", "RAN", True, "process", "processes it ran", "ran"),
        _CAME, _WENT,
        Relation("accounts", "LOGGED_ON", False, "account", "accounts that logged on", "logged on to"),
        Relation("holds", "HOSTS", True, "thing", "services and tasks of it", "holds"),
    ),
    "unknown": (_WENT, _CALLERS),
    "account": (
        Relation("machines", "LOGGED_ON", True, "machine", "machines it logged on to", "logged on to"),
        Relation("ran", "EXECUTED", True, "process", "processes that ran as it", "ran"),
        Relation("installed", "INSTALLED", True, "thing", "services and tasks it installed", "installed"),
    ),
    "service": (
        Relation("started", "STARTED", True, "process", "processes it started", "started"),
        Relation("installers", "INSTALLED", False, "account", "who installed it", "installed"),
    ),
    "file": (
        Relation("writers", "WROTE", False, "process", "processes that wrote it", "wrote"),
        Relation("loaders", "LOADED", False, "process", "processes that loaded it", "loaded"),
        Relation("readers", "READ", False, "process", "processes that read it", "read"),
        Relation("instances", "IMAGE", False, "process", "processes that are instances of it", "is an instance of"),
        Relation("deleters", "DELETED", False, "process", "processes that deleted it", "deleted"),
    ),
    "process": (
        Relation("started", "SPAWNED", True, "process", "processes it started", "started"),
        Relation("parents", "SPAWNED", False, "process", "what started it", "started"),
        Relation("called", "CONNECTED", True, "called", "addresses it talked to", "talked to"),
        Relation("wrote", "WROTE", True, "thing", "files it wrote", "wrote"),
        Relation("loaded", "LOADED", True, "thing", "modules it loaded", "loaded"),
        Relation("read", "READ", True, "thing", "files it read", "read"),
        Relation("deleted", "DELETED", True, "thing", "files it deleted", "deleted"),
        Relation("opened", "ACCESSED", True, "process", "processes it opened", "opened"),
        Relation("injected", "INJECTED_INTO", True, "process", "processes it started threads in", "injected into"),
    ),
    "came": (_WENT,),
    "called": (_CALLERS,),
}  # fmt: skip
"""The ways on by the kind of a box; of an address by its column."""
RELATIONS["task"] = RELATIONS["service"]

SAME = {
    "REMOTE_LOGON": "hop", "RAN": "machine ran", "STARTED": "ran", "SPAWNED": "started", "WROTE": "wrote",
    "CONNECTED": "called",
}  # fmt: skip
"""Kinds of the incident's own edges that say what a relationship says: no two boxes are tied twice by one fact."""

_LABELS = {
    "came": ("Machine", "IP"), "called": ("IP",), "machine": ("Machine", "IP"), "account": ("User",),
    "thing": ("Service", "ScheduledTask", "File"), "process": ("Process",),
}  # fmt: skip


def relations_of(box: Box) -> tuple[Relation, ...]:
    """Give the ways on from a box."""
    return RELATIONS[box.column if box.kind == "address" else box.kind]


def reached(tables: Tables, relation: Relation, own: Iterable[str], inside: pl.Expr) -> pl.DataFrame:
    """Give what a way leads to from some entities, one row each: the earliest first.

    Args:
        tables: The graph's tables.
        relation: The way; remote logons are those of people that are certain enough for paths.
        own: Ids of the entities.
        inside: Which rows are asked for, by their `start`.

    Returns:
        `other` and its `label`, `start` and `end` (µs UTC), `count` of relationships, and `proof`.
    """
    rows = _rows(tables, relation).filter(pl.col("own").is_in(sorted(own)) & inside).sort("start", "other")
    return (
        rows.group_by("other", "label", maintain_order=True)
        .agg(pl.col("start").min(), pl.col("end").max(), count=pl.len(), proof=pl.col("evidence").explode())
        .collect()
    )


def seen(tables: Tables, relation: Relation, others: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Give how rare entities are at the far end of a way in the whole case: from how many, and how often."""
    rows = _rows(tables, relation).filter(pl.col("other").is_in(sorted(others)))
    counted = rows.group_by("other").agg(spread=pl.col("own").n_unique(), seen=pl.len()).collect()
    return {other: (spread, count) for other, spread, count in counted.iter_rows()}


def _rows(tables: Tables, relation: Relation) -> pl.LazyFrame:
    if relation.type == "REMOTE_LOGON":
        found = tables.hops.lazy()
    else:
        scanned = tables.snapshot.scan(relation.type)
        found = tables.edges(relation.type).lazy() if scanned is None else scanned
    own, other = ("from", "to") if relation.outgoing else ("to", "from")
    rows = found.select("start", "end", "evidence", own=f"{own}_id", other=f"{other}_id", label=f"{other}_label")
    return rows.filter(pl.col("label").is_in(_LABELS[relation.column]))
