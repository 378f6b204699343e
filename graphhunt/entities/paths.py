"""Attack paths from and to entities, found by the hunt's search over remote logons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphhunt.entities import values
from graphhunt.entities.base import Entity
from graphhunt.entities.collection import Collection
from graphhunt.entities.question import Computation
from graphhunt.entities.rows import AttackPath
from graphhunt.times import micros

if TYPE_CHECKING:
    from graphhunt.entities.period import TimePeriod

_ENDS = ("Machine", "IP")
"""Kinds of entities between which paths run."""


def found_paths(
    entity: Any, sides: tuple[str, str], other: Any, period: TimePeriod | None, options: dict[str, Any]
) -> Collection[AttackPath]:
    """Give the collection of paths of an entity.

    Args:
        entity: Where they begin or end, or the account they use.
        sides: The search's options for the entity and for the other end.
        other: Names or entities of the other end; None for anywhere.
        period: Only logons in this time.
        options: Further options of the search.
    """
    mine, its = sides
    since, until = (period or entity.period).window

    def params() -> dict[str, Any]:
        key = "user" if entity.label == "User" else mine
        return {key: _starts(entity), its: _names(other), "since": since, "until": until, **options}

    def rows(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        return _search(values.ability(entity.hunt, "paths"), asked)

    return Collection(AttackPath, Computation("paths", params, entity.hunt, rows))


def _starts(entity: Any) -> list[str]:
    if entity.label == "User" or entity.label in _ENDS:
        return list(entity.ids)
    return list(entity.get_machines().ids)


def _names(other: Any) -> list[str] | None:
    if other is None:
        return None
    found = [name for item in values.listed(other) for name in (item.ids if isinstance(item, Entity) else [str(item)])]
    return list(dict.fromkeys(found))


def _search(paths: Any, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Search between every two ends and yield the rows, in the hunt's order; those it didn't score come last."""
    several = {key: value for key, value in asked.items() if isinstance(value, list)}
    single = {key: value for key, value in asked.items() if not isinstance(value, list) and value is not None}
    combined: list[dict[str, str]] = [{}]
    for key, names in several.items():
        combined = [one | {key: name} for one in combined for name in names]
    found = [path for ends in combined for path in paths(**single, **ends)["paths"]]
    return (_row(path) for path in sorted(found, key=lambda path: -(path["score"] or 0.0)))


def _row(path: dict[str, Any]) -> dict[str, Any]:
    hops = path["hops"]
    return {
        "date_time": micros(hops[0]["start"]),
        "end": micros(hops[-1]["start"]),
        "source": hops[0]["from"],
        "target": hops[-1]["to"],
        "hops": len(hops),
        "machines": [hops[0]["from"] or "", *(hop["to"] for hop in hops)],
        "users": list(dict.fromkeys(hop["user"] for hop in hops)),
        "techniques": list(dict.fromkeys(hop["technique"] for hop in hops if hop["technique"])),
        "score": path["score"],
        "event_ids": [event for hop in hops for event in hop["evidence"]],
    }
