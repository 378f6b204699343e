"""Graphs of the ground-truth sets, built once per run without a database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphhunt import schema
from graphhunt.graph.graph import Graph
from graphhunt.graph.snapshot import Snapshot


def built(workspace: Path) -> Graph:
    """Read the graph of a workspace."""
    held = Snapshot(workspace / "graph")
    tables = {name: table for name in held.names() if (table := held.table(name)) is not None}
    nodes = {name: table for name, table in tables.items() if name in schema.NODES}
    relationships = {name: table for name, table in tables.items() if name in schema.RELATIONSHIPS}
    extra = (tables[name] for name in ("ClockSkew", "Corrected", "Corroboration", "Doubts", "Undrawn"))
    return Graph(nodes, relationships, *extra)


@pytest.fixture(scope="session")
def theshire(real_case: Callable[[str], Path]) -> Graph:
    """The eleven archives of ground truth A in one graph."""
    return built(real_case("mordor_theshire_2020"))


@pytest.fixture(scope="session")
def purplesharp(real_case: Callable[[str], Path]) -> Graph:
    """Ground truth B."""
    return built(real_case("mordor_purplesharp"))
