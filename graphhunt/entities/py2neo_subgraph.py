"""Parts of the graph as objects of py2neo (extra `py2neo`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphhunt.entities.edge import Edge, Key
from graphhunt.errors import UsageError


def to_py2neo(nodes: Mapping[Key, dict[str, Any]], edges: Iterable[Edge]) -> Any:
    """Give a `py2neo.Subgraph` of nodes with label and properties, and relationships with type and properties.

    Nodes have their label as primary label and `id` as primary key, so that `py2neo.Graph.merge` finds those a
    database has.

    Raises:
        UsageError: py2neo isn't installed.
    """
    py2neo = _package()
    made = {}
    for (label, key), values in nodes.items():
        node = py2neo.Node(label, **{**_clean(values), "id": key})
        node.__primarylabel__, node.__primarykey__ = label, "id"
        made[label, key] = node
    links = [
        py2neo.Relationship(made[edge.start], edge.type, made[edge.end], **{**_clean(edge.properties), "id": edge.id})
        for edge in edges
    ]
    return py2neo.Subgraph(made.values(), links)


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _package() -> Any:
    try:
        import py2neo
    except ImportError as error:
        raise UsageError("this needs the package py2neo", hint="pip install graphhunt[py2neo]") from error
    return py2neo
