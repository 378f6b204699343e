"""The kinds of entities: each class enters itself under its label, and what makes entities of rows finds it there."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar


class Kind(Protocol):
    """What a class of entities offers to those that don't know it."""

    label: str

    def of(self, ids: list[str], *, hunt: Any = None, period: Any = None) -> Any:
        """Give the entity that stands for nodes whose ids are known."""

    def of_rows(self, rows: Any, period: Any = None) -> Any:
        """Give the entity that stands for those that rows name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the entity as its class says."""


C = TypeVar("C", bound=Kind)

_KINDS: dict[str, Kind] = {}
"""The classes by label; `graphhunt.entities` imports each, so that all are here before anything is asked."""


def entered(kind: C) -> C:
    """Enter a class of entities under its label; gives the class back, to stand above it."""
    _KINDS[kind.label] = kind
    return kind


def entity_class(label: str) -> Kind:
    """Give the class of entities of a label; KeyError for a label without one."""
    return _KINDS[label]
