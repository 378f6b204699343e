"""The entities next to one, over one relationship type, a page at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

from graphhunt.errors import UsageError
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
from graphhunt.questions.pivots.views import describe

ORDERS = ("recent", "often", "first", "risk")
"""Orders of neighbours: last seen, most relationships, earliest, or ranked highest by the analytics, first."""


class Relation(NamedTuple):
    """One way from an entity: relationship type, direction, and the kind at the other end."""

    type: str
    outgoing: bool
    neighbour_kind: str


def neighbours(
    store: Reader,
    ref: Ref,
    relation: Relation,
    *,
    window: Window = ANY_TIME,
    order: str = "recent",
    page: Page = FIRST_PAGE,
) -> dict[str, Any]:
    """Give the neighbours of an entity over one relation, each with its relationships added up.

    Returns:
        `items` (`node`, `relationships`, `events`, `first`, `last`) and `next_cursor` (None on the last page).

    Raises:
        UsageError: if the kind, the order or the cursor is not known.
    """
    check_ref(ref)
    if order not in ORDERS:
        raise UsageError(f"Neighbours can't be put in the order {order!r}.", hint="one of " + ", ".join(ORDERS))
    after, size = decode_cursor(page.cursor), page_size(page)
    rows = run(
        store, "neighbours", kind=ref.kind, id=ref.id, relation=relation.type, outgoing=relation.outgoing,
        neighbour_kind=relation.neighbour_kind, since=window.since, until=window.until, order=order,
        after_rank=after[0] if after else None, after_id=after[1] if after else "", limit=size + 1,
    )  # fmt: skip
    for row in rows:
        row["id"] = row["node"]["id"]
    rows, cursor = cut(rows, size, "rank", "id")
    return {"items": [_item(row) for row in rows], "next_cursor": cursor}


def _item(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("relationships", "events", "first", "last")}
    return {"node": describe(row["node"]), **kept}
