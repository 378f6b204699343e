"""The DataFrame functions of `graphhunt.toolbox` under the name that notebooks import them from."""

from __future__ import annotations

from typing import Any

from graphhunt import toolbox

__all__ = list(toolbox.__all__)  # names, made from the toolbox's table


def __getattr__(name: str) -> Any:
    """Load a public name from the toolbox."""
    return getattr(toolbox, name)


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
