"""The ground truths and the demonstration as snapshots, made once for all tests of incidents."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.find import Found, incidents_of
from graphhunt.lab.generator import generate_demo, load_truth
from graphhunt.lab.generator.truth import Truth
from tests.graph.twins import Twin
from tests.lateral.case import snapshot


class Demo(NamedTuple):
    """A demonstration: what is planted in it, and what is found.

    Attributes:
        truth: What is planted.
        found: What is found.
        honest: Accounts of services and the help desk.
        name: Gives what a name of the truth is in the records, in small letters.
    """

    truth: Truth
    found: Found
    honest: frozenset[str]
    name: Callable[[str], str]


@pytest.fixture(scope="package")
def recorded(real_case: Callable[[str], Path]) -> Callable[[str], Found]:
    """Find the incidents of a recording, with default options."""
    kept: dict[str, Found] = {}

    def give(name: str) -> Found:
        if name not in kept:
            kept[name] = incidents_of(Snapshot(real_case(name) / "graph"))
        return kept[name]

    return give


_HONEST = re.compile(r'"TargetUserName":"((?:svc-|hd)[^"$]+)"')
"""Accounts of services and the help desk, as the generator calls them."""


@pytest.fixture(scope="package", params=[*((seed, "as made") for seed in range(1, 7)), (1, "twin")])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demonstration (seed 1), five more intrusions, and the demonstration's alias twin."""
    folder: Path = tmp_path_factory.mktemp("demo")
    seed, which = request.param
    generate_demo(folder / "logs", seed=seed)
    truth, logs = load_truth(folder / "logs"), next((folder / "logs").glob("*.ndjson"))
    honest = frozenset(_HONEST.findall(logs.read_text("utf-8")))
    if which == "as made":
        return Demo(truth, incidents_of(snapshot(folder / "case", folder / "logs")), honest, str.casefold)
    (folder / "events").mkdir()
    shutil.move(logs, folder / "events")
    tool = request.getfixturevalue("shared_data").parent / "tools" / "alias_twin.py"
    twin = Twin(tool, seed=1, days=182)
    twin.case(folder / "events", folder / "twin")
    return Demo(truth, incidents_of(Snapshot(folder / "twin" / "case" / "graph")), honest, twin.name)


def story(found: Found, rank: int = 1) -> dict[str, Any]:
    """Tell an incident by its rank."""
    return found.incidents[rank - 1].story(rank)
