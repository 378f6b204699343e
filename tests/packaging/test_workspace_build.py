"""The browser workspace is built exactly when it has to be, and a failure is one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import workspace_build as wb

if TYPE_CHECKING:
    from tests.packaging.conftest import Tools


def test_first_build_installs_builds_and_stamps(ui: Path, tools: Tools) -> None:
    wb.ensure(ui)
    assert tools.calls() == ["ci", "run build"]
    assert (ui / "dist" / "index.html").is_file()
    assert (ui / "dist" / ".stamp").read_text("utf-8").strip() == wb.digest(ui)


def test_nothing_runs_when_the_stamp_matches(ui: Path, tools: Tools) -> None:
    wb.ensure(ui)
    wb.ensure(ui)
    assert len(tools.calls()) == 2


@pytest.mark.parametrize("name", ["src/main.ts", "src/new.svelte", "index.html", "package.json", "vite.config.ts"])
def test_a_changed_source_is_built_again(ui: Path, tools: Tools, name: str) -> None:
    wb.ensure(ui)
    (ui / name).write_text("changed", "utf-8")
    wb.ensure(ui)
    assert tools.calls()[-1] == "run build"
    assert len(tools.calls()) == 3, "the packages were current and must not be installed again"


@pytest.mark.parametrize(
    "name", ["tests/unit/a.test.ts", "node_modules/a/index.js", "dist/assets/app.js", "__init__.py"]
)
def test_other_files_do_not_matter(ui: Path, tools: Tools, name: str) -> None:
    wb.ensure(ui)
    (ui / name).parent.mkdir(parents=True, exist_ok=True)
    (ui / name).write_text("changed", "utf-8")
    assert not wb.is_due(ui)


def test_moving_text_between_files_changes_the_hash(ui: Path) -> None:
    before = wb.digest(ui)
    (ui / "src" / "main.ts").rename(ui / "src" / "nain.ts")
    assert wb.digest(ui) != before


def test_lost_output_is_built_again(ui: Path, tools: Tools) -> None:
    wb.ensure(ui)
    (ui / "dist" / "index.html").unlink()
    assert wb.is_due(ui)


def test_packages_are_installed_again_when_the_lock_names_others(ui: Path, tools: Tools) -> None:
    wb.ensure(ui)
    (ui / "package-lock.json").write_text('{"packages": {"node_modules/a": {"version": "1.0.1"}}}', "utf-8")
    wb.ensure(ui)
    assert tools.calls() == ["ci", "run build"] * 2


def test_skip_and_absence_do_nothing(ui: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wb.ensure(tmp_path / "no-front-end")
    monkeypatch.setenv("GRAPHHUNT_UI", "skip")
    wb.ensure(ui)
    assert tools.calls() == []
    assert wb.requirements(ui) == []


@pytest.mark.parametrize(
    ("version", "asks"),
    [
        ("v18.20.4", True),
        ("v20.18.1", True),
        ("v20.19.0", False),
        ("v21.7.3", True),
        ("v22.11.0", True),
        ("v22.12.0", False),
        ("v24.1.0", False),
        ("garbage", True),
    ],
)
def test_node_package_is_asked_for_only_without_a_usable_node(ui: Path, tools: Tools, version: str, asks: bool) -> None:
    tools.node(version)
    assert wb.requirements(ui) == ([wb.NODE_PACKAGE] if asks else [])


def test_node_package_is_asked_for_without_any_node(ui: Path, tools: Tools) -> None:
    (tools.folder / "node").unlink()
    assert wb.requirements(ui) == [wb.NODE_PACKAGE]


def test_node_package_is_not_asked_for_when_nothing_is_due(ui: Path, tools: Tools) -> None:
    wb.ensure(ui)
    (tools.folder / "node").unlink()
    assert wb.requirements(ui) == []


NO_PACKAGES = "echo 'npm warn old' >&2; echo 'npm error code ENOTFOUND' >&2; exit 1"


def test_unreachable_packages_give_one_sentence(ui: Path, tools: Tools) -> None:
    tools.npm(ci=NO_PACKAGES)
    with pytest.raises(wb.WorkspaceBuildError) as caught:
        wb.ensure(ui)
    text = str(caught.value)
    assert "\n" not in text
    assert "npm error code ENOTFOUND" in text
    assert "GRAPHHUNT_UI=skip" in text
    assert not (ui / "dist" / ".stamp").exists()


def test_a_failed_build_is_not_stamped(ui: Path, tools: Tools) -> None:
    tools.npm(build="echo 'error: no such symbol'; exit 2")
    with pytest.raises(wb.WorkspaceBuildError, match="no such symbol"):
        wb.ensure(ui)
    assert wb.is_due(ui)


def test_a_build_without_a_page_is_an_error(ui: Path, tools: Tools) -> None:
    tools.npm(build="true")
    with pytest.raises(wb.WorkspaceBuildError, match=r"no ui/dist/index\.html"):
        wb.ensure(ui)


def test_backend_ends_without_a_traceback(root: Path, ui: Path, tools: Tools, tmp_path: Path) -> None:
    tools.npm(ci=NO_PACKAGES)
    project = tmp_path / "project"
    project.mkdir()
    (project / "_build").mkdir()
    for source in (root / "_build").glob("*.py"):
        (project / "_build" / source.name).write_bytes(source.read_bytes())
    ui.rename(project / "ui")
    code = "import graphhunt_build; graphhunt_build.build_wheel('.')"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=project / "_build", capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("graphhunt: the browser workspace is missing, because npm could not install")
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_licences_of_what_is_bundled_are_kept(ui: Path, tools: Tools) -> None:
    lock = """{"packages": {"": {}, "node_modules/a": {"version": "1.0.0", "license": "MIT"},
        "node_modules/a/node_modules/@s/b": {"version": "2.0.0", "license": "ISC"},
        "node_modules/tool": {"version": "3.0.0", "dev": true, "license": "MPL-2.0"}}}"""
    (ui / "package-lock.json").write_text(lock, "utf-8")
    tools.npm(ci="mkdir -p node_modules/a node_modules/tool && echo 'Copyright A' > node_modules/a/LICENSE.md")
    wb.ensure(ui)
    text = (ui / "dist" / "third-party.txt").read_text("utf-8")
    assert "a 1.0.0 (MIT)" in text
    assert "Copyright A" in text
    assert "@s/b 2.0.0 (ISC)" in text
    assert "tool" not in text
