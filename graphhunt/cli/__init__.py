"""The command line: one file per command, heavy imports inside functions.

Data goes to stdout, messages and progress to stderr. Exit codes: 0 ok, 1 failed, 2 wrong usage.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from graphhunt.cli.app import app

    app()
