"""Shapes of the map."""

from __future__ import annotations

from graphhunt.api.models import Shape
from graphhunt.api.time_shapes import Time


class AddressShape(Shape):
    """A public address: `acts` counts connections, flows and remote logons of the window."""

    id: str
    acts: int
    relations: list[str]
    first: Time | None
    last: Time | None


class PlaceShape(AddressShape):
    """An address that the database knows a place of; degrees north and east."""

    name: str
    latitude: float
    longitude: float


class MapAnswer(Shape):
    """Where the addresses of a window are; what has no place is counted and listed, never dropped.

    `reason` says why there are no places at all; `total` counts the public addresses, `private` the others, of which
    `reserved` are kept for examples and tests.
    """

    places: list[PlaceShape]
    placed: int
    unplaced: list[AddressShape]
    total: int
    private: int
    reserved: int
    truncated: bool
    reason: str | None


class OutlineAnswer(Shape):
    """The outline of the land as SVG path data: degrees, x east and y south."""

    path: str
