"""The ground truths as snapshots, made once for all tests of hunts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphhunt.graph.snapshot import Snapshot


@pytest.fixture(scope="package")
def theshire_graph(real_case: Callable[[str], Path]) -> Snapshot:
    """Ground truth A."""
    return Snapshot(real_case("mordor_theshire_2020") / "graph")


@pytest.fixture(scope="package")
def purplesharp_graph(real_case: Callable[[str], Path]) -> Snapshot:
    """Ground truth B."""
    return Snapshot(real_case("mordor_purplesharp") / "graph")
