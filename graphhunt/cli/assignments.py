"""Parameters of the command line: `NAME=VALUE`, and `NAME=@FILE` for the text of a file."""

from __future__ import annotations

from pathlib import Path

from graphhunt.errors import UsageError


def assignments(given: list[str]) -> dict[str, str]:
    """Read options written as `NAME=VALUE`; the parameter's type says how the value is read.

    Raises:
        UsageError: One has no `=` or no name.
    """
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"'{text}' is not a parameter", hint="write --param name=value")
        found[name] = value
    return found


def with_files(given: dict[str, str]) -> dict[str, str]:
    """Put the text of its file in the place of each value `@FILE`.

    Raises:
        UsageError: A file can't be read as text.
    """
    return {name: _file(value[1:]) if value.startswith("@") else value for name, value in given.items()}


def _file(name: str) -> str:
    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"'{name}' can't be read as text", hint=str(error)) from error
