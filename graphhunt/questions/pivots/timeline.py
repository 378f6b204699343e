"""An entity over time: its relationships in order, and when in the week it is active."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from graphhunt.questions.pivots.reading import (
    ANY_TIME,
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

LONG_PAGE = Page(200)
"""The first page of a timeline."""

_EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday; Monday is 0."""


def timeline(
    store: Reader,
    ref: Ref,
    *,
    relations: Sequence[str] = (),
    window: Window = ANY_TIME,
    page: Page = LONG_PAGE,
) -> dict[str, Any]:
    """Give an entity's relationships in time order, each with the entity at the other end.

    Args:
        store: The graph.
        ref: The entity.
        relations: Relationship types to keep; all when empty.
        window: Only what overlaps it.
        page: Which part of the list.

    Returns:
        `items` (`relation`, `outgoing`, `relationship_id`, `start`, `end`, `events`, `logon_type`, `other`)
        and `next_cursor`.
    """
    check_ref(ref)
    after, size = decode_cursor(page.cursor), page_size(page)
    rows = run(
        store, "timeline", kind=ref.kind, id=ref.id, relations=list(relations), since=window.since,
        until=window.until, after_start=after[0] if after else None, after_id=after[1] if after else "",
        limit=size + 1,
    )  # fmt: skip
    rows, cursor = cut(rows, size, "start", "relationship_id")
    return {"items": [row | {"other": describe(row["other"])} for row in rows], "next_cursor": cursor}


def heatmap(store: Reader, ref: Ref, window: Window = ANY_TIME) -> list[list[int]]:
    """Count an entity's relationships by weekday (7 rows, Monday first) and hour (24 columns), UTC."""
    check_ref(ref)
    cells = [[0] * 24 for _ in range(7)]
    for row in run(store, "heatmap", kind=ref.kind, id=ref.id, since=window.since, until=window.until):
        if row["hour"] is not None:
            day, hour = divmod(int(row["hour"]) % 168, 24)
            cells[(day + _EPOCH_WEEKDAY) % 7][hour] += int(row["relationships"])
    return cells


def events_among(store: Reader, refs: Iterable[Ref], window: Window = ANY_TIME, limit: int = 1000) -> dict[str, Any]:
    """Give the single relationships among several entities, in time order.

    Returns:
        `items` (`start_ref`, `relation`, `end_ref`, `relationship_id`, `start`, `end`, `events`,
        `logon_type`) and `truncated` (True when there are more than `limit`).
    """
    wanted = list(dict.fromkeys(map(check_ref, refs)))
    if not wanted:
        return {"items": [], "truncated": False}
    rows = run(
        store, "events_among", refs=[ref._asdict() for ref in wanted], ids=[ref.id for ref in wanted],
        since=window.since, until=window.until, limit=limit + 1,
    )  # fmt: skip
    known = set(wanted)
    items = [item for item in map(_between, rows[:limit]) if item.pop("_end") in known]
    return {"items": items, "truncated": len(rows) > limit}


def _between(row: dict[str, Any]) -> dict[str, Any]:
    names = ("relation", "relationship_id", "start", "end", "events", "logon_type")
    end = Ref(row["end_kind"], row["end_id"])
    start = Ref(row["start_kind"], row["start_id"])
    return {name: row[name] for name in names} | {
        "start_ref": start._asdict(), "end_ref": end._asdict(), "_end": end,
    }  # fmt: skip
