"""Frames as networkx graphs: `df_to_networkx` under msticpy's name and signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import networkx as nx

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import require_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


def df_to_networkx(  # noqa: PLR0913 - the signature is the one a msticpy user knows
    data: pd.DataFrame,
    source_col: str,
    target_col: str,
    source_attrs: Iterable[str] | None = None,
    target_attrs: Iterable[str] | None = None,
    edge_attrs: Iterable[str] | None = None,
    graph_type: Literal["graph", "digraph"] = "graph",
) -> nx.Graph[Any]:
    """Make a graph of a frame: a node for each value of two columns, an edge for each pair.

    Args:
        data: One row for each edge; rows without a source or target are left out. It isn't changed.
        source_col: Column of the sources.
        target_col: Column of the targets.
        source_attrs: Columns that describe the sources.
        target_attrs: Columns that describe the targets.
        edge_attrs: Columns that describe the edges.
        graph_type: `graph` or `digraph`.

    Returns:
        The graph. A node has `node_role` (source, target, or both), `node_type` (its column) and its attributes; a
        node or edge of several rows has each attribute's values joined by commas, or the one value they share.

    Raises:
        UsageError: A column isn't in the frame, or the kind of graph is unknown.
    """
    sources, targets, edges = (list(names or ()) for names in (source_attrs, target_attrs, edge_attrs))
    require_columns(data, [source_col, target_col, *sources, *targets, *edges])
    if graph_type not in ("graph", "digraph"):
        raise UsageError(f"unknown kind of graph {graph_type!r}", hint="graph or digraph")
    graph: nx.Graph[Any] = nx.DiGraph() if graph_type == "digraph" else nx.Graph()
    rows = data.dropna(subset=[source_col, target_col])
    for column, role, names in ((source_col, "source", sources), (target_col, "target", targets)):
        for node, found in _described(rows, [column], names):
            both = node[0] in graph and graph.nodes[node[0]]["node_role"] != role
            kind = {"node_role": "both" if both else role, "node_type": column}
            graph.add_node(node[0], **{**graph.nodes.get(node[0], {}), **kind, **found})
    pairs = rows if graph_type == "digraph" else _one_way(rows, source_col, target_col)
    for (a, b), found in _described(pairs, [source_col, target_col], edges):
        graph.add_edge(a, b, **found)
    return graph


def _one_way(rows: pd.DataFrame, source: str, target: str) -> pd.DataFrame:
    """Turn pairs round where the other way came first, so that an undirected edge has all its rows."""
    seen: dict[frozenset[Any], tuple[Any, Any]] = {}
    ends = [seen.setdefault(frozenset(pair), pair) for pair in zip(rows[source], rows[target], strict=True)]
    return rows.assign(**{source: [a for a, _ in ends], target: [b for _, b in ends]})


def _described(
    rows: pd.DataFrame, keys: list[str], names: list[str]
) -> Iterable[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Give each key in order of appearance with the values of its rows."""
    columns = list(dict.fromkeys([*keys, *names]))
    grouped: dict[tuple[Any, ...], dict[str, dict[Any, None]]] = {}
    for row in rows[columns].itertuples(index=False, name=None):
        record = dict(zip(columns, row, strict=True))
        values = grouped.setdefault(tuple(record[k] for k in keys), {name: {} for name in names})
        for name in names:
            values[name][record[name]] = None
    for key, values in grouped.items():
        yield key, {name: _joined(list(found)) for name, found in values.items()}


def _joined(values: list[Any]) -> Any:
    """Give the one value, or all joined by commas."""
    return values[0] if len(values) == 1 else ", ".join(map(str, values))
