"""Fixtures of the interface tests: the small case loaded into the embedded engine, and clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.hunt import Hunt
from graphhunt.web import Pages
from tests.api import case

ADDRESS = "http://127.0.0.1:8765"
API_TOKEN = "gh_for_scripts"


@pytest.fixture(scope="session")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    """The case, loaded."""
    with case.opened(tmp_path_factory.mktemp("case")) as found:
        yield found


@pytest.fixture
def built(tmp_path: Path) -> Pages:
    """A built workspace of two files."""
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<!doctype html><title>graphhunt</title>")
    (tmp_path / "dist" / "assets" / "index-abc123.js").write_text("export {}")
    return Pages(tmp_path / "dist")


@pytest.fixture
def stranger(hunt: Hunt, built: Pages) -> TestClient:
    """A client that has not signed in; its link's token is `once`."""
    app = create_app(hunt, token="once", api_tokens=[API_TOKEN], pages=built)
    headers = {"Sec-Fetch-Site": "same-origin"}  # as a browser says of the page's own requests
    return TestClient(app, base_url=ADDRESS, headers=headers, raise_server_exceptions=False)


@pytest.fixture
def client(stranger: TestClient) -> TestClient:
    """A client that followed the link."""
    assert stranger.get("/?token=once").status_code == 200
    return stranger
