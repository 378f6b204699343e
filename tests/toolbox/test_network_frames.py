"""Frames as graphs: nodes, roles, attributes, and every row of an edge."""

from __future__ import annotations

import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.toolbox import df_to_networkx


@pytest.fixture
def logons() -> pd.DataFrame:
    return pd.DataFrame(
        {"who": ["ann", "bob", "ann", "m1", None], "to": ["m1", "m1", "m1", "ann", "m2"],
         "kind": ["person", "person", "person", "machine", "x"], "os": ["w", "w", "l", "n", "w"],
         "type": [3, 3, 10, 2, 5]}
    )  # fmt: skip


def test_directed_graphs_have_both_ways(logons: pd.DataFrame) -> None:
    before = logons.copy(deep=True)
    graph = df_to_networkx(logons, "who", "to", ["kind"], ["os"], ["type"], "digraph")
    assert dict(graph.nodes(data=True)) == {
        "ann": {"node_role": "both", "node_type": "to", "kind": "person", "os": "n"},
        "bob": {"node_role": "source", "node_type": "who", "kind": "person"},
        "m1": {"node_role": "both", "node_type": "to", "kind": "machine", "os": "w, l"},
    }
    assert sorted(graph.edges(data="type")) == [("ann", "m1", "3, 10"), ("bob", "m1", 3), ("m1", "ann", 2)]
    pd.testing.assert_frame_equal(logons, before)


def test_an_undirected_edge_has_the_rows_of_both_ways(logons: pd.DataFrame) -> None:
    graph = df_to_networkx(logons, "who", "to", edge_attrs=["type"])
    assert graph.number_of_edges() == 2
    assert (graph.edges["ann", "m1"]["type"], graph.edges["bob", "m1"]["type"]) == ("3, 10, 2", 3)


def test_wrong_columns_and_kinds_are_named(logons: pd.DataFrame) -> None:
    with pytest.raises(UsageError, match="'nobody'"):
        df_to_networkx(logons, "who", "to", ["nobody"])
    with pytest.raises(UsageError, match="'multi'"):
        df_to_networkx(logons, "who", "to", graph_type="multi")
    assert not df_to_networkx(logons.iloc[:0], "who", "to").nodes
