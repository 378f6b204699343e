"""The ground truths and the demonstration as snapshots, made once for all tests of incidents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.find import Found, incidents_of
from graphhunt.lab.generator import generate_demo, load_truth
from graphhunt.lab.generator.truth import Truth
from tests.lateral.case import snapshot


class Demo(NamedTuple):
    """A demonstration: what is planted in it, and what is found."""

    truth: Truth
    found: Found


@pytest.fixture(scope="package")
def recorded(real_case: Callable[[str], Path]) -> Callable[[str], Found]:
    """Find the incidents of a recording, with default options."""
    kept: dict[str, Found] = {}

    def give(name: str) -> Found:
        if name not in kept:
            kept[name] = incidents_of(Snapshot(real_case(name) / "graph"))
        return kept[name]

    return give


@pytest.fixture(scope="package", params=range(1, 7))
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demonstration (seed 1) and five more intrusions."""
    folder: Path = tmp_path_factory.mktemp("demo")
    generate_demo(folder / "logs", seed=request.param)
    return Demo(load_truth(folder / "logs"), incidents_of(snapshot(folder / "case", folder / "logs")))


def story(found: Found, rank: int = 1) -> dict[str, Any]:
    """Tell an incident by its rank."""
    return found.incidents[rank - 1].story(rank)
