"""Where addresses are, by a database (`.mmdb`) of the user's own; nothing is looked up anywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from graphhunt.errors import UsageError


class Place(NamedTuple):
    """Where an address is: degrees north and east, and the names of city and country as the database has them."""

    latitude: float
    longitude: float
    name: str


def places(file: str, addresses: Iterable[str]) -> dict[str, Place]:
    """Look addresses up in a database in the MaxMind format (GeoLite2 City and the like).

    Args:
        file: The database.
        addresses: Addresses; those the database has no coordinates for are left out.

    Raises:
        UsageError: The database can't be read, or the package that reads it isn't installed.
    """
    try:
        import maxminddb
    except ImportError as error:
        raise UsageError("maps need the package maxminddb", hint="pip install graphhunt[geo]") from error
    if not Path(file).is_file():
        raise UsageError("the setting mmdb names no file", where=file)
    try:
        with maxminddb.open_database(file) as reader:
            found = {address: _place(reader.get(address)) for address in addresses}
    except (maxminddb.InvalidDatabaseError, OSError, ValueError) as error:
        raise UsageError(f"the database can't be read: {error}", where=file) from error
    return {address: place for address, place in found.items() if place}


def _place(record: Any) -> Place | None:
    where = record.get("location") if isinstance(record, dict) else None
    if not isinstance(where, dict) or "latitude" not in where or "longitude" not in where:
        return None
    names = [_name(record.get(kind)) for kind in ("city", "country")]
    return Place(float(where["latitude"]), float(where["longitude"]), ", ".join(filter(None, names)))


def _name(part: Any) -> str:
    names = part.get("names") if isinstance(part, dict) else None
    return str(names.get("en", "")) if isinstance(names, dict) else ""
