"""`enrich domains`: the parts of DNS names, and whether they end like public names; asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import SEEN, Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.questions.question import Written
from graphhunt.toolbox.domain_utils import dns_components
from graphhunt.toolbox.domain_validator import DomainValidator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_TYPES = {
    "id": pl.String, "domain_registered": pl.String, "domain_suffix": pl.String, "domain_known_ending": pl.Boolean,
    "domain_labels": pl.Int64,
}  # fmt: skip


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    rows = [_row(node, name) for node, name in extract.names.drop_nulls("value").iter_rows()]
    return {"Domain": stamped(pl.DataFrame(rows, schema=_TYPES), "domain", "the name itself")}


def _row(node: str, name: str) -> dict[str, Any]:
    parts = dns_components(name)
    registered = f"{parts['domain']}.{parts['suffix']}" if parts["domain"] and parts["suffix"] else None
    return {
        "id": node, "domain_registered": registered, "domain_suffix": parts["suffix"],
        "domain_known_ending": DomainValidator().validate_tld(name), "domain_labels": name.strip(".").count(".") + 1,
    }  # fmt: skip


ANALYSIS = Analysis(
    name="domains",
    prefix="domain",
    summary="Takes DNS names apart and says whether they end like public names.",
    compute=_compute,
    properties=(
        Written("Domain", "domain_registered", "the part that somebody registered; null where the ending isn't public"),
        Written("Domain", "domain_suffix", "the public ending"),
        Written("Domain", "domain_known_ending", "whether the ending is a known one"),
        Written("Domain", "domain_labels", "labels of the name"),
        *origin("domain", "Domain"),
    ),
    kind="enricher",
    bounds=SEEN,
)
"""The enricher."""
