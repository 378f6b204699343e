"""A graph written at once and interrupted anywhere ends as one that was never interrupted."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphhunt.errors import StoreError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.store import Store, open_store
from graphhunt.store.digest import graph_digest
from graphhunt.store.embedded import engine_status, stop_engine
from graphhunt.store.sync import sync
from tests.conftest import raw, small_settings

pytestmark = pytest.mark.slow


class Interrupted(BaseException):
    """What ends a program without its consent."""


@pytest.fixture(scope="module")
def workspace(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = Workspace(tmp_path_factory.mktemp("case"))
    ingest(found, [shared_data / "mordor_theshire_2020" / "empire_psremoting_stager.zip"])
    return found


@pytest.fixture
def fresh(workspace: Workspace) -> Iterator[Store]:
    """The store of the workspace, its database empty and its snapshot gone."""
    with open_store(workspace.path, "", small_settings()) as store:
        store.empty()
        (workspace.path / "graph" / "current.json").unlink(missing_ok=True)
        yield store
    stop_engine(workspace.path)


@pytest.fixture
def expected(fresh: Store, workspace: Workspace) -> str:
    """The digest of the graph written row by row."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Store, "can_fill", False)
        sync(workspace, fresh)
    digest = graph_digest(fresh)
    fresh.empty()
    (workspace.path / "graph" / "current.json").unlink()
    return digest


def half_way(action: Callable[[], object]) -> Callable[[str, int, int], None]:
    """Progress that acts once, when half of the rows were sent."""
    done: list[bool] = []

    def report(phase: str, rows: int, total: int) -> None:
        if phase == "write" and rows * 2 > total and not done:
            done.append(True)
            action()

    return report


def test_a_graph_written_at_once_is_the_one_written_row_by_row(
    fresh: Store, workspace: Workspace, expected: str
) -> None:
    sync(workspace, fresh)
    assert graph_digest(fresh) == expected


def test_an_interrupted_one_is_thrown_away_and_written_again(fresh: Store, workspace: Workspace, expected: str) -> None:
    def interrupt() -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        sync(workspace, fresh, progress=half_way(interrupt))
    assert raw(fresh, "MATCH (c:Client) RETURN c.state") == [["filling"]]
    assert sync(workspace, fresh) is not None
    assert graph_digest(fresh) == expected


def test_a_killed_engine_is_started_anew(fresh: Store, workspace: Workspace, expected: str) -> None:
    engine = engine_status(workspace.path)["engine"]
    sync(workspace, fresh, progress=half_way(lambda: os.kill(engine, signal.SIGKILL)))
    assert engine_status(workspace.path)["engine"] != engine
    assert graph_digest(fresh) == expected


def test_what_the_engine_refuses_is_written_in_batches(
    fresh: Store, workspace: Workspace, expected: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(nodes: object, relationships: object, progress: object) -> Iterator[bytes]:
        yield b'{"@type":"v","@class":"User","id":"u"}\n{"@type":"v","@class":\n'

    monkeypatch.setattr("graphhunt.store.store.payload", broken)
    with pytest.raises(StoreError, match="refused the graph"):
        fresh.fill({}, {})
    fresh.empty()
    sync(workspace, fresh)
    assert "written in batches" in caplog.text
    assert graph_digest(fresh) == expected


def test_rows_that_cannot_be_sent_at_once_are_written_in_batches(
    fresh: Store, workspace: Workspace, expected: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(nodes: object, relationships: object, progress: object) -> Iterator[bytes]:
        yield b'{"@type":"v","@class":"User","id":"u"}\n'
        raise ValueError("a value that JSON doesn't have")

    monkeypatch.setattr("graphhunt.store.store.payload", faulty)
    sync(workspace, fresh)
    assert "written in batches" in caplog.text
    assert graph_digest(fresh) == expected
