"""Brings the database up to date with the workspace: only what changed is written.

The graph is computed from all facts; the snapshot of the last graph tells what the database holds. While
writing, the database is marked, so that an interrupted write is noticed: then what it really holds is read
and repaired. The result is the same as that of an uninterrupted load.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from graphhunt import queries
from graphhunt.errors import DamageError, StoreError
from graphhunt.evidence.files import typed_errors
from graphhunt.evidence.record_files import record_files
from graphhunt.graph.case import Case
from graphhunt.graph.graph import build
from graphhunt.graph.identity_book import read_statements, statements_mark
from graphhunt.graph.identity_statements import Statement
from graphhunt.graph.snapshot import Changes, Snapshot
from graphhunt.graph.state import VERSION
from graphhunt.ids import digest
from graphhunt.schema import DERIVED, NODES, RELATIONSHIPS
from graphhunt.store.filled import require_own

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.graph.graph import Graph
    from graphhunt.store.store import Store

Progress = Callable[[str, int, int], None]
"""Called with (phase, rows done, rows in all)."""

Mark = Callable[..., object]

_LOG = logging.getLogger(__name__)
_ENDS = ["from_id", "from_label", "to_id", "to_label"]
_WRITING, _FILLING = "", "filling"
_MARKED = "Client"
"""The label of the node with the database's mark, which is there before the graph."""


class Difference(NamedTuple):
    """What is to be written: changes of every label and type; `fresh` if the database holds nothing."""

    nodes: dict[str, Changes]
    relationships: dict[str, Changes]
    fresh: bool = False

    def rows(self) -> int:
        """Count the rows to write."""
        tables = [*self.nodes.values(), *self.relationships.values()]
        return sum(part.height for changes in tables for part in changes)


class Computed(NamedTuple):
    """A graph with the fingerprint of the facts, tenant and rules it follows from."""

    fingerprint: str
    graph: Graph


def compute(workspace: Workspace, client_id: str = "default") -> Computed | None:
    """Compute the graph of all facts, for which no database is needed; None if the snapshot is that graph already."""
    fingerprint = _fingerprint(workspace, client_id)
    if fingerprint == _kept(Snapshot(workspace.path / "graph")):
        return None
    return Computed(fingerprint, _built(workspace, client_id))


def snapshot_of(workspace: Workspace, client_id: str = "default") -> Snapshot:
    """Give the graph's tables of a workspace; damaged ones are made again from the facts."""

    def remake() -> tuple[Graph, str]:
        with typed_errors(workspace.path):
            computed = _computed(workspace, client_id)
        return computed.graph, computed.fingerprint

    return Snapshot(workspace.path / "graph", remake)


def _computed(workspace: Workspace, client_id: str) -> Computed:
    """Compute the graph of facts that stayed the same from first to last."""
    while True:
        fingerprint = _fingerprint(workspace, client_id)
        graph = _built(workspace, client_id)
        if fingerprint == _fingerprint(workspace, client_id):
            return Computed(fingerprint, graph)


def _fingerprint(workspace: Workspace, client_id: str) -> str:
    return digest(workspace.fingerprint(), client_id, str(VERSION), *statements_mark(workspace.path))


def case_of(workspace: Workspace, client_id: str, statements: Sequence[Statement]) -> Case:
    """Give the case of all facts with some statements about identities, whether anybody made them or not."""
    return Case(lambda kind: workspace.facts(kind).collect(), client_id, partial(record_files, workspace), statements)


def _built(workspace: Workspace, client_id: str) -> Graph:
    """Compute the graph of all facts and statements."""
    return build(
        lambda kind: workspace.facts(kind).collect(),
        client_id,
        partial(record_files, workspace),
        read_statements(workspace.path),
    )


def _kept(snapshot: Snapshot) -> str | None:
    """Say which graph the snapshot is; None if it is none, or damaged."""
    with suppress(DamageError):
        return snapshot.fingerprint
    return None


