"""Edges of a drawn graph: relationships added up per pair and type, and the single ones behind each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from graphhunt.questions.pivots.reading import (
    ANY_TIME,
    FIRST_PAGE,
    Page,
    Reader,
    Ref,
    Window,
    check_ref,
    cut,
    decode_cursor,
    page_size,
    run,
)
from graphhunt.questions.pivots.views import describe, properties


class Edge(NamedTuple):
    """All relationships of one type from one entity to another."""

    start: Ref
    relation: str
    end: Ref


def edges_among(
    store: Reader, new: Iterable[Ref], shown: Iterable[Ref], window: Window = ANY_TIME
) -> list[dict[str, Any]]:
    """Give the relationships between `new` entities and any of `shown` or `new`, added up per pair and type.

    Returns:
        Rows of `start` and `end` (kind and id), `relation`, `relationships`, `events`, `first`, `last` and
        `logon_types`, in a stable order.
    """
    refs = list(dict.fromkeys(map(check_ref, new)))
    known = set(refs) | set(map(check_ref, shown))
    if not refs:
        return []
    rows = run(
        store, "edges_among", refs=[ref._asdict() for ref in refs], ids=sorted({ref.id for ref in known}),
        since=window.since, until=window.until,
    )  # fmt: skip
    edges = {edge: row for row in rows if (edge := _edge(row)).start in known and edge.end in known}
    return [_shape(edge, row) for edge, row in sorted(edges.items(), key=lambda item: item[0])]


def _edge(row: dict[str, Any]) -> Edge:
    here, there = Ref(row["kind"], row["id"]), Ref(row["other_kind"], row["other_id"])
    return Edge(here, row["relation"], there) if row["outgoing"] else Edge(there, row["relation"], here)


def _shape(edge: Edge, row: dict[str, Any]) -> dict[str, Any]:
    names = ("relationships", "events", "first", "last")
    return {
        "start": edge.start._asdict(),
        "relation": edge.relation,
        "end": edge.end._asdict(),
        **{name: row[name] for name in names},
        "logon_types": sorted(t for t in row["logon_types"] or [] if t is not None),
    }


def relationships(store: Reader, edge: Edge, window: Window = ANY_TIME, page: Page = FIRST_PAGE) -> dict[str, Any]:
    """Give the single relationships behind an edge, earliest first.

    Returns:
        `items` (properties of each, with `type`) and `next_cursor`.
    """
    check_ref(edge.start)
    check_ref(edge.end)
    after, size = decode_cursor(page.cursor), page_size(page)
    rows = run(
        store, "relationships", kind=edge.start.kind, id=edge.start.id, relation=edge.relation,
        end_kind=edge.end.kind, end_id=edge.end.id, since=window.since, until=window.until,
        after_start=after[0] if after else None, after_id=after[1] if after else "", limit=size + 1,
    )  # fmt: skip
    rows, cursor = cut(rows, size, "start", "relationship_id")
    items = [{"type": edge.relation, **properties(row["relationship"])} for row in rows]
    return {"items": items, "next_cursor": cursor}


def relationship(store: Reader, start: Ref, relation: str, relationship_id: str) -> dict[str, Any] | None:
    """Give one relationship by start entity, type and id, with its `end_node`; None if there is none."""
    check_ref(start)
    rows = run(store, "relationship", kind=start.kind, id=start.id, relation=relation, relationship_id=relationship_id)
    if not rows:
        return None
    found = properties(rows[0]["relationship"])
    return {"type": relation, **found, "end_node": describe(rows[0]["end_node"])}
