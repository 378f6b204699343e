"""Every query of the entities on 300 random graphs, in both engines, beside what networkx says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby
from random import Random
from typing import Any

import pytest

from graphhunt import queries
from graphhunt.store import Store
from tests.conftest import empty
from tests.entities.oracle.answers import Row, View
from tests.entities.oracle.asked import QUERIES, SHAPES
from tests.entities.oracle.world import World, make

WORLDS = int(os.environ.get("GRAPHHUNT_ORACLE_WORLDS", "300"))
"""How many random graphs."""

ASKED_OF_A_SERVER = WORLDS // 3
"""How many of them a server is asked about, which holds all: each question takes it fifteen times as long."""

ALONE = 15
"""How many random graphs are the only one in an engine."""


@pytest.fixture(scope="session")
def worlds() -> list[tuple[World, View]]:
    """All random graphs."""
    made = [make(number) for number in range(WORLDS)]
    return [(world, View(world.graph())) for world in made]


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def filled(request: pytest.FixtureRequest, worlds: list[tuple[World, View]]) -> Iterator[Store]:
    """Each engine with all random graphs, which share nothing, side by side."""
    store = empty(request.getfixturevalue(f"_{request.param}_session"))
    fill(store, [world for world, _ in worlds])
    yield store
    empty(store)


def fill(store: Store, worlds: list[World]) -> None:
    """Write the worlds, each label and type at once."""
    nodes: dict[str, list[dict[str, Any]]] = {}
    for world in worlds:
        for label, held in world.nodes.items():
            nodes.setdefault(label, []).extend({"id": key, "props": props} for key, props in held.items())
    for label, rows in nodes.items():
        store.put_nodes(label, rows, new=True)
    facts = sorted((fact for world in worlds for fact in world.facts), key=lambda fact: (fact[0], fact[1], fact[3]))
    for (kind, start, end), part in groupby(facts, key=lambda fact: (fact[0], fact[1], fact[3])):
        rows = [{"start": f[2], "end": f[4], "id": f[5]["id"], "props": {**f[5]}} for f in part]
        store.put_relationships((kind, start, end), rows, new=True)


@pytest.mark.parametrize("name", QUERIES)
def test_answers_as_networkx_does(filled: Store, worlds: list[tuple[World, View]], name: str) -> None:
    query, asked = queries.library()[f"entity/{name}"], QUERIES[name]
    answered = 0
    answering = worlds if filled.engine != "neo4j" else worlds[:ASKED_OF_A_SERVER]
    for number, (world, view) in enumerate(answering):
        world.rng = Random(f"{name} {number}")
        params = asked.params(world, number)
        expected = asked.answer(view, params)[: params.get("limit", 10**9)]
        found = filled.read(query, **asked.padded(params))
        kept = [name for name in found[0] if name not in asked.loose] if found else []
        assert [_kept(row, kept) for row in found] == [_kept(row, kept) for row in expected], (world.tenant, params)
        assert all(
            row["event_ids"] in other["_proofs"] for row, other in zip(found, expected, strict=True) if asked.loose
        )
        answered += bool(expected)
    # A question that the random graphs seldom answer would prove nothing.
    assert answered > len(answering) / 20


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def emptied(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each engine with nothing in it."""
    store = empty(request.getfixturevalue(f"_{request.param}_session"))
    yield store
    empty(store)


@pytest.mark.parametrize("number", range(2000, 2000 + ALONE))
def test_counts_all_of_the_only_tenant(emptied: Store, number: int) -> None:
    """Where a graph has one tenant, its histograms begin at what was acted on; every process has a machine there."""
    world = make(number, placed=1)
    view = View(world.graph())
    fill(empty(emptied), [world])
    for name in ("communications", "registry", "files", "executions"):
        query, asked = queries.library()[f"entity/histogram/{name}"], QUERIES[f"histogram/{name}"]
        turn = asked.anchors.index("clients")
        for shape in range(SHAPES):
            world.rng = Random(f"{name} {number} {shape}")
            params = asked.params(world, turn * SHAPES + shape)
            found = emptied.read(query, **asked.padded(params))
            expected = asked.answer(view, params)
            assert [_kept(row, ["at", "value", "rows"]) for row in found] == [
                _kept(row, ["at", "value", "rows"]) for row in expected
            ], (name, params)


def _kept(row: Row, names: list[str]) -> Row:
    return {name: _value(row.get(name, "absent")) for name in names}


def _value(value: Any) -> Any:
    """Leave out of a relationship what only one engine tells: the ids of its ends, which the row has beside it."""
    if isinstance(value, dict) and "_type" in value:
        return {name: held for name, held in value.items() if name not in ("_kind", "_start", "_end")}
    return value
