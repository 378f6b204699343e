"""The ground truths as snapshots, made once for all tests of hunts."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphhunt.graph.snapshot import Snapshot

from .case import snapshot


@pytest.fixture(scope="package")
def theshire_graph(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Ground truth A."""
    return snapshot(tmp_path_factory.mktemp("a"), shared_data / "mordor_theshire_2020")


@pytest.fixture(scope="package")
def purplesharp_graph(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Ground truth B."""
    return snapshot(tmp_path_factory.mktemp("b"), shared_data / "mordor_purplesharp")
