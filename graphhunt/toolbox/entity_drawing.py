"""Entities and how they hang together, drawn: `plot_entity_graph` and `draw_alert_entity_graph`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

from graphhunt.errors import UsageError
from graphhunt.svg import PALETTE, Canvas, Plot, fitting

if TYPE_CHECKING:
    from collections.abc import Hashable

_MARGIN = 0.08
"""Share of the drawing at each side that stays empty."""

_LABEL = 220
"""Most units that a name takes."""


def plot_entity_graph(
    entity_graph: Any, node_size: int = 25, font_size: int = 10, height: int = 800, width: int = 800, scale: float = 1
) -> Plot:
    """Draw a graph of entities; a node's properties are shown when it is pointed at.

    Args:
        entity_graph: A networkx graph, an entity, or an alert or event with its entities.
        node_size: Size of the nodes, in units of the drawing.
        font_size: Size of the names; those of large ones are cut sooner.
        height: Units down.
        width: Units across.
        scale: Makes nodes and names larger or smaller.

    Raises:
        UsageError: It is none of these.
    """
    graph = _graph_of(entity_graph)
    canvas = Canvas(width, height, "Entities")
    spots = _spots(graph, width, height)
    edges = [(start, end, carried.get("name")) for start, end, carried in graph.edges(data=True)]
    for start, end, relation in edges:
        (x1, y1), (x2, y2) = spots[start], spots[end]
        canvas.line((x1, y1, x2, y2))
        canvas.text((x1 + x2) / 2, (y1 + y2) / 2, relation or "", "m", "middle")
    kinds = sorted({str(kind or "") for _, kind in graph.nodes(data="Type")})
    radius = node_size * scale / 2.5
    for node, properties in graph.nodes(data=True):
        x, y = spots[node]
        colour = PALETTE[kinds.index(str(properties.get("Type") or "")) % len(PALETTE)]
        hint = "\n".join(f"{name}: {value}" for name, value in properties.items())
        canvas.circle((x, y, radius), colour, hint or str(node))
        canvas.text(x, y - radius - 4, fitting(str(node), _LABEL * 10 / max(1.0, font_size * scale)), "", "middle")
    shown = {str(node): dict(properties) for node, properties in graph.nodes(data=True)}
    return Plot(canvas, {"nodes": shown, "edges": [(str(a), str(b), name) for a, b, name in edges]})


def draw_alert_entity_graph(
    nx_graph: Any, font_size: int = 12, height: int = 8, width: int = 8, margin: float = 0.3, scale: int = 1
) -> Plot:
    """Draw a graph of entities, with the sizes in inches that the older name has.

    Args:
        nx_graph: As of `plot_entity_graph`.
        font_size: As of `plot_entity_graph`.
        height: Inches down, of a hundred units.
        width: Inches across.
        margin: Space about the drawing, in inches.
        scale: As of `plot_entity_graph`.
    """
    down, across = (int(100 * (inches + 2 * margin)) for inches in (height, width))
    return plot_entity_graph(nx_graph, font_size=font_size, height=down, width=across, scale=scale)


def _graph_of(given: Any) -> nx.Graph[Any]:
    if isinstance(given, nx.Graph):
        return given
    if hasattr(given, "to_networkx"):
        found: nx.Graph[Any] = given.to_networkx()
        return found
    if not hasattr(given, "entities"):
        raise UsageError(
            f"a {type(given).__name__} is no graph of entities", hint="give an alert, entity or networkx graph"
        )
    graph: nx.Graph[Any] = nx.Graph()
    ids = getattr(given, "ids", {})
    title = str(ids.get("SystemAlertId") or type(given).__name__)
    graph.add_node(title, Type="alert", Name=title)
    for entity in given.entities:
        entity.to_networkx(graph)
        graph.add_edge(title, entity.name_str, name=entity.Type)
    return graph


def _spots(graph: nx.Graph[Any], width: float, height: float) -> dict[Hashable, tuple[float, float]]:
    """Give each node its place; the same graph looks the same each time."""
    laid = nx.spring_layout(graph, seed=1) if len(graph) else {}
    inner = 1 - 2 * _MARGIN
    return {
        node: (width * (_MARGIN + inner * (x + 1) / 2), height * (_MARGIN + inner * (y + 1) / 2))
        for node, (x, y) in laid.items()
    }
