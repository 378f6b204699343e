"""The browser workspace in a real browser against the real server: runs `ui/tests`.

The page is looked at on the embedded engine; Neo4j is asked again what the page asked, and has to answer the same.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.hunt import Hunt
from tests.api import case
from tests.conftest import small_settings
from tests.neo4j_server import Neo4jServer
from tests.ui import hostile, live
from tests.ui.recording import Exchange, differences
from tests.ui.serving import UI, lacking, loaded, run_node, served

Writer = Callable[[Path], Path]
Server = Callable[[Writer | None], dict[str, str]]

NEWCOMER = ["WORKSTATION5", "WORKSTATION6", "WORKSTATION7", "MORDORDC"]
"""Machines of ground truth B: from the first, commands were run on the three others."""

ASKED = 100
"""So many questions the page asks of the graph at least, while it is used in every way."""


@pytest.fixture(scope="session", autouse=True)
def browser() -> None:
    """Look for the browser before all else: leave the tests out where it is missing, fail where it has to be there."""
    reason = lacking()
    if reason and os.environ.get("GRAPHHUNT_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serve what a writer puts into a folder, or an empty workspace."""
    with ExitStack() as stack:

        def serve(write: Writer | None) -> dict[str, str]:
            hunt = stack.enter_context(loaded(tmp_path, write))
            known = {"GRAPHHUNT_WORKSPACE": str(hunt.folder), "GRAPHHUNT_DB": ""}
            return known | stack.enter_context(served(hunt))

        yield serve


class Recording(NamedTuple):
    """The folder of a case that was looked at in the browser, and what the page asked and was answered."""

    folder: Path
    given: str
    heard: list[Exchange]

    def told_otherwise(self, neo4j: Neo4jServer, folder: Path) -> tuple[int, list[str]]:
        """Ask a hunt on Neo4j all that the page asked: how much that was, and what was answered differently.

        What the page shows is what it is told, so that it needn't be looked at once more.
        """
        with loaded(folder, lambda _: self.folder / "logs" / self.given, neo4j) as hunt:
            client = TestClient(create_app(hunt, token="once"), base_url="http://127.0.0.1:8765")
            client.headers["Sec-Fetch-Site"] = "same-origin"
            assert client.get("/?token=once").status_code == 200
            return differences(client, self.heard)


def recorded(folder: Path, write: Writer, files: list[str], **given: str) -> Recording:
    """Run node's test files against a case on the embedded engine."""
    written, heard = list[str](), list[Exchange]()

    def noted(logs: Path) -> Path:
        path = write(logs)
        written.append(path.relative_to(logs).as_posix())
        return path

    with loaded(folder, noted) as hunt, served(hunt, heard=heard) as known:
        run_node(files, {**known, "GRAPHHUNT_WORKSPACE": str(hunt.folder), "GRAPHHUNT_DB": "", **given})
    return Recording(folder, written[0], heard)


@pytest.fixture(scope="module")
def workspace_page(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The workspace, used in every way that `ui/tests/browser` knows."""
    files = sorted(f"browser/{path.name}" for path in (UI / "tests" / "browser").glob("*.test.mjs"))
    return recorded(tmp_path_factory.mktemp("workspace"), case.write, files)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_workspace_in_the_browser(workspace_page: Recording) -> None:
    assert len(workspace_page.heard) > ASKED


@pytest.mark.browser
@pytest.mark.neo4j
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_workspace_is_told_the_same_by_neo4j(
    workspace_page: Recording, neo4j_home: Neo4jServer, tmp_path: Path
) -> None:
    asked, found = workspace_page.told_otherwise(neo4j_home, tmp_path)
    assert asked > ASKED // 2
    assert found == []


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A case of hostile names, looked at."""
    files = ["hostile/hostile.test.mjs"]
    folder = tmp_path_factory.mktemp("hostile")
    return recorded(folder, hostile.write, files, GRAPHHUNT_PAYLOADS=json.dumps(case.PAYLOADS))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_hostile_names_in_every_field(hostile_page: Recording) -> None:
    assert len(hostile_page.heard) > 300


@pytest.mark.browser
@pytest.mark.neo4j
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_page_full_of_hostile_names_is_told_the_same_by_neo4j(
    hostile_page: Recording, neo4j_home: Neo4jServer, tmp_path: Path
) -> None:
    asked, found = hostile_page.told_otherwise(neo4j_home, tmp_path)
    assert asked > 200
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


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_events_around_a_record(server: Server, shared_data: Path) -> None:
    """One recording of ground truth A, in which a service was installed over the network."""
    recording = shared_data / "mordor_theshire_2020" / "empire_psexec_dcerpc_tcp_svcctl.zip"
    run_node(["events/events.test.mjs"], server(lambda _: recording))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_incident_is_told_at_one_look(real_case: Callable[[str], Path], tmp_path: Path) -> None:
    """The room of incidents reads the graph's tables and the records alone, so that no engine has to be filled."""
    folder = tmp_path / "workspace"
    shutil.copytree(real_case("mordor_theshire_2020"), folder)
    with Hunt(folder, settings=small_settings(engine_idle=60.0)) as hunt, served(hunt) as known:
        files = [
            "incident/incident.test.mjs",
            "incident/narrow.test.mjs",
            "incident/search.test.mjs",
            "incident/typed.test.mjs",
            "report/report.test.mjs",
        ]
        run_node(files, {**known, "GRAPHHUNT_WORKSPACE": str(folder), "GRAPHHUNT_DB": ""})


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_newcomer_gets_from_nothing_to_a_report(server: Server, shared_data: Path) -> None:
    """Ground truth B, dropped on the page; the machines are those of its authors' description."""
    (archive,) = (shared_data / "mordor_purplesharp").glob("*.zip")
    given = {"GRAPHHUNT_ARCHIVE": str(archive), "GRAPHHUNT_MACHINES": json.dumps(NEWCOMER)}
    run_node(["newcomer/newcomer.test.mjs"], server(None) | given)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_open_page_is_as_new_as_the_last_load(server: Server, shared_data: Path) -> None:
    """A recording of ground truth A is open, and ground truth B is loaded besides."""
    recording = shared_data / "mordor_theshire_2020" / "empire_psexec_dcerpc_tcp_svcctl.zip"
    (second,) = (shared_data / "mordor_purplesharp").glob("*.zip")
    given = {
        "GRAPHHUNT_FILES": str(second.parent), "GRAPHHUNT_SECOND": second.name,
        "GRAPHHUNT_MACHINES": json.dumps(NEWCOMER[2:3]),
    }  # fmt: skip
    run_node(["fresh/fresh.test.mjs"], server(lambda _: recording) | given)
