"""The recipes of CONTRIBUTING do what they say: performed in a scratch copy of the checkout, block by block."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
import textwrap
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from graphhunt.store.embedded import stop_engine

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCK = re.compile(
    r"(?:^[ ]*`(?P<file>[^`\n]+)`\n\n)?^(?P<body>[ ]*```(?P<kind>\w+)\n.*?^[ ]*```$)", re.DOTALL | re.MULTILINE
)
INSTALLED = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
OFFLINE = "--no-deps --no-build-isolation --no-index"
# As every GUID stands in the graph: in braces, as Windows writes it.
TICKETS = {
    "jump-1": "{7c9e6679-7425-40de-944b-e07fc1f90ae7}",
    "jump-2": "{550e8400-e29b-41d4-a716-446655440000}",
}

pytestmark = pytest.mark.slow


class Block(NamedTuple):
    """One fenced block: of which file, in which language, with which text."""

    file: str | None
    kind: str
    text: str


def blocks(recipe: str) -> list[Block]:
    """Give the blocks of a recipe in order."""
    section = GUIDE.partition(f"\n## {recipe}\n")[2].partition("\n## ")[0]
    found = []
    for match in BLOCK.finditer(section):
        text = textwrap.dedent(match["body"]).split("\n", 1)[1].rpartition("```")[0]
        found.append(Block(match["file"], match["kind"], text))
    assert found, f"CONTRIBUTING has no recipe '{recipe}'"
    return found


def changed(text: str, diff: str) -> str:
    """Apply lines that begin with a space, + or - to the one place where they fit."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(old) == 1, old
    return text.replace(old, new)


class Copy:
    """A checkout of a contributor's own, with an environment in `.venv` that takes its packages from this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.took: dict[str, set[str]] = {}
        self.loaded: dict[str, Any] = {}
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        venv.create(folder / ".venv", symlinks=True)
        site = next((folder / ".venv").glob("lib/python*/site-packages"))
        (site / "packages.pth").write_text("".join(f"{path}\n" for path in INSTALLED), "utf-8")
        for tool, arguments in {"pytest": "", "pip": OFFLINE}.items():
            script = folder / ".venv" / "bin" / tool
            script.write_text(f'#!/bin/sh\nexec "{folder}/.venv/bin/python" -m {tool} "$@" {arguments}\n', "utf-8")
            script.chmod(0o755)

    def shell(self, command: str) -> str:
        """Run what a contributor types, and give what it prints."""
        own = {"GRAPHHUNT_UI": "skip", "GRAPHHUNT_WORKSPACE": str(self.folder / "case"), "GRAPHHUNT_ENGINE_IDLE": "20"}
        own["PYTEST_ADDOPTS"] = "-q -p no:cacheprovider -m 'not neo4j'"
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "GRAPHHUNT_"))} | own
        done = subprocess.run(
            ["sh", "-ec", command], cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def graphhunt(self, command: str) -> Any:
        """Run a command of the program, and give its answer."""
        return json.loads(self.shell(f".venv/bin/graphhunt {command} --json"))

    def rows(self, cypher: str) -> list[list[Any]]:
        """Ask the graph."""
        return [list(row.values()) for row in self.graphhunt(f'query "{cypher}"')["rows"]]

    def perform(self, recipe: str) -> set[str]:
        """Do every step of a recipe, and name the files it took."""
        for block in blocks(recipe):
            if block.file is None:
                assert block.kind == "sh", block
                self.shell(block.text)
                continue
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                changed(path.read_text("utf-8"), block.text) if block.kind == "diff" else block.text, "utf-8"
            )
        return {block.file for block in blocks(recipe) if block.file}

    def page(self, name: str) -> str:
        """Read a page of the reference."""
        return (self.folder / "docs" / "reference" / f"{name}.md").read_text("utf-8")


SAMPLE = "tests/loaders/data/jump_csv/sessions.csv"
LOGONS = "MATCH (u:User)-[r:LOGGED_ON]->(m:Machine) RETURN u.name, m.name, r.source_ip, r.source, r.ticket_guid"
API = """
import json
from starlette.testclient import TestClient
import graphhunt
from graphhunt.api.app import create_app

