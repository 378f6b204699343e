"""The browser workspace in a real browser against the real server, on both engines: runs `ui/tests/browser`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from tests.api import case
from tests.neo4j_server import Neo4jServer
from tests.ui import hostile, live
from tests.ui.recording import Exchange, differences
from tests.ui.serving import UI, lacking, loaded, run_node, served

Writer = Callable[[Path], Path]
Server = Callable[[Writer | None], dict[str, str]]


KEPT_BESIDE = {"access", "address", "cases", "session"}
"""Tests of contrast and names for readers of the screen, of the address, of the case book and of who is signed in: all
that is drawn by the page or kept beside the graph, and the same whatever the engine."""


def refuse_without_browser() -> None:
    """Leave the test out where the browser's test can't run; fail where it has to."""
    reason = lacking()
    if reason and os.environ.get("GRAPHHUNT_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Serve what a writer puts into a folder, or an empty workspace, on the engine that is asked for."""
    refuse_without_browser()
    neo4j = request.getfixturevalue("neo4j_home") if getattr(request, "param", "") == "neo4j" else None
    with ExitStack() as stack:

        def serve(write: Writer | None) -> dict[str, str]:
            hunt = stack.enter_context(loaded(tmp_path, write, neo4j))
            known = {"GRAPHHUNT_WORKSPACE": str(hunt.folder), "GRAPHHUNT_DB": hunt.db or ""}
            if neo4j:
                known["GRAPHHUNT_DB_PASSWORD"] = neo4j.password
            return known | stack.enter_context(served(hunt))

        yield serve


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)], indirect=True)
def test_workspace_in_the_browser(server: Server) -> None:
    files = {path.name.removesuffix(".test.mjs") for path in (UI / "tests" / "browser").glob("*.test.mjs")}
    assert files > KEPT_BESIDE
    known = server(case.write)
    asked = files - KEPT_BESIDE if known["GRAPHHUNT_DB"] else files
    run_node([f"browser/{name}.test.mjs" for name in sorted(asked)], known)


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Exchange]]:
    """Run the test of hostile names in the browser: its folder, and what the page asked and was answered."""
    refuse_without_browser()
    folder, heard = tmp_path_factory.mktemp("hostile"), list[Exchange]()
    with loaded(folder, hostile.write) as hunt, served(hunt, heard=heard) as known:
        run_node(["hostile/hostile.test.mjs"], {**known, "GRAPHHUNT_PAYLOADS": json.dumps(case.PAYLOADS)})
    return folder, heard


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_hostile_names_in_every_field(hostile_page: tuple[Path, list[Exchange]]) -> None:
    _, heard = hostile_page
    assert len(heard) > 500


@pytest.mark.browser
@pytest.mark.neo4j
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_page_full_of_hostile_names_is_told_the_same_by_neo4j(
    hostile_page: tuple[Path, list[Exchange]], neo4j_home: Neo4jServer, tmp_path: Path
) -> None:
    """What the page shows is what it is told, so that it needn't be looked at once more."""
    folder, heard = hostile_page
    (tmp_path / "logs").symlink_to(folder / "logs")
    with loaded(tmp_path, lambda logs: next((folder / "logs").iterdir()), neo4j_home) as hunt:
        client = TestClient(create_app(hunt, token="once"), base_url="http://127.0.0.1:8765")
        client.headers["Sec-Fetch-Site"] = "same-origin"
        assert client.get("/?token=once").status_code == 200
        asked, found = differences(client, heard)
    assert asked > 300
    assert found == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_page_follows_what_happens_on_the_server(server: Server, tmp_path: Path) -> None:
    """Loads, verdicts and ends of work come to the page from the server itself, whatever the engine beneath it."""
    files = tmp_path / "files"
    files.mkdir()
    command = Path(sys.executable).with_name("graphhunt")
    given = {"GRAPHHUNT_FILES": str(live.write(files)), "GRAPHHUNT_COMMAND": str(command)}
    run_node(["live/live.test.mjs"], server(None) | given)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_records_are_shown_as_they_are(server: Server) -> None:
    """Records are kept beside the graph, and are the same whatever the engine."""
    run_node(["records/records.test.mjs"], server(live.write_exact) | {"GRAPHHUNT_RECORD": live.EXACT})
