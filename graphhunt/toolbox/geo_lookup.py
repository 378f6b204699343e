"""What looking up places of addresses shares: the answer's classes, the calls, distances; under msticpy's names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import as_str, require_columns, texts, whole
from graphhunt.toolbox.entities import GeoLocation, IpAddress

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_EARTH_KM = 6371.0088
"""Mean radius of the Earth."""


PLACE_COLUMNS = ("CountryCode", "CountryName", "State", "City", "Longitude", "Latitude", "Asn", "IpAddress")
"""Columns that `df_lookup_ip` adds."""


class GeoIpLookup:
    """Looks up places of addresses; each way of doing so gives `_places`."""

    def lookup_ip(
        self,
        ip_address: str | None = None,
        ip_addr_list: Iterable[str] | None = None,
        ip_entity: Any = None,
    ) -> tuple[list[Any], list[Any]]:
        """Look up one address, several, or an entity's.

        Args:
            ip_address: The address.
            ip_addr_list: Several, instead.
            ip_entity: An entity with `Address`, instead; its `Location` is set.

        Returns:
            What was found, as it came, and an entity with `Address` and `Location` for each address that has a place.

        Raises:
            UsageError: There is nothing to look up.
        """
        given: list[Any] = [ip_address] if as_str(ip_address) else list(ip_addr_list or ())
        wanted = [as_str(each) for each in given or [getattr(ip_entity, "Address", None)]]
        if not any(wanted):
            raise UsageError("give an address as ip_address=, ip_addr_list= or ip_entity=")
        found = self._places(wanted)
        raw = [found[address][0] for address in wanted if address in found]
        entities = []
        for address in wanted:
            if address in found:
                entity = IpAddress(Address=address) if ip_entity is None else ip_entity
                entity.Location = found[address][1]
                entities.append(entity)
        return raw, entities

    def df_lookup_ip(self, data: pd.DataFrame, column: str) -> pd.DataFrame:
        """Give a frame with the places of a column's addresses as further columns; its rows and index stay.

        Raises:
            UsageError: The column isn't there, or the frame has a column that would be added.
        """
        require_columns(data, [column])
        taken = [name for name in PLACE_COLUMNS if name in data.columns and name != column]
        if taken:
            raise UsageError(f"the frame has a column {taken[0]!r} already", hint="rename it first")
        addresses = [whole(text) for text in texts(data[column])]
        places = self._table(list(dict.fromkeys(filter(None, addresses))))
        added = places.reindex(addresses).set_axis(data.index)
        return pd.concat([data, added.drop(columns=[column] if column in added.columns else [])], axis=1)

    def lookup_ips(self, data: pd.DataFrame, column: str) -> pd.DataFrame:
        """Give the places of a column's different addresses, one row each, in the order of their first row."""
        require_columns(data, [column])
        addresses = list(dict.fromkeys(filter(None, map(whole, texts(data[column])))))
        return self._table(addresses).reset_index(drop=True)

    def print_license(self) -> None:
        """Print on what terms the places may be used."""
        print(self._terms)  # noqa: T201 - what the call is for

    _terms = "The terms are those of the source of places."

    def _table(self, addresses: Sequence[str]) -> pd.DataFrame:
        """Give the places of addresses by address; those without one have empty cells."""
        found = self._places(addresses)
        rows = [_place(found[a][1]) | {"IpAddress": a} if a in found else {"IpAddress": a} for a in addresses]
        return pd.DataFrame(rows, columns=list(PLACE_COLUMNS), index=list(addresses))

    def _places(self, addresses: Sequence[str]) -> dict[str, tuple[Any, GeoLocation]]:
        """Give what is known of addresses: as it came, and as a place."""
        raise NotImplementedError


def geo_distance(origin: tuple[float, float], destination: tuple[float, float]) -> float:
    """Give the distance of two places (degrees north and east) along the ground, in kilometres."""
    (north, east), (north2, east2) = (tuple(map(math.radians, place)) for place in (origin, destination))
    half = math.sin((north2 - north) / 2) ** 2
    half += math.cos(north) * math.cos(north2) * math.sin((east2 - east) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def entity_distance(ip_src: Any, ip_dest: Any) -> float:
    """Give the distance of two entities with `Location`, in kilometres.

    Raises:
        UsageError: One has no place.
    """
    places = [getattr(entity, "Location", None) for entity in (ip_src, ip_dest)]
    points = [(place.Latitude, place.Longitude) for place in places if place is not None]
    known = [(north, east) for north, east in points if north is not None and east is not None]
    if len(known) < 2:
        raise UsageError("an entity has no place", hint="look it up first")
    return geo_distance(known[0], known[1])


def _place(location: GeoLocation) -> dict[str, Any]:
    """Give a place as a row of the columns that frames get."""
    return {name: getattr(location, name) for name in PLACE_COLUMNS if name != "IpAddress"}
