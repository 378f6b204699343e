"""A served case for the tests in the browser, on either engine, and the run of node's test files against it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from graphhunt.api.app import create_app
from graphhunt.hunt import Hunt
from graphhunt.store import open_store
from graphhunt.store.embedded import stop_engine
from graphhunt.web import dist_folder
from tests import neo4j_server
from tests.conftest import empty, small_settings
from tests.entities.test_pictures import mmdb
from tests.ui.recording import Exchange, Recorder

UI = Path(__file__).parent.parent.parent / "ui"
PEOPLE = {"ana": "analyst", "rex": "reader", "lou": "loader"}
"""Who may sign in to a served case, with their roles."""
PASSWORD = "correct horse battery"
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def chromium() -> str | None:
    """Find the browser: `CHROMIUM`, or where distributions put it."""
    return next((path for path in (os.environ.get("CHROMIUM", ""), *CHROMIUM) if path and Path(path).exists()), None)


def lacking() -> str | None:
    """Say what is missing for a test in the browser; None if nothing is."""
    if chromium() is None:
        return "Chromium is not here; install it or name it in CHROMIUM"
    if shutil.which("node") is None:
        return "node is not here"
    if not (UI / "node_modules" / "playwright-core").is_dir():
        return "the browser tests' packages are not here; run npm ci in ui/"
    if not (dist_folder() / "index.html").is_file():
        return "the browser workspace is not built; run npm run build in ui/"
    return None


@contextmanager
def loaded(
    folder: Path, write: Callable[[Path], Path] | None, neo4j: neo4j_server.Neo4jServer | None = None
) -> Iterator[Hunt]:
    """Load what `write` puts into a folder (None: nothing) into a workspace of its own, on Neo4j if one is given."""
    logs, workspace = folder / "logs", folder / "workspace"
    logs.mkdir(exist_ok=True)
    places = mmdb(folder / "places.mmdb", {"9.9.9.9": (47.4, 8.5, "<b>Berne</b>")})
    given: dict[str, Any] = {"engine_idle": 60.0, "mmdb": str(places)}
    if neo4j:
        given["db_password"] = neo4j.password
        with open_store(folder / "emptying", neo4j.url, small_settings(**given)) as store:
            empty(store)
    with Hunt(workspace, db=neo4j.url if neo4j else None, settings=small_settings(**given)) as hunt:
        if write:
            hunt.load(write(logs))
        yield hunt
    if neo4j is None:
        stop_engine(workspace)


@contextmanager
def served(hunt: Hunt, folder: Path | None = None, heard: list[Exchange] | None = None) -> Iterator[dict[str, str]]:
    """Serve a hunt on a free loopback port: its one-time link, and the cookie of a session of its own.

    With a folder, accounts and cases are kept there, as `graphhunt serve` keeps them in the workspace. What is asked
    of the graph, and answered, is added to `heard`.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = create_app(hunt, token="first", folder=folder)
        session = app.state.access.exchange("first")
        for name, role in PEOPLE.items():
            app.state.accounts.add_user(name, PASSWORD, [role])
        listening = app if heard is None else Recorder(app, heard)
        running = uvicorn.Server(uvicorn.Config(listening, log_level="error", access_log=False))
        app.state.ending = lambda: running.should_exit
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield {
                "GRAPHHUNT_URL": f"http://127.0.0.1:{port}/?token={app.state.access.new_link_token()}",
                "GRAPHHUNT_PASSWORD": PASSWORD,
                "GRAPHHUNT_COOKIE": f"graphhunt_{port}={session}",
            }
        finally:
            running.should_exit = True
            thread.join(timeout=20)


def run_node(files: list[str], environment: dict[str, str]) -> None:
    """Run node's test files below `ui/tests`; any failure, skip or empty run fails."""
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, "--test", "--test-concurrency=1", *(f"tests/{name}" for name in files)],
        cwd=UI, env={**os.environ, **environment, "CHROMIUM": chromium() or ""}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
    assert "# tests 0" not in done.stdout
