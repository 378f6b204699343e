"""Fixtures of the packaging tests: the checkout, and stand-ins for node and npm that log what they were asked."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "_build"))

NPM = """#!/bin/sh
echo "$*" >> "{log}"
case "$1" in
  ci) {ci} ;;
  run) {build} ;;
esac
"""
CI = "mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json"
BUILD = "mkdir -p dist/assets && echo built > dist/assets/app.js && echo '<html></html>' > dist/index.html"


class Tools:
    """A folder with a node and an npm that the build finds on the search path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "npm.log"
        self.node("v20.19.0")
        self.npm()

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text, "utf-8")
        path.chmod(0o755)

    def node(self, version: str) -> None:
        self._write("node", f"#!/bin/sh\necho {version}\n")

    def npm(self, ci: str = CI, build: str = BUILD) -> None:
        self._write("npm", NPM.format(log=self.log, ci=ci, build=build))

    def calls(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    folder = tmp_path / "tools"
    folder.mkdir()
    made = Tools(folder)
    for name in ("sh", "mkdir", "cp", "echo", "cat"):
        real = shutil.which(name)
        assert real is not None
        (folder / name).symlink_to(real)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("GRAPHHUNT_UI", raising=False)
    return made


@pytest.fixture
def ui(tmp_path: Path) -> Path:
    """A front end small enough to see through: two sources, a test, a lock file."""
    folder = tmp_path / "ui"
    for name, text in {
        "package.json": "{}",
        "package-lock.json": '{"packages": {"": {}, "node_modules/a": {"version": "1.0.0"}}}',
        "index.html": "<html>",
        "src/main.ts": "export {}",
        "src/graph/model.ts": "export const x = 1",
        "tests/unit/a.test.ts": "test",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
