"""Every command of the application, those of groups too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from graphhunt.cli import app


@cache
def commands() -> dict[str, Any]:
    """Give every command by its words, such as `users add`."""
    return dict(_below("", app.commands()))


def _below(prefix: str, group: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, found in group.items():
        words = f"{prefix} {name}".strip()
        yield from _below(words, found.commands) if hasattr(found, "commands") else [(words, found)]
