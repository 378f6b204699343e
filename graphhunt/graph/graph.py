"""The graph of a case: every node and relationship table, computed from all facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from graphhunt.graph import (
    accesses,
    addresses,
    alerts,
    connections,
    credentials,
    executions,
    failed_logons,
    files,
    flows,
    injections,
    installs,
    lookups,
    management,
    memberships,
    realms,
    registry,
    sent,
    shares,
)  # fmt: skip
from graphhunt.graph.accounting import undrawn
from graphhunt.graph.borrowed import with_borrowed
from graphhunt.graph.case import Case, Facts
from graphhunt.graph.causes import with_causes
from graphhunt.graph.clocks import Clocks
from graphhunt.graph.cloud_hops import cloud_hops, with_control_planes
from graphhunt.graph.corroboration import corroboration
from graphhunt.graph.definitions import Definitions
from graphhunt.graph.doubts import collected, remote_doubts
from graphhunt.graph.frame import Family, drawings, folded
from graphhunt.graph.identity_local import RecordFiles, no_files
from graphhunt.graph.identity_statements import Statement
from graphhunt.graph.invariants import kept
from graphhunt.graph.management import listed
from graphhunt.graph.nodes import ips, machines, seen, with_search
from graphhunt.graph.opened import Opened
from graphhunt.graph.origins import Origins
from graphhunt.graph.possible import TYPES, possible
from graphhunt.graph.remote import logged_on, remote_logons
from graphhunt.graph.shape import shaped_nodes, shaped_relationships
from graphhunt.graph.techniques import Techniques
from graphhunt.graph.windows import Cut, windows
from graphhunt.schema import NODES


class Graph(NamedTuple):
    """Node tables by label and relationship tables by type.

    A node table has `id` and the properties of `graphhunt.schema.NODES`; a relationship table has `id`,
    `from_id`, `from_label`, `to_id`, `to_label` and the properties of `RELATIONSHIPS`. Rows are sorted by id.
    `skew` tells how far the machines' clocks differ, `corrected` which times were put right
    (`graphhunt.graph.corrected.CORRECTIONS`). `doubts` has the columns of `graphhunt.graph.doubts.SCHEMA`.
    `undrawn` has every record that is none of it, with the reason (`graphhunt.graph.accounting`).
    """

    nodes: dict[str, pl.DataFrame]
    relationships: dict[str, pl.DataFrame]
    skew: pl.DataFrame
    corrected: pl.DataFrame
    corroboration: pl.DataFrame
    doubts: pl.DataFrame
    undrawn: pl.DataFrame


FAMILIES: tuple[Family, ...] = (
    executions.FAMILY, failed_logons.FAMILY, connections.FAMILY, flows.FAMILY, lookups.FAMILY, credentials.FAMILY,
    installs.FAMILY, files.FAMILY, sent.FAMILY, registry.FAMILY, shares.FAMILY, accesses.FAMILY, injections.FAMILY,
    addresses.FAMILY, alerts.FAMILY, management.FAMILY, memberships.FAMILY, realms.FAMILY,
)  # fmt: skip
"""The rules that run within the frame."""

WHOLE_CASE = {
    "REMOTE_LOGON": "a logon's source, technique and cause are looked for at two machines and among other logons",
    "LOGGED_ON": "a session's begin is a definition (acts and logoff are contributions); its source is REMOTE_LOGON's",
    **dict.fromkeys(TYPES, "a right may be held through groups of groups, and is used by any logon"),
    "User": "spellings of one account are joined over the case",
    "Machine": "spellings of one machine are joined over the case; stubs are named by relationships of any window",
    "IP": "an address is a node where a relationship of any window ends at it",
    "Client": "there is one",
}
"""The tables that are made of the whole case, and why."""


def build(
    facts: Facts,
    client_id: str = "default",
    files: RecordFiles = no_files,
    statements: Sequence[Statement] = (),
    cut: Cut | None = None,
) -> Graph:
    """Compute the graph of all facts; the same set of facts and statements gives the same graph, however it is cut."""
    case = Case(facts, client_id, files, statements)
    parts = windows(case, cut)
    known = Definitions(case, parts)
    sessions, processes = known.sessions, known.processes
    clocks = Clocks(case.owners)
    origins = Origins(case, sessions, clocks)
    techniques = Techniques(case, origins.table, sessions, processes, known.services)
    opened = Opened(case, processes, clocks)
    remote = remote_logons(case, origins, techniques, opened, processes)
    remote = with_borrowed(remote, case, sessions, processes)
    remote = with_causes(case, remote, opened, sessions, processes)
    remote = with_control_planes(remote, case)
    proof = corroboration(case, remote, techniques, known.openings)
    logons = logged_on(sessions, remote)
    directory = possible(case, logons, remote)
    whole = listed(directory.groups, directory.others)
    tables = drawings(FAMILIES, folded(FAMILIES, parts, known, case.drawn, whole), known)
    relationships = {
        **{kind: table for kind, table in tables.items() if kind not in NODES},
        "REMOTE_LOGON": pl.concat([remote, cloud_hops(case, known, remote)], how="diagonal"),
        "LOGGED_ON": logons,
        **directory.relationships,
    }
    relationships = {kind: shaped_relationships(kind, table) for kind, table in relationships.items()}
    nodes = {
        **{label: table for label, table in tables.items() if label in NODES},
        "User": case.accounts.nodes(),
        "Process": tables["Process"].join(techniques.reached, left_on="id", right_on="process_id", how="left"),
        "Machine": machines(case, remote, clocks.offsets, directory.machines),
        "IP": ips(relationships),
        "Client": pl.DataFrame({"id": [client_id], "name": [client_id]}),
    }
    # What a directory allows is no sighting of anybody.
    times = seen({kind: table for kind, table in relationships.items() if kind not in TYPES})
    finished = {label: _finished(label, table, times, client_id) for label, table in nodes.items() if table.height}
    case.drawn.take(sessions.witnessed.records_of(relationships["LOGGED_ON"].get_column("id")))
    mended = kept(finished, {kind: table for kind, table in relationships.items() if table.height}, case.events())
    told = [case.machines.doubts(), case.accounts.doubts(), case.owners.doubts(), remote_doubts(remote)]
    doubts = collected([mended.doubts, processes.doubts, *told])
    left = undrawn(case, mended.relationships)
    return Graph(mended.nodes, mended.relationships, clocks.told, case.corrected.table, proof, doubts, left)


def _finished(label: str, table: pl.DataFrame, times: pl.DataFrame, client_id: str) -> pl.DataFrame:
    """Give a node table its times, tenant and search text, with the schema's columns, sorted by id."""
    table = table.join(times, on="id", how="left")
    for column in ("first_seen", "last_seen"):
        own = [pl.col(column)] if column in table.columns else []
        table = table.with_columns(pl.coalesce(*own, pl.col(f"_{column}")).alias(column))
    table = table.drop("_first_seen", "_last_seen").with_columns(client_id=pl.lit(client_id))
    return shaped_nodes(label, with_search(label, table))
