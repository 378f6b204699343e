"""Objects of py2neo read as parts of the graph."""

from __future__ import annotations

from typing import Any

from graphhunt.entities.edge import Edge
from graphhunt.entities.subgraph import Subgraph, from_rows
from graphhunt.errors import UsageError


def from_py2neo(given: Any) -> Subgraph:
    """Read a node, relationship, path or subgraph of py2neo.

    Raises:
        UsageError: It is nothing of py2neo, or a node has no id or no label of this graph.
    """
    if not hasattr(given, "nodes") or not hasattr(given, "relationships"):
        raise UsageError(f"{type(given).__name__} is no object of py2neo")
    nodes = [_labelled(node) for node in given.nodes]
    edges = [_edge(link) for link in given.relationships]
    return from_rows(nodes, edges)


def _edge(link: Any) -> Edge:
    (first, begun), (last, ended) = _labelled(link.start_node), _labelled(link.end_node)
    values = dict(link)
    kind = type(link).__name__
    own = str(values.get("id") or f"{begun['id']}|{kind}|{ended['id']}")
    return Edge(kind, own, (first, str(begun["id"])), (last, str(ended["id"])), values)


def _labelled(node: Any) -> tuple[str, dict[str, Any]]:
    labels = sorted(node.labels)
    values = dict(node)
    if not labels or "id" not in values:
        raise UsageError("a node of py2neo needs a label and an id to be one of this graph")
    return labels[0], values
