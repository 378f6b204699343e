"""The graph of a case: every node and relationship table, computed from all facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from graphhunt.graph import connections, credentials, objects
from graphhunt.graph.accounting import undrawn
from graphhunt.graph.acts import Acts
from graphhunt.graph.alerts import Alerts
from graphhunt.graph.borrowed import with_borrowed
from graphhunt.graph.case import Case, Facts
from graphhunt.graph.causes import with_causes
from graphhunt.graph.clocks import Clocks
from graphhunt.graph.corroboration import corroboration
from graphhunt.graph.doubts import collected, remote_doubts
from graphhunt.graph.identity_local import RecordFiles, no_files
from graphhunt.graph.identity_statements import Statement
from graphhunt.graph.invariants import kept
from graphhunt.graph.management import Management
from graphhunt.graph.nodes import addresses, machines, seen, with_search
from graphhunt.graph.opened import Opened
from graphhunt.graph.openings import accessed, openings
from graphhunt.graph.origins import Origins
from graphhunt.graph.possible import TYPES, possible
from graphhunt.graph.processes import Processes
from graphhunt.graph.remote import logged_on, remote_logons
from graphhunt.graph.sent import Sent
from graphhunt.graph.services import Services
from graphhunt.graph.sessions import Sessions
from graphhunt.graph.shape import shaped_nodes, shaped_relationships
from graphhunt.graph.techniques import Techniques
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


def build(
    facts: Facts, client_id: str = "default", files: RecordFiles = no_files, statements: Sequence[Statement] = ()
) -> Graph:
    """Compute the graph of all facts; the same set of facts and statements gives the same graph."""
    case = Case(facts, client_id, files, statements)
    sessions = Sessions(case)
    processes = Processes(case, sessions.boots)
    acts = Acts(sessions, processes)
    clocks = Clocks(case.owners)
    origins = Origins(case, sessions, clocks)
    services = Services(case, sessions, processes)
    techniques = Techniques(case, origins.table, sessions, processes, services)
    opened = Opened(case, processes, clocks)
    remote = remote_logons(case, origins, techniques, opened, processes)
    remote = with_borrowed(remote, case, sessions, processes)
    remote = with_causes(case, remote, opened, sessions, processes)
    handles = openings(case, processes, acts)
    proof = corroboration(case, remote, techniques, handles)
    relationships, found = _relationships(case, processes, acts, services, handles)
    relationships["REMOTE_LOGON"] = remote
    relationships["LOGGED_ON"] = logged_on(sessions, remote)
    management = Management(case, processes)
    relationships.update(management.relationships())
    directory = possible(case, relationships["LOGGED_ON"], remote)
    relationships.update(directory.relationships)
    relationships = {kind: shaped_relationships(kind, table) for kind, table in relationships.items()}
    nodes = {
        **found,
        **services.nodes(),
        "User": case.accounts.nodes(),
        "Process": acts.of_process(processes.nodes, "id").join(
            techniques.reached, left_on="id", right_on="process_id", how="left"
        ),
        "Machine": machines(case, remote, clocks.offsets, directory.machines),
        "Group": management.groups(directory.groups),
        "DirectoryObject": management.objects(directory.others),
        "IP": addresses(relationships),
        "Client": pl.DataFrame({"id": [client_id], "name": [client_id]}),
    }
    # What a directory allows is no sighting of anybody.
    times = seen({kind: table for kind, table in relationships.items() if kind not in TYPES})
    finished = {label: _finished(label, table, times, client_id) for label, table in nodes.items() if table.height}
    case.drawn.take(case.owners.records)
    case.drawn.take(sessions.witnessed.records_of(relationships["LOGGED_ON"].get_column("id")))
    mended = kept(finished, {kind: table for kind, table in relationships.items() if table.height}, case.events())
    told = [case.machines.doubts(), case.accounts.doubts(), case.owners.doubts(), remote_doubts(remote)]
    doubts = collected([mended.doubts, processes.doubts, *told])
    left = undrawn(case, mended.relationships)
    return Graph(mended.nodes, mended.relationships, clocks.pairs, case.corrected.table, proof, doubts, left)


def _relationships(
    case: Case, processes: Processes, acts: Acts, services: Services, handles: pl.DataFrame
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """Compute the tables that don't depend on sources; the second part holds node tables found on the way."""
    files = objects.Files(case, processes, acts)
    alerts = Alerts(case, processes)
    sent = Sent(case)
    tables: dict[str, pl.DataFrame] = {
        "FAILED_LOGON": acts.sessions.failed(),
        "RAN": acts.of_process(processes.ran, "to_id"),
        "EXECUTED": acts.of_process(processes.executed, "to_id"),
        "SPAWNED": acts.spawned(),
        "CONNECTED": acts.of_process(connections.connected(case, processes), "from_id"),
        "FLOWED_TO": connections.flowed_to(case),
        "HAD_IP": case.owners.relationships(),
        "USED_CREDENTIALS": credentials.used_credentials(case, processes, acts),
        "AUTHENTICATED": credentials.authenticated(case),
        **services.relationships(),
        **files.relationships(),
        "SENT": sent.relationships(),
        **objects.registry(case, processes, acts),
        "ACCESSED": accessed(case, processes, handles),
        "INJECTED_INTO": objects.injections(case, processes, acts),
        **connections.names(case, processes),
        **alerts.relationships(),
    }
    tables["QUERIED"] = acts.of_process(tables["QUERIED"], "from_id")
    tables["STARTED"] = acts.of_process(tables["STARTED"], "to_id")
    opened = objects.shares(case, acts.sessions)
    tables["HOSTS"] = pl.concat([tables["HOSTS"], opened.pop("HOSTS")], how="diagonal")
    tables.update(opened)
    found = {label: tables.pop(label) for label in sorted(tables) if label in NODES}
    found["File"] = files.nodes(alerts.files(), sent.files())
    return tables, found


def _finished(label: str, table: pl.DataFrame, times: pl.DataFrame, client_id: str) -> pl.DataFrame:
    """Give a node table its times, tenant and search text, with the schema's columns, sorted by id."""
    table = table.join(times, on="id", how="left")
    for column in ("first_seen", "last_seen"):
        own = [pl.col(column)] if column in table.columns else []
        table = table.with_columns(pl.coalesce(*own, pl.col(f"_{column}")).alias(column))
    table = table.drop("_first_seen", "_last_seen").with_columns(client_id=pl.lit(client_id))
    return shaped_nodes(label, with_search(label, table))
