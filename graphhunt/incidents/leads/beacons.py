"""Leads of clocks: outside addresses that few machines call, at even intervals while they are active.

The graph folds connections by the hour, so that single ones are read from the evidence beside it; where a graph has no
evidence beside it, there are no such leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.beacons import beacons_of
from graphhunt.evidence import Workspace
from graphhunt.incidents.lead import MINUTE, Entity, Lead
from graphhunt.incidents.leads.network import FEW, owners_of
from graphhunt.questions.kept import kept_table

if TYPE_CHECKING:
    from graphhunt.incidents.networks import Networks
    from graphhunt.incidents.tables import Tables

Row = dict[str, Any]

EVEN = 0.7
"""Score of a pair from which on it is called medium."""

LEAST_SPAN = 2 * MINUTE
"""A clock ticks for this long; a page that loads its pieces is done sooner, µs."""

RULES = 1
"""Raised when `beacons_of` gives other results for the same connections."""


def beacon_leads(tables: Tables, networks: Networks) -> Iterator[Lead]:
    """Give the leads of clocks."""
    found = _beacons(tables)
    clocks = found.filter(
        (pl.col("score") >= EVEN) & (pl.col("hosts") <= FEW) & (pl.col("last") - pl.col("first") >= LEAST_SPAN)
        & pl.col("destination").is_in(list(networks.outside))
    )  # fmt: skip
    if clocks.is_empty():
        return
    owners = owners_of(tables)
    for row in clocks.sort("first", "source", "destination").iter_rows(named=True):
        lead = _by_process(tables, row) or _by_flow(tables, row, owners)
        if lead is not None:
            yield lead


def _beacons(tables: Tables) -> pl.DataFrame:
    folder = tables.snapshot.folder.parent
    mark = tables.snapshot.fingerprint
    if mark is None or not (folder / "workspace.json").exists():
        return pl.DataFrame(schema={"score": pl.Float64, "hosts": pl.Int64, "first": pl.Int64, "last": pl.Int64,
                                    "destination": pl.String})  # fmt: skip
    workspace = Workspace(folder)
    return kept_table(workspace, "beacons", f"{mark[:16]}-{RULES}", lambda: beacons_of(workspace, {}, FEW))


def _by_process(tables: Tables, row: Row) -> Lead | None:
    """Make the lead of the process that made the most of the calls."""
    made = tables.edges("CONNECTED", "direction", "machine_id").filter(
        (pl.col("to_id") == row["destination"]) & (pl.col("machine_id") == row["source"])
        & (pl.col("direction") == "outgoing") & (pl.col("end") >= row["first"]) & (pl.col("start") <= row["last"])
    )  # fmt: skip
    if made.is_empty():
        return None
    process = made.sort("count", "start", "from_id", descending=[True, False, False]).item(0, "from_id")
    own = made.filter(pl.col("from_id") == process).sort("start", "id")
    known = tables.processes.filter(pl.col("id") == process).row(0, named=True)
    facts = {"process": Entity("Process", process), "program": known["name"]}
    return _lead("beacon", f"process|{process}", row, own, row["source"], facts)._replace(account=known["user_id"])


def _by_flow(tables: Tables, row: Row, owners: dict[str, str]) -> Lead | None:
    """Make the lead of an address whose calls a network sensor alone saw."""
    seen = tables.edges("FLOWED_TO").filter(
        (pl.col("from_id") == row["source"]) & (pl.col("to_id") == row["destination"])
        & (pl.col("end") >= row["first"]) & (pl.col("start") <= row["last"])
    ).sort("start", "id")  # fmt: skip
    if seen.is_empty():
        return None
    place = owners.get(str(row["source"]), str(row["source"]))
    return _lead("network_beacon", f"host|{row['source']}", row, seen, place, {})._replace(source=place)


def _lead(kind: str, vertex: str, row: Row, edges: pl.DataFrame, machine: str, facts: dict[str, Any]) -> Lead:
    source = Entity("IP" if kind == "network_beacon" else "Machine", row["source"])
    known = {
        **facts, "from": source, "to": source, "address": Entity("IP", row["destination"]),
        "count": row["connections"], "even": f"{row['score']:.2f}",
    }  # fmt: skip
    proof = edges.get_column("evidence").explode().drop_nulls().to_list()
    return Lead(kind, vertex, row["first"], machine, None, tuple(dict.fromkeys(proof)), known,
                relationships=tuple(edges.get_column("id")))  # fmt: skip
