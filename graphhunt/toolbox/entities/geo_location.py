"""A place on earth, in degrees."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class GeoLocation(Entity, names="geolocation location"):
    """A place on earth, in degrees."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Longitude", "Latitude")

    CountryCode: str | None
    CountryName: str | None
    State: str | None
    City: str | None
    Asn: str | None
    AsName: str | None
    Longitude: float | None
    Latitude: float | None

    @property
    def name_str(self) -> str:
        """The place's name, from the largest part to the smallest."""
        parts = (self.CountryName or self.CountryCode, self.State, self.City)
        return "; ".join(part for part in parts if part) or "GeoLocation"
