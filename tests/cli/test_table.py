"""The table of commands says what the commands themselves say."""

from __future__ import annotations

import pytest

from graphhunt.cli import app


@pytest.mark.parametrize("name", app.COMMANDS)
def test_a_summary_is_how_the_help_of_its_command_begins(name: str) -> None:
    entry = app.COMMANDS[name]
    told = entry.load(name).help or ""
    assert " ".join(told.split("\n\n")[0].split()) == entry.summary


def test_each_command_is_found_under_its_name() -> None:
    assert {name: found.name for name, found in app.commands().items()} == {name: name for name in app.COMMANDS}
