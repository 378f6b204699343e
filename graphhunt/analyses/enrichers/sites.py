"""`enrich sites`: at which of your sites addresses are, by your own table of networks (setting `sites`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import SEEN, Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.errors import UsageError
from graphhunt.questions.question import Written
from graphhunt.toolbox.sites import Sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    file = extract.store.settings.sites
    if not file:
        raise UsageError("there is no table of sites", hint="name a CSV file in the setting sites")
    sites = Sites(Path(file))
    found = [(address, site.name, site.row["network"]) for address, site in _placed(extract, sites)]
    frame = pl.DataFrame(found, schema=dict.fromkeys(("id", "sites_site", "sites_network"), pl.String), orient="row")
    return {"IP": stamped(frame, "sites", Path(file).name)}


def _placed(extract: Extract, sites: Sites) -> list[tuple[str, Any]]:
    addresses = extract.addresses["id"].to_list()
    return [(address, site) for address in addresses if (site := sites.place(address)) is not None]


ANALYSIS = Analysis(
    name="sites",
    prefix="sites",
    summary="Says at which of your sites addresses are.",
    compute=_compute,
    properties=(
        Written("IP", "sites_site", "the site"),
        Written("IP", "sites_network", "its network, as your table has it"),
        *origin("sites", "IP"),
    ),
    kind="enricher",
    bounds=SEEN,
)
"""The enricher."""
