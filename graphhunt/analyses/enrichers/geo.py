"""`enrich geo`: where public addresses are, by your own database of places (setting `mmdb`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import SEEN, Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.errors import UsageError
from graphhunt.questions.question import Written
from graphhunt.toolbox.geo_lite import GeoLiteLookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract
    from graphhunt.toolbox.entities import GeoLocation

FIELDS = {
    "CountryCode": ("country", "its country's code"), "CountryName": ("country_name", "its country"),
    "City": ("city", "its city"), "Latitude": ("latitude", "degrees north"), "Longitude": ("longitude", "degrees east"),
    "Asn": ("asn", "network that announces it"),
}  # fmt: skip
"""What is written of a place: its own name of each part, and what that means."""


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    file = extract.store.settings.mmdb
    if not file:
        raise UsageError("no database of places is set", hint="name a .mmdb file in the setting mmdb")
    # The table of sites is `enrich sites`: what is written here comes from the database that it names as its source.
    lookup = GeoLiteLookup(db_folder=file, settings=replace(extract.store.settings, sites=""))
    _, found = lookup.lookup_ip(ip_addr_list=extract.addresses["id"].to_list() or ["0.0.0.0"])  # noqa: S104 - no place
    frame = table_of("geo", {entity.Address: entity.Location for entity in found})
    return {"IP": stamped(frame, "geo", Path(file).name)}


def table_of(prefix: str, places: Mapping[str, GeoLocation]) -> pl.DataFrame:
    """Give the places of addresses, by the ids of their nodes, as properties to write."""
    rows = [
        {"id": node} | {f"{prefix}_{own}": getattr(place, name) for name, (own, _) in FIELDS.items()}
        for node, place in places.items()
    ]
    types: dict[str, Any] = {"id": pl.String} | {f"{prefix}_{own}": pl.String for own, _ in FIELDS.values()}
    return pl.DataFrame(rows, schema=types | dict.fromkeys((f"{prefix}_latitude", f"{prefix}_longitude"), pl.Float64))


ANALYSIS = Analysis(
    name="geo",
    prefix="geo",
    summary="Says where addresses are, by your own database of places.",
    compute=_compute,
    properties=(*(Written("IP", f"geo_{own}", meaning) for own, meaning in FIELDS.values()), *origin("geo", "IP")),
    kind="enricher",
    bounds=SEEN,
)
"""The enricher."""
