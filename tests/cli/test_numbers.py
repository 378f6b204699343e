"""Numbers that ask for nothing are wrong usage, before anything is opened or run."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from graphhunt.cli.app import app
from graphhunt.errors import UsageError
from graphhunt.questions.registry import question_named


@pytest.mark.parametrize("number", ["0", "-1"])
@pytest.mark.parametrize(
    "words",
    [
        ("paths", "--k"), ("paths", "--max-hops"), ("query", "RETURN 1 AS one", "--limit"), ("find", "x", "--limit"),
        ("hunt", "lateral-movement", "--limit"), ("tree", "x", "--limit"), ("audit", "--limit"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_at_least_one_is_asked_for(tmp_path: Path, words: tuple[str, ...], number: str) -> None:
    done = CliRunner().invoke(app, ["--workspace", str(tmp_path / "ws"), *words, number])
    assert done.exit_code == 2, done.output
    assert words[-1] in done.stderr
    assert not (tmp_path / "ws").exists()


@pytest.mark.parametrize("number", [0, -1])
def test_a_hunt_has_at_least_one_finding_or_row(number: int) -> None:
    for name, kind, parameter in (("lateral-movement", "hunt", "findings"), ("paths", "paths", "k")):
        question = question_named(name, kind)
        with pytest.raises(UsageError, match=f"{parameter} is at least 1, not {number}"):
            question.bind({parameter: number})
        assert question.bind({parameter: 1})[parameter] == 1
    assert question_named("lateral-movement", "hunt").bind({})["findings"] == 200
