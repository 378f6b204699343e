"""The browser workspace in a real browser against the real server: runs `ui/tests/browser` with node."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from graphhunt.api.app import create_app
from graphhunt.web import dist_folder
from tests.api import case

UI = Path(__file__).parent.parent.parent / "ui"
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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A served case: its one-time link, and the cookie of a session of its own."""
    reason = lacking()
    if reason:
        if os.environ.get("GRAPHHUNT_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with case.opened(tmp_path_factory.mktemp("case")) as hunt, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = create_app(hunt, token="first")
        session = app.state.access.exchange("first")
        running = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        yield {
            "GRAPHHUNT_URL": f"http://127.0.0.1:{port}/?token={app.state.access.new_link_token()}",
            "GRAPHHUNT_COOKIE": f"graphhunt_{port}={session}",
        }
        running.should_exit = True
        thread.join(timeout=20)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_workspace_in_the_browser(server: dict[str, str]) -> None:
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, "--test", "--test-concurrency=1", "tests/browser/"],
        cwd=UI, env={**os.environ, **server, "CHROMIUM": chromium() or ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
