"""The lists of each recording, made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphhunt.graph.snapshot import Snapshot
from tests.lateral.case import snapshot

from .listed import Listed


@pytest.fixture(scope="package")
def listed(real_case: Callable[[str], Path]) -> Callable[[str], Listed]:
    """Give the lists of a recording by its folder."""
    kept: dict[str, Listed] = {}

    def give(name: str) -> Listed:
        if name not in kept:
            kept[name] = Listed.of(Snapshot(real_case(name) / "graph"))
        return kept[name]

    return give


@pytest.fixture(scope="package")
def listed_file(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Listed]:
    """Give the lists of one file of a folder of single recordings."""

    def give(name: str) -> Listed:
        return Listed.of(snapshot(tmp_path_factory.mktemp("file") / "case", shared_data / name))

    return give
