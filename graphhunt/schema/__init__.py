"""The graph's schema: the only place where labels, relationship types and their properties are named.

Docs, constraints, the statements that write, the tables' columns and the API's lists are made from these rows: a
property is added by one row, and by the loader's field or the rule that fills it. Properties that analytics write
(`cluster_…`, `anomaly_…`, `lm_…`) are not named here; each analytic declares its own.
"""

from __future__ import annotations

from graphhunt.schema import nodes, relationships
from graphhunt.schema.kinds import TYPES, NodeKind, Property, RelKind, repeated_facts
from graphhunt.schema.nodes import DERIVED, NODES
from graphhunt.schema.relationships import RELATIONSHIPS

__all__ = [
    "COMMON_NODE",
    "COMMON_REL",
    "CONFIDENCE",
    "DERIVED",
    "EVIDENCE_CAP",
    "NODES",
    "RELATIONSHIPS",
    "TIMES",
    "TYPES",
    "NodeKind",
    "Property",
    "RelKind",
    "endpoint_pairs",
    "repeated_facts",
]

COMMON_NODE = tuple(column.name for column in nodes.COMMON)
"""Names of the properties of every node."""

COMMON_REL = tuple(column.name for column in relationships.COMMON)
"""Names of the properties of every relationship."""

TIMES = frozenset(
    column.name
    for columns in (
        nodes.COMMON, relationships.COMMON, *(kind.columns for kind in NODES.values()),
        *(kind.columns for kind in RELATIONSHIPS.values()),
    )
    for column in columns
    if column.type == "time"
)  # fmt: skip
"""Names of the properties that are times; no property of another type is called so."""

EVIDENCE_CAP = 20
"""Event ids kept on a relationship; the full set is found through the evidence store."""

CONFIDENCE = ("observed", "correlated", "inferred")
"""observed: a record says it; correlated: two records fit; inferred: it follows without a record of its own."""


def endpoint_pairs() -> list[tuple[str, str, str]]:
    """List every (type, start label, end label) the graph may hold."""
    return [(kind.type, a, b) for kind in RELATIONSHIPS.values() for a, b in kind.endpoints]
