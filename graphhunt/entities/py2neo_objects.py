"""Objects of py2neo made of parts of the graph, and read back (extra `py2neo`)."""

from __future__ import annotations

from typing import Any

from graphhunt.entities.subgraph import Edge, Subgraph, from_rows
from graphhunt.errors import UsageError


def to_py2neo(graph: Subgraph) -> Any:
    """Give a `py2neo.Subgraph` of nodes with label and properties, and relationships with type and properties.

    Nodes have their label as primary label and `id` as primary key, so that `py2neo.Graph.merge` finds those a
    database has.

    Raises:
        UsageError: py2neo isn't installed.
    """
    py2neo = _package()
    nodes = {}
    for (label, key), values in graph.nodes.items():
        node = py2neo.Node(label, **{**_clean(values), "id": key})
        node.__primarylabel__, node.__primarykey__ = label, "id"
        nodes[label, key] = node
    links = [
        py2neo.Relationship(nodes[edge.start], edge.type, nodes[edge.end], **{**_clean(edge.properties), "id": edge.id})
        for edge in graph.edges
    ]
    return py2neo.Subgraph(nodes.values(), links)


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


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _package() -> Any:
    try:
        import py2neo
    except ImportError as error:
        raise UsageError("this needs the package py2neo", hint="pip install graphhunt[py2neo]") from error
    return py2neo
