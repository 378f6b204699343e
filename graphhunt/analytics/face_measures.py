"""`analyze measures`: who stands where in the graph of remote logons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.analytics.analysis import Analysis, Result, Written
from graphhunt.analytics.graph_measures import graph_measures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analytics.extract import Extract

_MEANINGS = {
    "degree": "machines it is linked to by remote logons",
    "in_degree": "machines logged on from",
    "out_degree": "machines logged on to",
    "pagerank": "PageRank along remote logons",
    "betweenness": "share of shortest paths that lead through it",
    "betweenness_exact": "whether that share is exact or estimated from 256 pivots",
    "community": "number of its community; the largest is 0",
    "core": "largest k for which it is in the k-core",
}


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    found = graph_measures(extract.remote_logons.select("source", "target"))
    return {"Machine": found.rename({name: f"measure_{name}" for name in _MEANINGS})}


ANALYSIS = Analysis(
    name="measures",
    prefix="measure",
    summary="Measures the graph of remote logons: degree, PageRank, betweenness, communities, k-core.",
    compute=_compute,
    properties=tuple(Written("Machine", f"measure_{name}", meaning) for name, meaning in _MEANINGS.items()),
)
"""The analytic."""