def sync(
    workspace: Workspace,
    store: Store,
    *,
    client_id: str = "default",
    progress: Progress | None = None,
    computed: Computed | None = None,
) -> Graph | None:
    """Write what differs from the graph of all facts; None if the database was up to date.

    Args:
        workspace: Where the facts are.
        store: The database.
        client_id: Tenant of the case.
        progress: Called with the phase, rows done and rows in all.
        computed: The graph, if it is computed already; it is computed anew if other facts came since.

    Raises:
        StoreError: The database belongs to another workspace, or can't be written.
    """
    snapshot = Snapshot(workspace.path / "graph")  # one that mends itself would become what it is compared with
    mark = partial(store.write, queries.library()["admin/set_sync_state"], client_id=client_id, workspace=workspace.id)
    with store.writer():
        fingerprint = _fingerprint(workspace, client_id)
        state = _state(store, workspace, client_id)
        if state == fingerprint == _kept(snapshot):
            return None
        report = progress or (lambda phase, done, total: None)
        if computed is None or computed.fingerprint != fingerprint:
            report("correlate", 0, 1)
            computed = Computed(fingerprint, _built(workspace, client_id))
        graph = computed.graph
        difference = _difference(graph, snapshot, store, state)
        if not (difference.fresh and store.can_fill and _filled(store, graph, mark, report)):
            mark(state=_WRITING)
            _Writer(store, report, difference.rows()).apply(difference)
        snapshot.replace(graph, fingerprint)
        mark(state=fingerprint)
    return graph


def _filled(store: Store, graph: Graph, mark: Mark, report: Progress) -> bool:
    """Write the whole graph at once; False, with the database empty again, if that failed."""
    nodes = {label: table for label, table in graph.nodes.items() if label != _MARKED}
    total = sum(table.height for tables in (nodes, graph.relationships) for table in tables.values())
    mark(state=_FILLING)
    try:
        store.fill(nodes, graph.relationships, lambda done: report("write", done, total))
        store.put_nodes(_MARKED, _rows(graph.nodes[_MARKED], new=False))
    except (StoreError, pl.exceptions.PolarsError, LookupError, TypeError, ValueError) as error:
        # Whatever is wrong with the quick way, the slow one doesn't share it: a load must not fail for that.
        _LOG.warning("the graph is written in batches, as writing it at once failed: %s", error)
        store.empty()
        store.ensure_schema()
        return False
    return True


def _state(store: Store, workspace: Workspace, client_id: str) -> str | None:
    """Read the database's mark; make the schema when there is none.

    Raises:
        StoreError: Another workspace fills this database.
    """
    rows = store.read(queries.library()["admin/sync_state"], client_id=client_id)
    found = rows[0] if rows else {"workspace": None}
    if found["workspace"] == workspace.id and found["state"] == _FILLING:
        store.empty()
        found = {"workspace": None}
    if found["workspace"] is None:
        store.ensure_schema()
        return None
    require_own(found["workspace"], workspace)
    return str(found["state"])


def _difference(graph: Graph, snapshot: Snapshot, store: Store, state: str | None) -> Difference:
    """Compare with the snapshot if it is, from first to last, what the database's mark says; else with the database."""
    if state is not None and state == _kept(snapshot):
        with suppress(DamageError):
            found = _from_snapshot(graph, snapshot)
            if snapshot.fingerprint == state:
                return found
    return _from_database(graph, store)


def _from_snapshot(graph: Graph, snapshot: Snapshot) -> Difference:
    """Compare with the snapshot: what the database is known to hold."""
    nodes = {label: snapshot.changes(label, table) for label, table in graph.nodes.items()}
    relationships = {
        kind: _moved(snapshot.changes(kind, table), snapshot.table(kind)) for kind, table in graph.relationships.items()
    }
    for name in snapshot.names():
        gone = snapshot.table(name)
        if gone is None or name in nodes or name in relationships:
            continue
        changes = Changes(gone.clear(), gone.clear(), gone)
        if name in NODES:
            nodes[name] = changes
        elif name in RELATIONSHIPS:
            relationships[name] = changes
    return Difference(nodes, relationships)


def _moved(changes: Changes, old: pl.DataFrame | None) -> Changes:
    """Make a relationship whose ends changed a removed and an added one: ends can't be set."""
    if old is None or not changes.changed.height:
        return changes
    kept = changes.changed.join(old, on=["id", *_ENDS], how="semi", maintain_order="left")
    moved = changes.changed.join(kept, on="id", how="anti", maintain_order="left")
    gone = old.join(moved, on="id", how="semi").select(changes.removed.columns)
    return Changes(pl.concat([changes.added, moved]), kept, pl.concat([changes.removed, gone], how="vertical_relaxed"))


