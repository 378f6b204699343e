"""Lanes: a column for what is outside, and one for each machine in the order in which they were first involved."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphhunt.incidents.board.scene import Scene
    from graphhunt.incidents.incident import Incident
    from graphhunt.incidents.tables import Tables

OUTSIDE = "outside"
"""The lane of everything outside."""

MOST = 5
"""Machines with a column of their own; the rest share one until it is unfolded."""


def lanes_of(incident: Incident, scenes: list[Scene], tables: Tables) -> list[dict[str, Any]]:
    """Give the lanes: outside where anything came from or went there, then machines and unknown addresses.

    Args:
        incident: The incident.
        scenes: Its scenes.
        tables: The graph's tables.
    """
    outside, known = set(incident.outside), set(incident.machines)
    first: dict[str, int] = {}
    for scene in scenes:
        for place in (scene.source, scene.machine):
            if place is not None and place not in outside:
                first.setdefault(place, scene.time)
    had = _addresses(tables, first)
    names, rows = tables.names, []
    if outside:
        rows.append(_lane(OUTSIDE, "outside", None, None, sorted(outside)))
    for number, (place, time) in enumerate(first.items()):
        kind = "machine" if place in known else "unknown"
        lane = _lane(place, kind, names.get(place, place), time, had.get(place, []))
        rows.append(lane | {"rest": number >= MOST})
    return rows


def _lane(id_: str, kind: str, name: str | None, first: int | None, addresses: list[str]) -> dict[str, Any]:
    return {"id": id_, "kind": kind, "name": name, "first": iso(first), "addresses": addresses, "rest": False}


def _addresses(tables: Tables, places: Iterable[str]) -> dict[str, list[str]]:
    """Give the addresses that machines had, those of version 4 first, the longest held before others."""
    wanted = set(places)
    found: dict[str, list[tuple[bool, int, str]]] = defaultdict(list)
    for owner, address, count in tables.edges("HAD_IP").select("from_id", "to_id", "count").iter_rows():
        if owner in wanted:
            found[owner].append((":" in address, -(count or 0), address))
    return {owner: [address for _, _, address in sorted(had)] for owner, had in found.items()}
