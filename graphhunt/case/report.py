"""A case written up: what the analysts wrote, with the entities, relationships and records it is about."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from graphhunt.case.casebook.book import MAX_ITEMS
from graphhunt.errors import DamageError
from graphhunt.questions import pivots
from graphhunt.questions.pivots import Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphhunt.case.casebook import Casebook

MAX_RECORDS = 300
"""Most original records in a report."""

MAX_RELATIONSHIPS = 500
"""Most relationships in the report's timeline."""

MAX_ENTITIES = 500
"""Most entities whose timeline is written."""

Item = dict[str, Any]


class Source(Protocol):
    """What a report is made from: the graph and the evidence."""

    @property
    def store(self) -> Any:
        """The graph."""
        ...

    def evidence(self, event_id: str) -> dict[str, Any] | None:
        """Give an original record."""
        ...


def case_report(hunt: Source, book: Casebook, case_id: str, *, version: str = "") -> dict[str, Any]:
    """Gather everything a case says and refers to.

    Returns:
        `case`, `entities` (short forms with their `properties`, `verdict`, `alias` and `tags`), `items`
        (everything written, oldest first), `timeline` (relationships among the entities), `records` (pinned evidence
        as it was loaded), `missing_records`, `limits` (what was left out, as sentences), `written` (time, µs) and
        `version`.

    Raises:
        MissingError: There is no such case.
    """
    case, items = book.case(case_id), book.items(case_id, limit=MAX_ITEMS)
    refs = list(dict.fromkeys(Ref(i["kind"], i["entity_id"]) for i in items if i["kind"]))
    events = pivots.events_among(hunt.store, refs[:MAX_ENTITIES], limit=MAX_RELATIONSHIPS)
    wanted = list(dict.fromkeys(e for i in items if i["type"] == "pin" for e in i["body"]["event_ids"]))
    records, missing, damaged = _records(hunt, wanted[:MAX_RECORDS])
    return {
        "case": case,
        "entities": _entities(hunt, refs, items),
        "items": [_short(item) for item in items],
        "timeline": events["items"],
        "records": records,
        "missing_records": missing,
        "limits": [*_limits(len(refs), len(wanted), cut=events["truncated"]), *damaged],
        "written": time.time_ns() // 1000,
        "version": version,
    }


def _limits(refs: int, records: int, *, cut: bool) -> Iterable[str]:
    if records > MAX_RECORDS:
        yield f"{MAX_RECORDS} of {records} pinned records are shown."
    if cut:
        yield f"The timeline shows the first {MAX_RELATIONSHIPS} relationships."
    if refs > MAX_ENTITIES:
        yield f"The timeline covers {MAX_ENTITIES} of {refs} entities."


def _records(hunt: Source, wanted: list[str]) -> tuple[list[Item], list[str], list[str]]:
    """Give the records that are what was loaded, the ids that there are none of, and sentences on damage."""
    records, missing, damaged = [], [], []
    for event_id in wanted:
        try:
            found = hunt.evidence(event_id)
        except DamageError as error:
            damaged.append(f"A pinned record is left out: {error.message}.")
            continue
        if found is None:
            missing.append(event_id)
            continue
        records.append(found)
        if found.get("damage"):
            damaged.append(f"Record {event_id}: {found['damage']}.")
    return records, missing, damaged


def _entities(hunt: Source, refs: list[Ref], items: list[Item]) -> list[Item]:
    """Give the entities in the order they came into the case; one the graph has lost keeps its address."""
    known = {Ref(node["kind"], node["id"]): node for node in pivots.entities(hunt.store, refs, whole=True)}
    lost = {"detail": "no longer in the graph", "properties": {}}
    return [
        known.get(ref, {"kind": ref.kind, "id": ref.id, "label": ref.id, **lost})
        | {"verdict": _said(items, ref, "verdict"), "alias": _said(items, ref, "alias"), "tags": _tags(items, ref)}
        for ref in refs
    ]


def _about(item: Mapping[str, Any], ref: Ref) -> bool:
    return (item["kind"], item["entity_id"], item["relation"]) == (*ref, None)


def _said(items: list[Item], ref: Ref, kind: str) -> str | None:
    return next((str(i["body"][kind]) for i in items if i["type"] == kind and _about(i, ref)), None)


def _tags(items: list[Item], ref: Ref) -> list[str]:
    return [str(i["body"]["tag"]) for i in items if i["type"] == "tag" and _about(i, ref)]


def _short(item: Item) -> Item:
    """Give an item without the state of a saved view, which only the page can read."""
    if item["type"] != "view":
        return item
    return item | {"body": {"name": item["body"]["name"]}}
