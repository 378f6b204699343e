"""Fixtures of all tests: both engines, emptied before each test, and the folder of real telemetry."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from graphhunt.settings import Settings
from graphhunt.store import Store, open_store
from graphhunt.store.embedded import stop_engine
from graphhunt.store.transport import with_retry
from tests import neo4j_server
from tests.graph.twins import WORDS, Twin, TwinCase
from tests.lateral.case import snapshot

ROOT = Path(__file__).parent.parent

# A number that isn't finite is an error where it arises, not a warning that something may hide.
np.seterr(divide="raise", invalid="raise", over="raise")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of slow tests: a worker gets whole files, and the last ones should be short."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what this machine can't run, by its mark, before any fixture or test starts a server."""
    reason = neo4j_server.missing() if item.get_closest_marker("neo4j") else None
    if reason and os.environ.get("GRAPHHUNT_REQUIRE_NEO4J") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once per reason how many tests were skipped; pytest's own list has a line per test function."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"SKIPPED [{count}] {reason}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the real telemetry that isn't part of the repository."""
    found = Path(os.environ.get("GRAPHHUNT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not found.is_dir():
        pytest.skip("the real telemetry isn't here; GRAPHHUNT_SHARED_DATA names its folder")
    return found


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Give a folder by name that a function makes: what takes a while is shared by all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def give(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    return give


@pytest.fixture(scope="session")
def real_case(shared_data: Path, made_once: Callable[..., Path]) -> Callable[[str], Path]:
    """Give the workspace of a set of the real telemetry, with its graph's tables: to be read, copied by who writes."""
    return lambda name: made_once(f"case-{name}", lambda folder: snapshot(folder, shared_data / name))


@pytest.fixture(scope="session")
def twin_case(shared_data: Path, made_once: Callable[..., Path]) -> Callable[[str], TwinCase]:
    """Give the workspace of a set's alias twin: half a year later, under names of the same lengths; to be read."""
    kept: dict[str, TwinCase] = {}

    def give(name: str) -> TwinCase:
        if name not in kept:
            tool = shared_data.parent / "tools" / "alias_twin.py"
            made = made_once(
                f"twin-{name}", lambda folder: Twin(tool, seed=1, days=182).case(shared_data / name, folder)
            )
            twin = Twin(tool, seed=1, days=182)
            twin.recall(made / WORDS)
            kept[name] = TwinCase(made, twin)
        return kept[name]

    return give


@pytest.fixture(scope="session")
def neo4j_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[neo4j_server.Neo4jServer]:
    """A running Neo4j of this test session; a test that uses it, however indirectly, is marked `neo4j`."""
    server = neo4j_server.Neo4jServer(tmp_path_factory.mktemp("neo4j"))
    server.start()
    yield server
    server.kill()
    shutil.rmtree(server.home, ignore_errors=True)


def small_settings(**given: object) -> Settings:
    """Settings that suit tests: a small engine that doesn't linger, short limits."""
    values: dict[str, object] = {"engine_memory_mb": 512, "engine_idle": 2.0, "query_timeout": 5.0, **given}
    return Settings(**values)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def _neo4j_session(neo4j_home: neo4j_server.Neo4jServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    settings = small_settings(db_password=neo4j_home.password)
    with open_store(tmp_path_factory.mktemp("workspace"), neo4j_home.url, settings) as store:
        store.ensure_schema()
        yield store


@pytest.fixture(scope="session")
def _embedded_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    workspace = tmp_path_factory.mktemp("workspace")
    with open_store(workspace, "", small_settings()) as store:
        store.ensure_schema()
        yield store
    stop_engine(workspace)


@pytest.fixture
def neo4j_store(_neo4j_session: Store) -> Store:
    """A store on a real Neo4j, empty."""
    return empty(_neo4j_session)


@pytest.fixture
def embedded_store(_embedded_session: Store) -> Store:
    """A store on the embedded engine, empty."""
    return empty(_embedded_session)


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest) -> Store:
    """Each engine's store in turn, empty."""
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def kept_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each engine's store in turn, empty before a module's first test: for what is filled once and then only read."""
    found = empty(request.getfixturevalue(f"_{request.param}_session"))
    yield found
    empty(found)


def empty(store: Store) -> Store:
    """Delete everything but the schema, in parts that fit a server's memory for one transaction."""
    for part in (
        "MATCH ()-[r]->() WITH r LIMIT 20000 DELETE r RETURN count(*)",
        "MATCH (n) WITH n LIMIT 20000 DETACH DELETE n RETURN count(*)",
    ):
        while raw(store, part)[0][0]:
            pass
    return store


def raw(store: Store, cypher: str, **params: object) -> list[list[object]]:
    """Run any Cypher as the owner, past guard and library."""

    def run() -> list[list[object]]:
        door = store._link.own()
        with door.driver.session(database=door.database) as session:
            return [record.values() for record in session.run(cypher, params)]

    return with_retry(store._link, "raw", run)
