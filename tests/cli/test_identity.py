"""`graphhunt identity`: statements are made, listed, named by the digest and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphhunt.store.embedded import stop_engine

from .test_commands import data, run


@pytest.fixture
def case(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace with two machines FS01."""
    monkeypatch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "256")
    monkeypatch.setenv("GRAPHHUNT_ENGINE_IDLE", "2")
    data(tmp_path / "ws", "load", str(shared_data / "cases" / "t04_same_short_name.xml"))
    yield tmp_path / "ws"
    stop_engine(tmp_path / "ws")


def test_statements_are_made_listed_and_taken_back(case: Path) -> None:
    before = data(case, "status", "--digest")
    assert "statements" not in before
    (move,) = data(case, "identity", "join", "FS01.alpha.example", "FS01.beta.example", "--preview")["moves"]
    assert (move["before"], move["after"]) == ("fs01@beta.example", "fs01@alpha.example")
    words = run(case, "identity", "apart", "FS01.alpha.example", "FS01.beta.example", "--preview").stdout
    assert "no record would be another's" in words
    assert data(case, "identity", "list")["statements"] == []
    joined = data(case, "identity", "join", "FS01.alpha.example", "FS01.beta.example", "--reason", "one box")
    held = data(case, "status", "--digest")
    assert (held["nodes"]["Machine"], held["statements"]["count"]) == (2, 1)
    assert held["digest"] != before["digest"]
    assert run(case, "identity", "undo", joined["id"]).exit_code == 0
    assert data(case, "status", "--digest")["digest"] == before["digest"]
    rows = data(case, "identity", "list")["statements"]
    assert [(row["verdict"], row["standing"]) for row in rows] == [("join", False), ("undo", True)]
    assert "one box" in run(case, "identity", "list").stdout
    assert data(case, "identity", "apart", "FS01.alpha.example", "FS01.beta.example")["verdict"] == "apart"
    split = data(case, "identity", "split", "DB01", "--since", "2026-03-02T09:05:00Z")
    assert split["start"] == "2026-03-02T09:05:00.000000Z"
    wrong = run(case, "identity", "join", "FS01.alpha.example", "nosuch")
    assert wrong.exit_code == 2
    assert "no machine is spelled 'nosuch'" in wrong.stderr
