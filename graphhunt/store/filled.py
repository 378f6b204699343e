"""Whether the database still holds what was written to it, asked before it answers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from graphhunt import queries
from graphhunt.errors import DamageError, StoreError
from graphhunt.graph.state import fingerprint_of, read_state

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.store.store import Store


def require_own(found: object, workspace: Workspace) -> None:
    """Look whether the workspace that the database names is this one.

    Args:
        found: Id of the workspace that filled the database.
        workspace: This workspace.

    Raises:
        StoreError: Another workspace fills this database.
    """
    if found != workspace.id:
        raise StoreError(
            "this database is filled by another workspace",
            where=str(workspace.path),
            hint="use that workspace, or an empty database",
        )


def require_filled(workspace: Workspace, store: Store, client_id: str, db: str | None) -> None:
    """Look whether the database holds anything of the graph that was written to it.

    Args:
        workspace: Whose graph was written.
        store: The database.
        client_id: Tenant of the case.
        db: Address of the server; None for the embedded engine.

    Raises:
        DamageError: It has been emptied, or lost its files.
        StoreError: It holds the graph of another workspace.
    """
    with contextlib.suppress(DamageError):  # whoever reads the tables makes them again; the database answers without
        if fingerprint_of(read_state(workspace.path / "graph")) is None:
            return
    rows = store.read(queries.library()["admin/sync_state"], client_id=client_id)
    if not rows or rows[0]["workspace"] is None:
        hint = "load any of the files again: the graph is written anew from the evidence"
        where = db or str(workspace.path / "engine")
        raise DamageError("the graph database holds nothing of this workspace", where=where, hint=hint)
    require_own(rows[0]["workspace"], workspace)
