"""`GeoLiteLookup`: places of addresses by a database (`.mmdb`) of the user's own; nothing is downloaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.settings import Settings, load_settings
from graphhunt.toolbox.entities import GeoLocation
from graphhunt.toolbox.geo_lookup import GeoIpLookup
from graphhunt.toolbox.sites import Sites

if TYPE_CHECKING:
    from collections.abc import Sequence


class GeoLiteLookup(GeoIpLookup):
    """Looks up places in a database in the MaxMind format; addresses of own networks in a table of sites.

    Args:
        api_key: Ignored: there is no download.
        account_id: Ignored likewise.
        db_folder: The database, or a folder with one; the setting `mmdb` when not given.
        force_update: Ignored: the file is yours to renew.
        auto_update: Ignored likewise.
        debug: Ignored.
        sites: Table of own networks; the setting `sites` when not given.
        settings: Settings; those in force when not given.

    Raises:
        UsageError: There is neither a database nor a table of sites, or one can't be read.
    """

    _terms = (
        "GeoLite2 data are made by MaxMind (https://www.maxmind.com) and come under MaxMind's terms; graphhunt brings "
        "no database, and downloads none."
    )

    def __init__(  # noqa: PLR0913 - msticpy's parameters
        self,
        api_key: str | None = None,
        account_id: str | None = None,
        db_folder: str | Path | None = None,
        force_update: bool = False,
        auto_update: bool = False,
        debug: bool = False,
        *,
        sites: str | Path | None = None,
        settings: Settings | None = None,
    ) -> None:
        known = settings or load_settings()
        file, table = db_folder or known.mmdb, sites or known.sites
        if not file and not table:
            raise UsageError(
                "no database of places is set", hint="name a .mmdb file in the setting mmdb or as db_folder="
            )
        self._reader = _opened(_file_of(Path(file))) if file else None
        self._sites = Sites(Path(table)) if table else None

    def _places(self, addresses: Sequence[str]) -> dict[str, tuple[Any, GeoLocation]]:
        found = {}
        for address in dict.fromkeys(addresses):
            known = self._sites.place(address) if self._sites else None
            if known is not None:
                found[address] = (known.row, known.location)
                continue
            record = self._record(address)
            if isinstance(record, dict):
                found[address] = (record, location_of(record))
        return found

    def _record(self, address: str) -> Any:
        if self._reader is None:
            return None
        try:
            return self._reader.get(address)
        except ValueError:  # not an address, or IPv6 in a database of IPv4
            return None


def location_of(record: dict[str, Any]) -> GeoLocation:
    """Read a record of a database of cities, countries or autonomous systems."""
    country = record.get("country") or record.get("registered_country")
    parts = record.get("subdivisions")
    place = record.get("location") if isinstance(record.get("location"), dict) else {}
    number, owner = record.get("autonomous_system_number"), record.get("autonomous_system_organization")
    return GeoLocation(
        CountryCode=country.get("iso_code") if isinstance(country, dict) else None, CountryName=_name(country),
        State=_name(parts[0]) if isinstance(parts, list) and parts else None, City=_name(record.get("city")),
        Latitude=_degrees(place, "latitude"), Longitude=_degrees(place, "longitude"),
        Asn=f"AS{number} {owner or ''}".strip() if isinstance(number, int) else None,
    )  # fmt: skip


def _degrees(place: Any, name: str) -> float | None:
    value = place.get(name)
    return float(value) if isinstance(value, int | float) else None


def _name(part: Any) -> str | None:
    names = part.get("names") if isinstance(part, dict) else None
    return str(names["en"]) if isinstance(names, dict) and names.get("en") else None


def _file_of(path: Path) -> Path:
    if path.is_dir():
        files = sorted(path.glob("*.mmdb"), key=lambda each: ("City" not in each.name, each.name))
        if not files:
            raise UsageError("the folder has no database (.mmdb)", where=os.fspath(path))
        return files[0]
    if not path.is_file():
        raise UsageError("there is no such database of places", where=os.fspath(path))
    return path


def _opened(file: Path) -> Any:
    try:
        import maxminddb
    except ImportError as error:
        raise UsageError("places need the package maxminddb", hint="pip install graphhunt[geo]") from error
    try:
        return maxminddb.open_database(file, maxminddb.MODE_MEMORY)
    except (maxminddb.InvalidDatabaseError, OSError, ValueError) as error:
        raise UsageError(f"the database can't be read: {error}", where=str(file)) from error
