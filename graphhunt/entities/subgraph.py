"""Parts of the graph in hand: nodes and relationships, to draw, and to take to networkx, pyvis and py2neo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt import current, queries
from graphhunt.entities import charts, pyvis_page
from graphhunt.entities.edge import Edge, Key
from graphhunt.entities.kinds import entity_class
from graphhunt.entities.py2neo_subgraph import to_py2neo
from graphhunt.entities.rows import Row
from graphhunt.errors import UsageError
from graphhunt.questions.pivots.views import label as name_of
from graphhunt.questions.pivots.views import properties
from graphhunt.schema import NODES

if TYPE_CHECKING:
    import networkx as nx

_ANCHORS = {
    "User": "users", "Machine": "machines", "Process": "processes", "File": "files", "IP": "addresses",
    "Domain": "domains", "Alert": "alerts",
}  # fmt: skip
"""The parameter of the queries that takes the ids of a label."""


class Subgraph:
    """Nodes and relationships taken out of the graph.

    Args:
        nodes: Properties by (label, id).
        edges: Relationships; their ends must be among the nodes.
        hunt: Where they come from; None for a graph from elsewhere.
    """

    def __init__(
        self, nodes: dict[Key, dict[str, Any]], edges: Iterable[Edge], hunt: current.OpenHunt | None = None
    ) -> None:
        self.nodes = nodes
        self.edges = list(edges)
        self.hunt = hunt

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Key]:
        return iter(self.nodes)

    def __repr__(self) -> str:
        return f"<{len(self.nodes)} nodes and {len(self.edges)} relationships>"

    def entities(self, kind: str) -> Any:
        """Give the nodes of a kind as one entity to go on asking with.

        Raises:
            UsageError: There is no such kind of entity.
        """
        if kind not in _ANCHORS:
            raise UsageError(f"{kind!r} is no kind of entity", hint="one of " + ", ".join(_ANCHORS))
        return entity_class(kind).of([key for label, key in self.nodes if label == kind], hunt=self.hunt)

    def name(self, key: Key) -> str:
        """Give the name an analyst would call a node by."""
        return name_of(key[0], self.nodes[key] | {"id": key[1]})

    def to_networkx(self) -> nx.MultiDiGraph[Any]:
        """Give the graph to networkx: nodes are (label, id), edges have the relationship's id as key."""
        import networkx as nx

        graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
        for (label, key), values in self.nodes.items():
            graph.add_node((label, key), **{**values, "label": label, "id": key})
        for edge in self.edges:
            graph.add_edge(edge.start, edge.end, key=edge.id, **{**edge.properties, "type": edge.type, "id": edge.id})
        return graph

    def to_py2neo(self) -> Any:
        """Give the graph as a `py2neo.Subgraph` (extra `py2neo`).

        Raises:
            UsageError: py2neo isn't installed.
        """
        return to_py2neo(self.nodes, self.edges)

    def to_pyvis(self, path: str | Path | None = None) -> Any:
        """Give the graph as a pyvis network (extra `pyvis`), or write it as a page that opens offline.

        Args:
            path: File to write; its path is given back. Without it, the network is given.

        Raises:
            UsageError: pyvis isn't installed.
        """
        return pyvis_page.network(self) if path is None else pyvis_page.write(self, path)

    def plot(self) -> Any:
        """Draw the graph: nodes around a circle, kinds together."""
        places = {key: place for place, key in enumerate(self.nodes)}
        nodes = [(key[0], self.name(key), f"{key[0]} {key[1]}") for key in self.nodes]
        edges = [(places[edge.start], places[edge.end], edge.type) for edge in self.edges]
        return charts.network(nodes, edges, repr(self).strip("<>"))

    def to_html(self, path: str | Path) -> Path:
        """Write the drawing to a file that opens offline, and give its path."""
        found: Path = self.plot().to_html(path)
        return found

    def _repr_html_(self) -> str:
        return str(self.plot()._repr_html_())


def around(entity: Any, params: dict[str, Any]) -> Subgraph:
    """Give entities with their neighbours and the relationships between.

    Args:
        entity: The entities.
        params: Further parameters of the query `entity/graph`; None is left out.
    """
    given = {name: value for name, value in params.items() if value is not None}
    anchors = {entity.anchor: entity.ids}
    found = _read(entity.hunt, **anchors, **given)
    return Subgraph(_nodes(entity.hunt, anchors) | found.nodes, found.edges, entity.hunt)


def among(kind: type[Row], rows: Sequence[Row], hunt: current.OpenHunt, limit: int) -> Subgraph:
    """Give the entities that rows name, with the relationships among them.

    Raises:
        UsageError: The rows name no entities.
    """
    fields = kind.entity_fields
    if not fields:
        raise UsageError(f"{kind.__name__} rows name no entities")
    named = {
        label: list(dict.fromkeys(getattr(row, field) for row in rows if getattr(row, field)))
        for label, field in fields.items()
    }
    anchors = {_ANCHORS[label]: ids for label, ids in named.items()}
    found = _read(hunt, **anchors, among=sorted({one for ids in named.values() for one in ids}), limit=limit)
    known = {(label, one) for label, ids in named.items() for one in ids}
    edges = [edge for edge in found.edges if edge.start in known and edge.end in known]
    return Subgraph(_nodes(hunt, anchors), edges, hunt)


def _nodes(hunt: current.OpenHunt, anchors: dict[str, list[str]]) -> dict[Key, dict[str, Any]]:
    rows = hunt.store.read(queries.library()["entity/nodes"], **anchors)
    return {key: values for row in rows for key, values in [_node(row["node"])]}


def _node(value: dict[str, Any]) -> tuple[Key, dict[str, Any]]:
    return (value["_label"], value["id"]), properties(value)


def _read(hunt: current.OpenHunt, **params: Any) -> Subgraph:
    nodes: dict[Key, dict[str, Any]] = {}
    edges = []
    for row in hunt.store.stream(queries.library()["entity/graph"], **params):
        ends = [_node(row[side]) for side in ("source", "target")]
        nodes.update(ends)
        link = row["relationship"]
        edges.append(Edge(link["_type"], link["id"], ends[0][0], ends[1][0], properties(link)))
    return Subgraph(nodes, edges, hunt)


def from_rows(nodes: Iterable[tuple[str, dict[str, Any]]], edges: Iterable[Edge]) -> Subgraph:
    """Make a graph of nodes (label and properties with `id`) and relationships that come from elsewhere.

    Raises:
        UsageError: A node has no id or no known label.
    """
    found: dict[Key, dict[str, Any]] = {}
    for label, values in nodes:
        if label not in NODES or "id" not in values:
            raise UsageError(f"{label!r} is no node of this graph: it needs a known label and an id")
        found[label, str(values["id"])] = dict(values)
    return Subgraph(found, edges)
