"""Verifies a workspace: evidence, graph tables and what people wrote, against the hashes of when they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from graphhunt.evidence.verify import BY_ITSELF, Damage, place
from graphhunt.graph.snapshot import Snapshot
from graphhunt.smalldb import faults
from graphhunt.store.digest import graph_digest, tables_digest

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.store.store import Store

_DATABASE = "load again; if it still differs, remove the folder engine and load once more: the graph is written anew"
_WRITTEN = "put it back from a copy: what people wrote is nowhere else"


def verify(workspace: Workspace, store: Callable[[], Store], engine: str) -> dict[str, Any]:
    """Compare everything in a workspace with the hashes it was written with; nothing is changed.

    Args:
        workspace: The evidence, and what is kept beside it.
        store: Opens the database.
        engine: Its name or address.
    """
    snapshot = Snapshot(workspace.path / "graph")
    damaged = [*workspace.verify(), *_tables(workspace, snapshot), *_written(workspace)]
    if not snapshot.damaged() and snapshot.fingerprint and graph_digest(store()) != tables_digest(snapshot):
        damaged.append(Damage(engine, "the database doesn't hold the graph of the evidence", _DATABASE))
    segments = workspace.live()
    return {
        "damaged": [{**one._asdict(), "event_ids": list(one.event_ids)} for one in damaged],
        "records": sum(segment.rows for segment in segments),
        "files": sum(len(segment.files) for segment in segments),
        "ok": not damaged,
    }


def _tables(workspace: Workspace, snapshot: Snapshot) -> Iterator[Damage]:
    for path, problem in snapshot.damaged():
        yield Damage(place(workspace, path), problem, BY_ITSELF)


def _written(workspace: Workspace) -> Iterator[Damage]:
    """Look at the small databases; SQLite finds damage of their structure, not of a text in them."""
    for path in sorted(workspace.path.glob("*.db")):
        for fault in faults(path)[:1]:
            yield Damage(place(workspace, path), fault, _WRITTEN)
