"""The command line: one file per command, imported when the command is called.

Data goes to stdout, messages and progress to stderr. Exit codes: 0 ok, 1 failed, 2 wrong usage.
"""

from __future__ import annotations

import sys

from graphhunt.cli.faults import guarded
from graphhunt.cli.show import steady_streams


def main() -> None:
    """Run the command line; whatever happens, its user sees a message and never a traceback."""
    with guarded(_name(sys.argv[1:])):
        from graphhunt.cli.app import app  # what fails or is interrupted here ends with a message too

        steady_streams()
        app()


def _name(words: list[str]) -> str:
    """Name the command for messages: without its parameters, which may be secret."""
    given = iter(words)
    for word in given:
        if word in ("--workspace", "--db"):
            next(given, None)
        elif not word.startswith("-"):
            return f"graphhunt {word}"
    return "graphhunt"
