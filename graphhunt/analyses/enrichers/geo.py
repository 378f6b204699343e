"""`enrich geo`: where public addresses are, by your own database of places (setting `mmdb`)."""

from __future__ import annotations

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

_FIELDS = {
    "CountryCode": ("country", "its country's code"), "CountryName": ("country_name", "its country"),
    "City": ("city", "its city"), "Latitude": ("latitude", "degrees north"), "Longitude": ("longitude", "degrees east"),
    "Asn": ("asn", "network that announces it"),
}  # fmt: skip


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    file = extract.store.settings.mmdb
    if not file:
        raise UsageError("no database of places is set", hint="name a .mmdb file in the setting mmdb")
    lookup = GeoLiteLookup(db_folder=file, settings=extract.store.settings)
    _, found = lookup.lookup_ip(ip_addr_list=extract.addresses["id"].to_list() or ["0.0.0.0"])  # noqa: S104 - no place
    rows = [
        {"id": e.Address} | {f"geo_{own}": getattr(e.Location, f) for f, (own, _) in _FIELDS.items()} for e in found
    ]
    types: dict[str, Any] = {"id": pl.String} | {f"geo_{own}": pl.String for own, _ in _FIELDS.values()}
    frame = pl.DataFrame(rows, schema=types | {"geo_latitude": pl.Float64, "geo_longitude": pl.Float64})
    return {"IP": stamped(frame, "geo", Path(file).name)}


ANALYSIS = Analysis(
    name="geo",
    prefix="geo",
    summary="Says where addresses are, by your own database of places.",
    compute=_compute,
    properties=(*(Written("IP", f"geo_{own}", meaning) for own, meaning in _FIELDS.values()), *origin("geo", "IP")),
    kind="enricher",
    bounds=SEEN,
)
"""The enricher."""
