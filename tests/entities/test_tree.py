"""Execution trees of three hundred random forests against networkx, on both engines."""

from __future__ import annotations

import random

import networkx as nx
import pytest

from graphhunt.entities import Process
from graphhunt.store import Store
from tests.entities.conftest import StoreHunt

GRAPHS = 300
START = 1_600_000_000_000_000


def forest(number: int) -> nx.DiGraph[str]:
    """Processes of one machine, most with a parent made before them; every tenth graph is a circle besides."""
    chance = random.Random(number)
    graph: nx.DiGraph[str] = nx.DiGraph()
    names = [f"g{number}-p{i}" for i in range(chance.randint(1, 9))]
    graph.add_nodes_from(names)
    for index, name in enumerate(names[1:], 1):
        if chance.random() < 0.85:
            graph.add_edge(names[chance.randrange(index)], name)
    if number % 10 == 0 and len(names) > 2:
        graph.add_edge(names[-1], names[0])
    return graph


@pytest.fixture(scope="module")
def forests(kept_store: Store) -> tuple[StoreHunt, list[nx.DiGraph]]:
    graphs = [forest(number) for number in range(GRAPHS)]
    names = [name for graph in graphs for name in graph]
    processes = [
        {"id": name, "props": {"name": "a.exe", "machine_id": "m", "first_seen": START, "last_seen": START + index}}
        for index, name in enumerate(names)
    ]
    kept_store.put_nodes("Process", processes, new=True)
    edges = [
        {"start": a, "end": b, "id": f"{a}>{b}", "props": {"start": START, "end": START}}
        for graph in graphs
        for a, b in graph.edges
    ]
    kept_store.put_relationships(("SPAWNED", "Process", "Process"), edges, new=True)
    return StoreHunt(kept_store), graphs


def test_trees_are_ancestors_and_descendants(forests: tuple[StoreHunt, list[nx.DiGraph]]) -> None:
    hunt, graphs = forests
    for number, graph in enumerate(graphs):
        start = random.Random(number).choice(sorted(graph))
        found = [row.process_id for row in Process.of([start], hunt=hunt).get_execution_tree()]
        assert len(found) == len(set(found))
        assert set(found) == nx.ancestors(graph, start) | nx.descendants(graph, start) | {start}


def test_depth_and_number_are_limited(forests: tuple[StoreHunt, list[nx.DiGraph]]) -> None:
    hunt, graphs = forests
    for number, graph in enumerate(graphs[1:60:3], 1):
        start = random.Random(number).choice(sorted(graph))
        process = Process.of([start], hunt=hunt)
        below = nx.single_source_shortest_path_length(graph, start, cutoff=2)
        assert {row.process_id for row in process.get_execution_tree(up=0, down=2)} == set(below)
        few = process.get_execution_tree(limit=2)
        assert len(few) == min(2, len(process.get_execution_tree()))
        assert few[0].process_id == start or few[1].process_id == start
