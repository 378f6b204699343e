"""Where the user's own networks are: a table (CSV) of `network`, `site` and, where known, where it is."""

from __future__ import annotations

import csv
import ipaddress
from typing import TYPE_CHECKING, NamedTuple

from graphhunt.errors import UsageError
from graphhunt.toolbox.entities import GeoLocation

if TYPE_CHECKING:
    from pathlib import Path

_MOST_ROWS = 100_000


class Site(NamedTuple):
    """One network: its row of the table, its name, and its place."""

    row: dict[str, str]
    name: str
    location: GeoLocation


class Sites:
    """The table; of networks within each other the narrowest counts.

    Args:
        file: The table, with a header; columns `network`, `site`, `city`, `state`, `country` (its code),
            `country_name`, `latitude`, `longitude`; the first two are needed.

    Raises:
        UsageError: It can't be read, or a row isn't right; the message names the line.
    """

    def __init__(self, file: Path) -> None:
        self._by_prefix: dict[tuple[int, int], dict[int, Site]] = {}
        for line, row in _rows(file):
            try:
                network = ipaddress.ip_network(row["network"].strip(), strict=False)
                site = Site(row, row["site"].strip(), _location(row))
            except ValueError as error:
                raise UsageError(f"the table of sites is wrong: {error}", where=f"{file}:{line}") from error
            self._by_prefix.setdefault((network.version, network.prefixlen), {})[int(network.network_address)] = site
        self._widths = sorted(self._by_prefix, reverse=True)

    def place(self, address: str) -> Site | None:
        """Give the site of an address; None if it is in none of the networks, or is no address."""
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return None
        for version, length in self._widths:
            shift = known.max_prefixlen - length
            site = (
                self._by_prefix[version, length].get(int(known) >> shift << shift) if version == known.version else None
            )
            if site is not None:
                return site
        return None


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            if not {"network", "site"}.issubset(reader.fieldnames or ()):
                raise UsageError("the table of sites needs the columns network and site", where=str(file))
            found = [(reader.line_num, {str(k): v or "" for k, v in row.items()}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"the table of sites can't be read: {error}", where=str(file)) from error
    if len(found) > _MOST_ROWS:
        raise UsageError(f"the table of sites has more than {_MOST_ROWS:,} rows", where=str(file))
    return found


def _location(row: dict[str, str]) -> GeoLocation:
    text = {name: value.strip() or None for name, value in row.items()}
    north, east = text.get("latitude"), text.get("longitude")
    return GeoLocation(
        CountryCode=text.get("country"), CountryName=text.get("country_name"), State=text.get("state"),
        City=text.get("city") or text.get("site"), Latitude=float(north) if north else None,
        Longitude=float(east) if east else None,
    )  # fmt: skip
