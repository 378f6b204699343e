"""Observed sessions and remote logons as a BloodHound OpenGraph document.

A `HasSession` edge leads from a machine to an account that was seen logged on there, as BloodHound's own does; a
`GraphhuntLogon` edge leads from where somebody came to where he logged on. Accounts have their SID as id, machines
the id that a loaded directory gave them, else their full name. Edges carry how often, when first and when last.

References:
    https://bloodhound.specterops.io/opengraph/schema
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from graphhunt.lateral.paths.table import NOT_PEOPLE
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.store import Store

_Names = dict[tuple[str, str], str]


def opengraph(snapshot: Snapshot, _store: Callable[[], Store]) -> Iterator[str]:
    """Give the document in pieces."""
    nodes = list(_nodes(snapshot))
    ids: _Names = {(label, key): node["id"] for label, key, node in nodes}
    yield '{"metadata":{"source_kind":"Graphhunt"},"graph":{"nodes":['
    yield from _joined(node for _, _, node in nodes)
    yield '],"edges":['
    yield from _joined(edge for rows in (_sessions(snapshot, ids), _logons(snapshot, ids)) for edge in rows)
    yield "]}}\n"


def _joined(items: Iterator[dict[str, Any]]) -> Iterator[str]:
    for number, item in enumerate(items):
        yield (",\n" if number else "\n") + orjson.dumps(item).decode()


def _nodes(snapshot: Snapshot) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give (label, id in the graph, node) of people's accounts, machines, and addresses that logons came from."""
    users, machines, logons = (snapshot.table(name) for name in ("User", "Machine", "REMOTE_LOGON"))
    for row in _rows(users):
        if row["kind"] not in NOT_PEOPLE:
            name = f"{row['name'] or row['id']}@{row['domain'] or ''}".rstrip("@").upper()
            yield "User", row["id"], _node(row["sid"] or row["id"].upper(), "User", name)
    for row in _rows(machines):
        name = (row["fqdn"] or row["name"] or row["id"]).upper()
        yield "Machine", row["id"], _node(row.get("object_id") or name, "Computer", name)
    if logons is not None:
        for address in logons.filter(pl.col("from_label") == "IP").get_column("from_id").unique().sort():
            yield "IP", address, _node(address, "GraphhuntAddress", address)


def _node(key: str, kind: str, name: str) -> dict[str, Any]:
    return {"id": key, "kinds": [kind], "properties": {"name": name, "objectid": key}}


def _sessions(snapshot: Snapshot, ids: _Names) -> Iterator[dict[str, Any]]:
    table = snapshot.table("LOGGED_ON")
    if table is None:
        return
    types = pl.col("logon_type").drop_nulls().unique().sort().alias("types")
    for row in _rows(_counted(table, ["to_id", "from_id"], types)):
        start, end = ids.get(("Machine", row["to_id"])), ids.get(("User", row["from_id"]))
        if start and end:
            yield _edge("HasSession", start, end, row, {"logon_types": row["types"]})


def _logons(snapshot: Snapshot, ids: _Names) -> Iterator[dict[str, Any]]:
    table = snapshot.table("REMOTE_LOGON")
    if table is None:
        return
    parts = ["from_label", "from_id", "to_id", "user_id", "user_name", "technique"]
    for row in _rows(_counted(table, parts)):
        start, end = ids.get((row["from_label"], row["from_id"])), ids.get(("Machine", row["to_id"]))
        if start and end and ("User", row["user_id"]) in ids:
            more = {"user": row["user_name"], "user_id": ids["User", row["user_id"]], "technique": row["technique"]}
            yield _edge("GraphhuntLogon", start, end, row, more)


def _counted(table: pl.DataFrame, parts: list[str], *more: pl.Expr) -> pl.DataFrame:
    counts = [pl.len().alias("logons"), pl.col("start").min().alias("first"), pl.col("end").max().alias("last"), *more]
    return table.group_by(parts).agg(*counts).sort(parts)


def _edge(kind: str, start: str, end: str, row: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    given = {"logons": row["logons"], "first_seen": iso(row["first"]), "last_seen": iso(row["last"]), **more}
    return {
        "kind": kind, "start": {"value": start, "match_by": "id"}, "end": {"value": end, "match_by": "id"},
        "properties": {name: value for name, value in given.items() if value not in (None, [])},
    }  # fmt: skip


def _rows(table: pl.DataFrame | None) -> Iterator[dict[str, Any]]:
    return table.iter_rows(named=True) if table is not None else iter(())
