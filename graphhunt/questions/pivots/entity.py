"""One entity: its properties, and what it is related to, counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.questions.pivots.reading import ANY_TIME, Reader, Ref, Window, check_ref, run
from graphhunt.questions.pivots.views import describe, properties


def entity(store: Reader, ref: Ref) -> dict[str, Any] | None:
    """Give an entity's short form with all of its `properties`; None if the graph does not have it.

    Raises:
        UsageError: if there is no such kind.
    """
    check_ref(ref)
    rows = run(store, "entity", kind=ref.kind, id=ref.id)
    if not rows:
        return None
    node = rows[0]["node"]
    return describe(node) | {"properties": properties(node)}


def entities(store: Reader, refs: Iterable[Ref], *, whole: bool = False) -> list[dict[str, Any]]:
    """Give the short forms of several entities, `whole` with their properties; the graph's lack leaves them out."""
    wanted = [{"kind": ref.kind, "id": ref.id} for ref in map(check_ref, refs)]
    if not wanted:
        return []
    found = [row["node"] for row in run(store, "entities", refs=wanted)]
    return [describe(node) | ({"properties": properties(node)} if whole else {}) for node in found]


def counts(store: Reader, ref: Ref, window: Window = ANY_TIME) -> list[dict[str, Any]]:
    """Count what an entity is related to, per relationship type, direction and kind of neighbour.

    Returns:
        Rows of `relation`, `outgoing`, `neighbour_kind`, `relationships` and `neighbours` (distinct).
    """
    check_ref(ref)
    return run(store, "counts", kind=ref.kind, id=ref.id, since=window.since, until=window.until)
