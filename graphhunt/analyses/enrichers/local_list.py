"""`enrich local-list`: which addresses, names, URLs and files stand in lists of indicators of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from graphhunt.analyses.analysis import SEEN, Analysis, Result
from graphhunt.analyses.enrichers.common import LABELS, indicators, origin, stamped
from graphhunt.analyses.enrichers.flags import settle
from graphhunt.errors import UsageError
from graphhunt.questions.question import Written
from graphhunt.toolbox.intel.catalogue import listed
from graphhunt.toolbox.intel.indicators import read_lists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_MEANINGS = {
    "indicator": "the first indicator that fits",
    "count": "indicators that fit",
    "severity": "what the list thinks of it, in its own word",
    "tlp": "how far it may be told (TLP)",
    "valid_from": "since when it holds, µs",
    "valid_until": "until when it holds, µs",
    "description": "what the list says of it",
    "entries": "every indicator that fits, as JSON",
}

_ENTRY = ("kind", "indicator", "source", "severity", "tlp", "description", "valid_from", "valid_until")


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    lists = listed(extract.store.settings.intel_lists)
    if not lists:
        raise UsageError("there is no list of indicators", hint="name files in the setting intel_lists")
    found = read_lists(lists).match(indicators(extract)).sort("label", "id", "source", "indicator", nulls_last=True)
    first = [
        pl.col(name).first().alias(f"local_list_{name}")
        for name in ("indicator", "severity", "tlp", "valid_from", "valid_until", "description")
    ]
    rows = found.group_by("label", "id", maintain_order=True).agg(
        *first,
        local_list_entries=pl.struct(_ENTRY),
        local_list_count=pl.len().cast(pl.Int64),
        sources=pl.col("source").unique().sort().str.join(", "),
    )
    texts = [orjson.dumps(entries).decode() for entries in rows["local_list_entries"].to_list()]
    rows = rows.with_columns(local_list_entries=pl.Series(texts, dtype=pl.String))
    rows = stamped(rows, "local_list", "").with_columns(local_list_source=pl.col("sources")).drop("sources")
    return {label: rows.filter(pl.col("label") == label).drop("label") for label in LABELS}


ANALYSIS = Analysis(
    name="local-list",
    prefix="local_list",
    summary="Marks what stands in your own lists of indicators.",
    compute=_compute,
    properties=(
        *(Written(label, f"local_list_{name}", meaning) for label in LABELS for name, meaning in _MEANINGS.items()),
        *origin("local_list", *LABELS),
    ),
    kind="enricher",
    settle=settle,
    bounds=SEEN,
)
"""The enricher."""
