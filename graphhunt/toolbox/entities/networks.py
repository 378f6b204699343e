"""Entities as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Iterator


def drawn(entity: Any, graph: nx.Graph[str] | None = None) -> nx.Graph[str]:
    """Add an entity and all that it holds to a graph; a new one when none is given."""
    graph = nx.Graph() if graph is None else graph
    names: dict[int, str] = {}
    todo = [entity]
    while todo:
        one = todo.pop(0)
        here = names.setdefault(id(one), _added(graph, one))
        for relation, other in one.linked():
            if id(other) not in names:
                names[id(other)] = _added(graph, other)
                todo.append(other)
            graph.add_edge(here, names[id(other)], name=relation)
    return graph


def _added(graph: nx.Graph[str], entity: Any) -> str:
    """Add an entity, unless it is there, and give its name there."""
    carried = entity.node_properties
    name = next(name for name in _names(entity) if name not in graph or _same(graph.nodes[name], carried))
    graph.add_node(name, **carried)
    return name


def _same(node: dict[str, Any], carried: dict[str, str]) -> bool:
    """Tell whether a node is of the entity: of its kind, and no property says otherwise."""
    return all(node[name] == value for name, value in carried.items() if name in node)


def _names(entity: Any) -> Iterator[str]:
    yield entity.name_str
    yield f"{entity.name_str} ({entity.Type})"
    number = 2
    while True:
        yield f"{entity.name_str} ({entity.Type} {number})"
        number += 1
