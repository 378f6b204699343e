"""A hunt over a store, and the real campaign in both engines with its raw records."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphhunt import current
from graphhunt.evidence import Workspace
from graphhunt.store import Store
from graphhunt.store.sync import sync
from tests.conformance import sample_graph
from tests.conftest import empty


@dataclass
class StoreHunt:
    """As much of a hunt as entities need; counts the questions asked."""

    store: Any


class Counting:
    """A store that notes the names of the queries it is asked."""

    def __init__(self, store: Store) -> None:
        self.inner = store
        self.asked: list[str] = []

    def read(self, query: Any, /, **params: Any) -> list[dict[str, Any]]:
        self.asked.append(query.name)
        return self.inner.read(query, **params)

    def stream(self, query: Any, /, **params: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(query.name)
        return self.inner.stream(query, **params)


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def filled(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The sample graph of the conformance tests, on each engine; entities only read it."""
    store = empty(request.getfixturevalue(f"_{request.param}_session"))
    sample_graph.fill(store)
    yield store
    empty(store)


@pytest.fixture
def sample(filled: Store) -> StoreHunt:
    """A hunt over the sample graph that counts its own questions."""
    return StoreHunt(Counting(filled))


@pytest.fixture
def none_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without the hunts that fixtures of other tests hold open."""
    monkeypatch.setattr(current, "_opened", [])


@pytest.fixture(scope="session")
def campaign(real_case: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace of the two-day campaign, without its graph."""
    folder = tmp_path_factory.mktemp("campaign") / "workspace"
    shutil.copytree(real_case("mordor_theshire_2020"), folder, ignore=shutil.ignore_patterns("graph"))
    return Workspace(folder)


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def hunt(request: pytest.FixtureRequest, campaign: Workspace) -> Iterator[StoreHunt]:
    """The campaign's graph on each engine."""
    store = empty(request.getfixturevalue(f"_{request.param}_session"))
    sync(campaign, store)
    yield StoreHunt(Counting(store))
    empty(store)


@pytest.fixture(scope="session")
def raw(shared_data: Path) -> pd.DataFrame:
    """The campaign's Sysmon and logon records as they stand in the files."""
    return records(sorted((shared_data / "mordor_theshire_2020").glob("*.zip")))


def records(files: list[Path]) -> pd.DataFrame:
    """Read the Sysmon and logon records of files of JSON lines, packed or not, as they stand there."""
    rows = [row for file in files for line in lines(file) for row in [json.loads(line)]]
    frame = pd.DataFrame([row for row in rows if "Sysmon" in row.get("SourceName", "") or row["EventID"] == 4624])
    frame["host"] = frame["Hostname"].str.split(".").str[0].str.lower()
    frame["guid"] = frame["ProcessGuid"].str.lower()
    return frame


def lines(file: Path) -> Iterator[bytes]:
    if file.suffix != ".zip":
        yield from file.read_bytes().splitlines()
        return
    with zipfile.ZipFile(file) as held:
        for name in held.namelist():
            yield from held.open(name)
