"""The workspace's files: cache rules, deep links, and the page that stands in when it is not built."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.web import Pages
from tests.api.conftest import ADDRESS


def test_index_is_asked_for_anew_and_assets_are_kept(stranger: TestClient) -> None:
    assert stranger.get("/").headers["cache-control"] == "no-cache"
    asset = stranger.get("/assets/index-abc123.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"].startswith("text/javascript")
    again = stranger.get("/assets/index-abc123.js", headers={"If-None-Match": asset.headers["etag"]})
    assert again.status_code == 304


def test_deep_links_get_the_page_and_other_misses_do_not(stranger: TestClient) -> None:
    assert stranger.get("/case/7", headers={"Accept": "text/html"}).status_code == 200
    assert stranger.get("/case/7", headers={"Accept": "application/json"}).status_code == 404
    assert stranger.get("/assets/gone.js", headers={"Accept": "text/html"}).status_code == 404


def test_nothing_outside_the_folder_is_served(stranger: TestClient, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("treasure")
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "//secret.txt"):
        assert "treasure" not in stranger.get(path).text


def test_missing_workspace_says_how_to_get_it(tmp_path: Path) -> None:
    client = TestClient(create_app(None, token="t", pages=Pages(tmp_path)), base_url=ADDRESS)  # type: ignore[arg-type]
    page = client.get("/")
    assert page.status_code == 200
    assert "pip install -e ." in page.text
    assert client.get("/api/v1/health").json()["ui"] == "missing"


def test_workspace_older_than_its_sources_is_stale(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("built")
    pages = Pages(tmp_path / "dist")
    assert pages.state() == "built"
    (tmp_path / "src").mkdir()
    source = tmp_path / "src" / "App.svelte"
    source.write_text("newer")
    os.utime(source, (2_000_000_000, 2_000_000_000))
    assert pages.state() == "stale"
    os.utime(source, (1_000_000_000, 1_000_000_000))
    assert pages.state() == "built"
