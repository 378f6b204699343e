"""The wheel holds what the tree holds, twice the same, and nothing that was deleted."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("_build", "graphhunt", "loaders", "cypher", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the package is built from, with a built front end of one page."""
    target = tmp_path / "project"
    target.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(source, target / name)
    (target / "ui" / "dist" / "assets").mkdir(parents=True)
    (target / "ui" / "__init__.py").write_text('"""The built browser workspace."""\n', "utf-8")
    (target / "ui" / "dist" / "index.html").write_text("<html></html>", "utf-8")
    (target / "ui" / "dist" / "assets" / "app-1a2b.js").write_text("1", "utf-8")
    return target


def build(project: Path, what: str) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{what}", "--outdir", "out", "."]
    env = {**os.environ, "GRAPHHUNT_UI": "skip"}
    answer = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False, timeout=240)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (made,) = (project / "out").glob("*.whl" if what == "wheel" else "*.tar.gz")
    return made


def test_wheel_is_complete_repeatable_and_fresh(project: Path) -> None:
    extra = project / "cypher" / "zz_passing"
    extra.mkdir()
    (extra / "guest.cypher").write_text("RETURN 1", "utf-8")
    first = build(project, "wheel")
    with zipfile.ZipFile(first) as archive:
        members = set(archive.namelist())
    expected = {
        f"graphhunt/cypher/{path.relative_to(project / 'cypher')}" for path in (project / "cypher").rglob("*.cypher")
    }
    expected |= {f"graphhunt/loaders/{path.name}" for path in (project / "loaders").glob("*.py")}
    expected |= {"graphhunt/ui/dist/index.html", "graphhunt/ui/dist/assets/app-1a2b.js", "graphhunt/py.typed"}
    assert expected - members == set()
    assert "graphhunt/cypher/zz_passing/guest.cypher" in members

    shutil.rmtree(extra)
    once = hashlib.sha256(build(project, "wheel").read_bytes()).hexdigest()
    with zipfile.ZipFile(first) as archive:
        assert "graphhunt/cypher/zz_passing/guest.cypher" not in archive.namelist(), "a deleted query shipped"
    for path in project.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert hashlib.sha256(build(project, "wheel").read_bytes()).hexdigest() == once


def test_source_archive_carries_the_built_front_end(project: Path) -> None:
    with tarfile.open(build(project, "sdist")) as archive:
        members = {name.partition("/")[2] for name in archive.getnames()}
    assert {"ui/dist/index.html", "_build/graphhunt_build.py", "_build/workspace_build.py", "LICENSE"} <= members
    assert not any("node_modules" in name for name in members)