with graphhunt.open() as hunt:
    client = TestClient(create_app(hunt, token="once"), base_url="http://127.0.0.1:8765")
    client.headers["Sec-Fetch-Site"] = "same-origin"
    client.get("/?token=once")
    kinds = client.get("/api/v1/schema").json()["relations"]
    (user, machine), *_ = hunt.query("MATCH (u:User)-->(m:Machine {name: 'jump-1'}) RETURN u.id, m.id").rows
    ends = {"start": {"kind": "User", "id": user}, "end": {"kind": "Machine", "id": machine}}
    rows = client.post("/api/v1/edges/relationships", json={**ends, "relation": "LOGGED_ON"}).json()["items"]
print(json.dumps({"kinds": kinds, "rows": rows}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy in which every recipe was performed, and then the loader's sample loaded."""
    made = Copy(tmp_path_factory.mktemp("copy"))
    try:
        for recipe in ("Add a loader", "Add a question", "Add an analytic", "Add a property", "Recipes"):
            made.took[recipe] = made.perform(recipe)
        made.loaded = made.graphhunt(f"load {SAMPLE}")
        yield made
    finally:
        stop_engine(made.folder / "case")


def test_a_loader_is_asked_and_its_records_are_drawn(copy: Copy) -> None:
    assert copy.loaded["events_loaded"] == 2
    assert copy.loaded["relationships"] == {"LOGGED_ON": 2, "REMOTE_LOGON": 2}
    rows = sorted(row[:4] for row in copy.rows(LOGONS))
    assert rows == [["ann", "jump-1", "10.0.0.5", "jump_csv"], ["ann", "jump-2", "10.0.0.5", "jump_csv"]]
    assert "## `jump_csv`\n\nSessions on jump hosts as CSV" in copy.page("loaders")


def test_a_question_is_one_file_that_is_listed_and_answers(copy: Copy) -> None:
    assert copy.took["Add a question"] == {"cypher/hunt/first_logons.cypher"}
    listed = copy.shell(".venv/bin/graphhunt hunts --all")
    assert "hunt/first_logons  [T1078]\n  First logon of each account on each machine, latest first\n" in listed
    assert copy.graphhunt("hunt first_logons")["rows"] == [
        {"first": "2026-03-01T09:30:00.000000Z", "user": "ann", "machine": "jump-2", "logons": 1},
        {"first": "2026-03-01T08:00:00.000000Z", "user": "ann", "machine": "jump-1", "logons": 1},
    ]
    assert "### `hunt/first_logons`\n\nFirst logon of each account" in copy.page("queries")


def test_an_analytic_is_one_file_that_runs_and_writes_its_property(copy: Copy) -> None:
    assert copy.took["Add an analytic"] == {"graphhunt/analyses/spread.py"}
    assert copy.graphhunt("analyze spread")["runs"][0]["written"] == {"User": 1}
    assert copy.rows("MATCH (u:User) RETURN u.name, u.spread_machines") == [["ann", 2]]
    assert "| User | `spread_machines` | machines it logged on to |" in copy.page("analytics")


def test_a_property_is_one_row_of_the_schema_and_the_loaders_field(copy: Copy) -> None:
    assert copy.took["Add a property"] == {"graphhunt/schema/relationships.py", "loaders/jump_csv.py"}
    assert {row[1]: row[4] for row in copy.rows(LOGONS)} == TICKETS
    meaning = "GUID of the ticket the session began with"
    assert f"| `ticket_guid` | text | {meaning} |" in copy.page("graph-model")
    (copy.folder / "api.py").write_text(API, "utf-8")
    told = json.loads(copy.shell(".venv/bin/python api.py"))
    listed = next(kind["properties"] for kind in told["kinds"] if kind["type"] == "LOGGED_ON")
    assert {"name": "ticket_guid", "type": "text", "meaning": meaning} in listed
    assert [row["ticket_guid"] for row in told["rows"]] == [TICKETS["jump-1"]]
