"""One list of questions behind every door, each asked by name with its parameters, each saying why it is empty."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graphhunt import queries
from graphhunt.cli.app import app
from graphhunt.errors import UsageError
from graphhunt.hunt import Hunt
from graphhunt.questions.parameter import TYPES
from graphhunt.questions.question import KINDS, Question
from graphhunt.questions.registry import question_named, questions
from graphhunt.store.embedded import stop_engine
from tests.conftest import small_settings

EVERY = questions()
LOGON = {
    "EventID": 4624, "Channel": "Security", "Hostname": "A", "@timestamp": "2024-03-11T10:00:00.000Z",
    "SourceName": "Microsoft-Windows-Security-Auditing", "TargetUserName": "ann", "TargetDomainName": "CORP",
    "TargetUserSid": "S-1-5-21-1-2-3-1001", "TargetLogonId": "0x1f", "LogonType": "3", "IpAddress": "10.0.0.7",
}  # fmt: skip


def test_kinds_names_and_parameters_are_sound() -> None:
    assert {question.kind for question in EVERY} == set(KINDS)
    keys = [(question.kind, question.name) for question in EVERY]
    assert len(keys) == len(set(keys))
    for question in EVERY:
        assert question.title
        assert not question.title.endswith(".")
        assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", technique) for technique in question.attack)
        for parameter in question.parameters:
            assert parameter.type in TYPES
            assert parameter.help or question.cypher, (question.name, parameter.name)
            assert parameter.required or parameter.read(None) == parameter.read(parameter.default)


def test_every_door_lists_the_same(tmp_path: Path) -> None:
    from graphhunt.api.routes.analyses import list_analyses
    from graphhunt.api.routes.hunts import list_hunts

    hunts = [question.describe() for question in questions("hunt", "entity")]
    analyses = [question.describe() for question in questions("analysis", "enricher")]
    with Hunt(tmp_path / "ws", settings=small_settings()) as hunt:
        assert hunt.hunts() == hunts
        assert json.loads(list_hunts(hunt).model_dump_json())["items"] == hunts
    assert json.loads(list_analyses().model_dump_json())["items"] == analyses
    parts = {kind: [item for item in analyses if item["kind"] == kind] for kind in ("analysis", "enricher")}
    doors = (
        ("hunts", "hunts", hunts),
        ("analyses", "analyses", parts["analysis"]),
        ("enrich", "enrichers", parts["enricher"]),
    )
    for command, name, listed in doors:
        done = CliRunner().invoke(app, ["--workspace", str(tmp_path / "ws"), command, "--json"])
        assert json.loads(done.stdout)[name] == listed
    pages = Path(__file__).parents[2] / "docs" / "reference"
    text = (pages / "hunts.md").read_text("utf-8") + (pages / "analytics.md").read_text("utf-8")
    assert [question.name for question in EVERY if f"`{question.name}`" not in text] == []


@pytest.mark.parametrize(
    ("name", "kinds", "found"),
    [
        ("lateral_movement", ("hunt",), "lateral-movement"),
        ("remote-execution", ("hunt", "entity"), "hunt/remote_execution"),
        ("came_from", ("entity",), "pivot/ask/machine/came_from"),
        ("Process-Rarity", ("analysis",), "process-rarity"),
        ("paths", ("paths",), "paths"),
    ],
)
def test_a_question_is_found_by_its_name_or_the_end_of_it(name: str, kinds: tuple[str, ...], found: str) -> None:
    assert question_named(name, *kinds).name == found


@pytest.mark.parametrize(
    ("name", "kinds", "said"),
    [
        ("no such", ("hunt", "entity"), "no hunt is called 'no such' (see: graphhunt hunts)"),
        ("no such", ("analysis",), "no analytic is called 'no such' (see: graphhunt analyses)"),
        ("remote", ("hunt",), "hunt/remote_execution"),
        ("executions", ("entity",), "several are called 'executions'"),
    ],
)
def test_an_unknown_name_says_what_there_is(name: str, kinds: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        question_named(name, *kinds)
    assert said in str(refused.value)


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    """A case of one logon from an address: most questions have no answer in it."""
    folder = tmp_path_factory.mktemp("one")
    (folder / "logons.jsonl").write_text(json.dumps(LOGON) + "\n")
    with Hunt(folder / "ws", settings=small_settings()) as opened:
        opened.load(folder / "logons.jsonl")
        yield opened
    stop_engine(folder / "ws")


@pytest.mark.parametrize("question", [q for q in EVERY if q.cypher], ids=lambda q: q.name)
def test_a_question_without_an_answer_says_what_was_looked_at(hunt: Hunt, question: Question) -> None:
    given = dict(queries.library()[question.name].header.example or {})
    found = hunt.hunt(question.name, **given)
    assert list(found) == ["hunt", "columns", "rows", "truncated", *([] if found["rows"] else ["reason"])]
    assert found["columns"] == list(question.columns)
    if not found["rows"]:
        looked = re.findall(r"(\d[\d,]*) (\w+)", found["reason"])
        assert looked
        counts = hunt.status()["nodes"] | hunt.status()["relationships"]
        assert looked == [(f"{counts.get(name, 0):,}", name) for _, name in looked]


def test_as_many_rows_come_as_are_wanted(hunt: Hunt) -> None:
    whole = hunt.hunt("entity/nodes", machines=["a"], addresses=["10.0.0.7"])
    few = hunt.hunt("entity/nodes", machines=["a"], addresses=["10.0.0.7"], limit=1)
    assert (len(whole["rows"]), whole["truncated"]) == (2, False)
    assert (len(few["rows"]), few["truncated"]) == (1, True)


@pytest.mark.parametrize("name", ["limit", "write", "name", "nonsense"])
def test_words_of_the_asking_are_no_parameters(tmp_path: Path, name: str) -> None:
    done = CliRunner().invoke(app, ["--workspace", str(tmp_path), "hunt", "remote-execution", "-p", f"{name}=1"])
    assert (done.exit_code, f"has no parameter '{name}'" in done.stderr) == (2, True), done.output
