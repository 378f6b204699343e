"""Where addresses are, by the user's own database; the outline of the land comes with graphhunt."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from graphhunt.api.deps import HuntDep, WindowDep
from graphhunt.api.map_models import MapAnswer, OutlineAnswer
from graphhunt.entities.geo import Place, places
from graphhunt.entities.land import LAND
from graphhunt.errors import UsageError
from graphhunt.questions.pivots.addresses import Addresses, addresses
from graphhunt.questions.pivots.reading import ANY_TIME

router = APIRouter(tags=["map"])

_NO_DATABASE = (
    "No database of places is set. Name a GeoLite2 City or like file (.mmdb) in the setting mmdb"
    " (GRAPHHUNT_MMDB) and start the server again; it is read here and nothing is asked of anybody."
)


@router.get("/map", operation_id="getMap")
def get_map(hunt: HuntDep, window: WindowDep, limit: Annotated[int, Query(ge=1, le=2000)] = 500) -> MapAnswer:
    """Give the public addresses of a window with their places, those with most acts first."""
    found = addresses(hunt.snapshot, window)
    where, reason = _places(hunt.settings.mmdb, [row["id"] for row in found.items])
    if found.private and not found.total:
        inside = " inside the time window" if window != ANY_TIME else ""
        reason = _nowhere(found, inside)
    placed = [row | _spot(where[row["id"]]) for row in found.items if row["id"] in where]
    rest = [row for row in found.items if row["id"] not in where]
    return MapAnswer.model_validate({
        "places": placed[:limit], "placed": len(placed), "unplaced": rest[:limit], "total": found.total,
        "private": found.private, "reserved": found.reserved, "reason": reason,
        "truncated": max(len(placed), len(rest)) > limit or found.total > len(found.items),
    })  # fmt: skip


@router.get("/map/outline", operation_id="getOutline")
def get_outline(response: Response) -> OutlineAnswer:
    """Give the outline of the land (Natural Earth 1:110m, public domain)."""
    response.headers["Cache-Control"] = "private, max-age=86400"
    return OutlineAnswer(path=LAND)


def _nowhere(found: Addresses, inside: str) -> str:
    """Say why none of the addresses has a place on Earth, and what would have one."""
    inner, made_up = found.private - found.reserved, found.reserved
    kinds = [
        *([f"{inner:,} of inner networks"] if inner else []),
        *([f"{made_up:,} kept for examples and tests, which made-up logs such as the demo's use"] if made_up else []),
    ]
    return (
        f"No address{inside} can be on a map: there are only {' and '.join(kinds)}. Load logs with public addresses,"
        " and name a database of places (a GeoLite2 City or like file, .mmdb) in the setting mmdb (GRAPHHUNT_MMDB)."
    )


def _places(file: str, ids: list[str]) -> tuple[dict[str, Place], str | None]:
    if not file:
        return {}, _NO_DATABASE
    try:
        return places(file, ids), None
    except UsageError as error:
        return {}, f"The database of places can't be used: {error}"


def _spot(place: Place) -> dict[str, Any]:
    return {"name": place.name, "latitude": place.latitude, "longitude": place.longitude}
