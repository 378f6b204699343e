"""`graphhunt story` on a case made by hand; no engine is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api import case
from tests.lateral.case import snapshot

from .test_commands import data, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case, loaded."""
    made: Path = tmp_path_factory.mktemp("case")
    (made / "logs").mkdir()
    snapshot(made / "ws", case.write(made / "logs"))
    return made / "ws"


def test_a_story(folder: Path) -> None:
    shown = run(folder, "story", "bravo").stdout
    for words in ("Who came", "What ran", "cmd.exe", "9.9.9.9", "2026-03-02 10:00:00"):
        assert words in shown
    assert "\x1b" not in shown
    assert data(folder, "story", "account:ada")["kind"] == "user"


def test_around_a_time(folder: Path) -> None:
    told = data(folder, "story", "bravo", "--around", "2026-03-02T10:05:00Z", "--minutes", "5")
    assert (told["since"], told["until"]) == ("2026-03-02T10:00:00.000000Z", "2026-03-02T10:10:00.000000Z")
    assert "0.exe" not in {row["program"] for row in told["tables"]["ran"]["rows"]}


def test_an_unknown_name_names_the_nearest(folder: Path) -> None:
    missing = run(folder, "story", "brabo")
    assert missing.exit_code == 2
    assert "did you mean bravo" in missing.stderr
    assert run(folder, "story", "bravo", "--around", "2026-03-02", "--since", "2026-03-01").exit_code == 2