def _from_database(graph: Graph, store: Store) -> Difference:
    """Compare with the ids that the database really holds: everything there is set anew."""
    library = queries.library()
    held_nodes: dict[str, list[str]] = {}
    for row in store.stream(library["admin/all_nodes"]):
        held_nodes.setdefault(row["label"], []).append(row["id"])
    held: dict[str, list[tuple[str, ...]]] = {}
    for row in store.stream(library["admin/all_relationships"]):
        if row["from_label"] in DERIVED:
            continue
        held.setdefault(row["type"], []).append((row["id"], *(row[column] for column in _ENDS)))
    own_labels = [label for label in NODES if label not in DERIVED]
    nodes = {
        label: _against(
            graph.nodes.get(label), pl.DataFrame({"id": held_nodes.get(label, [])}, schema={"id": pl.String})
        )
        for label in own_labels
    }
    schema = dict.fromkeys(["id", *_ENDS], pl.String)
    relationships = {
        kind: _against(graph.relationships.get(kind), pl.DataFrame(held.get(kind, []), schema=schema, orient="row"))
        for kind in RELATIONSHIPS
    }
    return Difference(nodes, relationships, fresh=not held_nodes)


def _against(table: pl.DataFrame | None, held: pl.DataFrame) -> Changes:
    """Split a table into rows the database lacks and rows it has (by id and ends), and what it has beyond."""
    if table is None:
        return Changes(held.clear(), held.clear(), held)
    if not held.height:
        return Changes(table, table.clear(), held)
    keys = held.columns
    return Changes(
        table.join(held, on=keys, how="anti", maintain_order="left"),
        table.join(held, on=keys, how="semi", maintain_order="left"),
        held.join(table, on=keys, how="anti"),
    )


class _Writer:
    """Writes a difference: removals first, nodes before relationships."""

    def __init__(self, store: Store, report: Progress, total: int) -> None:
        self.store = store
        self.report = report
        self.total = total
        self.done = 0

    def apply(self, difference: Difference) -> None:
        """Write everything."""
        for kind, changes in difference.relationships.items():
            self.store.remove_relationships(kind, changes.removed.get_column("id"))
        for label, changes in difference.nodes.items():
            self.store.remove_nodes(label, changes.removed.get_column("id"))
        for label, changes in difference.nodes.items():
            self._nodes(label, changes.added, new=label != "Client")
            self._nodes(label, changes.changed, new=False)
        for kind, changes in difference.relationships.items():
            self._relationships(kind, changes.added, new=True)
            self._relationships(kind, changes.changed, new=False)

    def _nodes(self, label: str, table: pl.DataFrame, *, new: bool) -> None:
        if table.height:
            self.store.put_nodes(label, _rows(table, new=new), new=new, progress=self._progress())
            self.done += table.height

    def _relationships(self, kind: str, table: pl.DataFrame, *, new: bool) -> None:
        for (start, end), part in sorted(_by_ends(table).items()):
            self.store.put_relationships((kind, start, end), _rows(part, new=new), new=new, progress=self._progress())
            self.done += part.height

    def _progress(self) -> Callable[[int], None]:
        before = self.done
        return lambda done: self.report("write", before + done, self.total)


def _rows(table: pl.DataFrame, *, new: bool) -> Iterator[dict[str, object]]:
    """Give a table's rows as the store takes them; null properties only where they must erase."""
    for part in table.iter_slices(50_000):
        for row in part.iter_rows(named=True):
            yield _row(row, keep_null=not new)


def _by_ends(table: pl.DataFrame) -> dict[tuple[str, str], pl.DataFrame]:
    """Split relationship rows by the labels of their ends."""
    if not table.height:
        return {}
    parts = table.partition_by("from_label", "to_label", as_dict=True)
    return {(str(start), str(end)): part for (start, end), part in parts.items()}


def _row(row: dict[str, object], *, keep_null: bool) -> dict[str, object]:
    """Give a table row as the load queries take it; null properties only where they must erase."""
    out: dict[str, object] = {"id": row.pop("id")}
    if "from_id" in row:
        out["start"], out["end"] = row.pop("from_id"), row.pop("to_id")
        del row["from_label"], row["to_label"]
    out["props"] = row if keep_null else {name: value for name, value in row.items() if value is not None}
    return out
