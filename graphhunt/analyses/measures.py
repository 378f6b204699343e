"""`analyze measures`: who stands where in the graph that chosen relations make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.extract import EDGES
from graphhunt.errors import UsageError
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.toolbox.graph_measures import graph_measures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

LABELS = ("User", "Machine", "Process", "IP")
"""Labels of the nodes that are measured."""

_MARK = "\x1f"
_MEANINGS = {
    "degree": "nodes it is linked to by the measured relations",
    "in_degree": "nodes that point to it, such as machines logged on from",
    "out_degree": "nodes it points to, such as machines logged on to",
    "pagerank": "PageRank along the measured relations, weighted by how many there are",
    "betweenness": "share of shortest paths that lead through it",
    "betweenness_exact": "whether that share is exact or estimated from 256 pivots",
    "community": "number of its community; the largest is 0",
    "core": "largest k for which it is in the k-core",
    "relations": "types of the relations that were measured",
}


def chosen_relations(text: str) -> list[str]:
    """Read the parameter `relations`.

    Raises:
        UsageError: A type can't be measured; the hint lists those that can.
    """
    wanted = list(EDGES) if text.strip().lower() == "all" else [part.strip().upper() for part in text.split(",")]
    for name in wanted:
        if name not in EDGES:
            raise UsageError(f"{name!r} is no relation that can be measured", hint="all, or " + ", ".join(EDGES))
    return sorted(set(wanted), key=list(EDGES).index)


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    relations = chosen_relations(values["relations"])
    # Ids are unique within a label only.
    ends = [pl.concat_str(f"{end}_label", pl.lit(_MARK), end).alias(end) for end in ("source", "target")]
    found = graph_measures(pl.concat([extract.edges(name).select(*ends, "weight") for name in relations]))
    label, own = (pl.col("id").str.splitn(_MARK, 2).struct.field(f"field_{i}") for i in (0, 1))
    found = found.with_columns(label=label, id=own, relations=pl.lit(relations, dtype=pl.List(pl.String)))
    found = found.rename({name: f"measure_{name}" for name in _MEANINGS})
    return {name: part.drop("label") for name in LABELS if len(part := found.filter(pl.col("label") == name))}


ANALYSIS = Analysis(
    name="measures",
    prefix="measure",
    summary="Measures the graph of chosen relations: degree, PageRank, betweenness, communities, k-core.",
    compute=_compute,
    properties=tuple(Written(label, f"measure_{n}", meaning) for label in LABELS for n, meaning in _MEANINGS.items()),
    parameters=(
        Parameter(
            "relations", "str", "REMOTE_LOGON",
            "types of the relations to measure, separated by commas, or all: " + ", ".join(EDGES),
        ),
    ),
)  # fmt: skip
"""The analytic."""
