"""Graphs of the ground-truth sets, built once per run without a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import Graph, build


def _built(folder: Path, logs: Path) -> Graph:
    workspace = Workspace(folder)
    ingest(workspace, [logs])
    return build(lambda kind: workspace.facts(kind).collect())


@pytest.fixture(scope="session")
def theshire(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The eleven archives of ground truth A in one graph."""
    return _built(tmp_path_factory.mktemp("a"), shared_data / "mordor_theshire_2020")


@pytest.fixture(scope="session")
def purplesharp(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """Ground truth B."""
    return _built(tmp_path_factory.mktemp("b"), shared_data / "mordor_purplesharp")
