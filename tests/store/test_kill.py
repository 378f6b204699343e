"""kill -9 of a load at any moment, then the same load again: the graph is that of an uninterrupted load."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphhunt.store import Store
from graphhunt.store.embedded import stop_engine
from tests.conftest import empty
from tests.neo4j_server import Neo4jServer

ROUNDS = 5
COMMAND = Path(sys.executable).with_name("graphhunt")


def graphhunt(workspace: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [COMMAND, "--workspace", workspace, *arguments, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def logs(shared_data: Path) -> Path:
    return shared_data / "mordor_theshire_2020" / "empire_shell_rpc_samr_smb_group_domain_admins_standard_user.zip"


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def anew(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], object]]:
    """Make the commands use the engine; the call leaves an empty database for the next workspace."""
    if request.param == "embedded":
        monkeypatch.setenv("GRAPHHUNT_ENGINE_IDLE", "2")
        monkeypatch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
        yield lambda: None  # each workspace has a database of its own
        return
    server: Neo4jServer = request.getfixturevalue("neo4j_home")
    store: Store = request.getfixturevalue("neo4j_store")
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    yield lambda: empty(store)
    empty(store)


@pytest.mark.slow
def test_a_killed_load_repeated_gives_the_same_graph(logs: Path, tmp_path: Path, anew: Callable[[], object]) -> None:
    begun = time.monotonic()
    graphhunt(tmp_path / "whole", "load", str(logs))
    seconds = time.monotonic() - begun
    expected = graphhunt(tmp_path / "whole", "status", "--digest")["digest"]
    stop_engine(tmp_path / "whole")
    moments = random.Random(7)
    for number in range(ROUNDS):
        anew()
        workspace = tmp_path / f"killed-{number}"
        load = subprocess.Popen(
            [COMMAND, "--workspace", workspace, "load", logs], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moments.uniform(0.1, 1.0) * seconds)
        load.send_signal(signal.SIGKILL)
        load.wait()
        report = graphhunt(workspace, "load", str(logs))
        skipped = report["events_skipped"]
        assert isinstance(skipped, dict)
        assert report["events_read"] == 1749
        assert report["events_loaded"] + sum(skipped.values()) + report["events_rejected"] == 1749  # type: ignore[operator]
        assert graphhunt(workspace, "status", "--digest")["digest"] == expected
        stop_engine(workspace)
