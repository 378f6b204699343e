"""The browser workspace in a real browser against the real server, on both engines: runs `ui/tests/browser`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.api import case
from tests.ui import hostile, live
from tests.ui.serving import UI, lacking, loaded, run_node, served

Writer = Callable[[Path], Path]
Server = Callable[[Writer | None], dict[str, str]]


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Serve what a writer puts into a folder, or an empty workspace, on each engine in turn."""
    reason = lacking()
    if reason:
        if os.environ.get("GRAPHHUNT_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    neo4j = request.getfixturevalue("neo4j_home") if request.param == "neo4j" else None
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
def test_workspace_in_the_browser(server: Server) -> None:
    files = sorted(path.name for path in (UI / "tests" / "browser").glob("*.test.mjs"))
    assert len(files) >= 2
    run_node([f"browser/{name}" for name in files], server(case.write))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_hostile_names_in_every_field(server: Server) -> None:
    run_node(["hostile/hostile.test.mjs"], {**server(hostile.write), "GRAPHHUNT_PAYLOADS": json.dumps(case.PAYLOADS)})


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_page_follows_what_happens_on_the_server(server: Server, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    command = Path(sys.executable).with_name("graphhunt")
    given = {"GRAPHHUNT_FILES": str(live.write(files)), "GRAPHHUNT_COMMAND": str(command)}
    run_node(["live/live.test.mjs"], server(None) | given)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_records_are_shown_as_they_are(server: Server) -> None:
    run_node(["records/records.test.mjs"], server(live.write_exact) | {"GRAPHHUNT_RECORD": live.EXACT})
