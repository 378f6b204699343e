"""The documentation can't fall behind the code: reference pages are made from it, and prose names only what exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.listing import commands

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
PROSE = sorted([*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md"))])


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text("utf-8")


def test_reference_pages_are_current() -> None:
    command = [sys.executable, "docs/generate.py", "--check"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert answer.returncode == 0, f"run python docs/generate.py\n{answer.stdout}{answer.stderr}"


def test_every_label_and_type_is_described() -> None:
    from graphhunt import schema

    text = page("graph-model")
    assert [name for name in (*schema.NODES, *schema.RELATIONSHIPS) if f"`{name}`" not in text] == []


def test_every_setting_is_described() -> None:
    from graphhunt.settings import settings_table

    assert [row.name for row in settings_table() if row.env not in page("settings") or not row.help] == []


def test_every_query_is_described() -> None:
    names = [
        path.relative_to(ROOT / "cypher").with_suffix("").as_posix() for path in (ROOT / "cypher").rglob("*.cypher")
    ]
    assert [name for name in names if not name.startswith("neo4j/") and f"`{name}`" not in page("queries")] == []


def test_every_loader_is_described() -> None:
    names = [path.stem for path in (ROOT / "loaders").glob("[!_]*.py")]
    assert [name for name in names if f"## `{name}`" not in page("loaders")] == []


def test_every_analytic_and_function_is_described() -> None:
    import graphhunt.toolbox
    from graphhunt.analyses.registry import analyses

    text = page("analytics")
    assert [name for name in analyses() if f"## `{name}`" not in text] == []
    assert [name for name in graphhunt.toolbox.__all__ if f"| `{name}` |  |" in text] == []


def test_every_command_and_option_is_described() -> None:
    text = page("cli")
    assert [name for name in commands() if f"## `graphhunt {name}" not in text] == []
    silent = [
        f"{name} {parameter.opts[0]}"
        for name, found in commands().items()
        for parameter in found.params
        if parameter.opts[0].startswith("-") and not parameter.help
    ]
    assert silent == []
    assert [name for name, found in commands().items() if not found.help] == []


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_prose_names_only_commands_that_exist(path: Path) -> None:
    known = {name.split()[0] for name in commands()}
    code = re.findall(r"```.*?```|`[^`\n]+`", path.read_text("utf-8"), re.DOTALL)
    used = re.findall(r"(?:^|`|/)graphhunt ([a-z][\w-]*)", "\n".join(code), re.MULTILINE)
    assert set(used) - known == set()


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_readme_has_the_two_commands_on_one_line_each() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for name in ("demo", "test"):
        block = re.search(rf"<!-- command: {name} -->\n```sh\n(.*?)\n```", text, re.DOTALL)
        assert block is not None
        assert "\n" not in block[1]
        assert block[1].startswith("python3 -m venv .venv && ")
