"""What the schema is made of: properties with type and meaning, labels, relationship types."""

from __future__ import annotations

from typing import NamedTuple

TYPES = {"text": str, "texts": list[str], "number": int, "flag": bool, "time": int, "share": float, "amount": float}
"""Types of properties, and how Python holds them. A time is microseconds since 1970, UTC; a share
is a number from 0 to 1, an amount any other number with a fraction, both in hundredths."""


class Property(NamedTuple):
    """One property of a label or relationship type.

    Attributes:
        name: What it is called in the graph.
        type: One of `TYPES`.
        meaning: What it says, as documentation prints it.
        fact: The field of the facts that the kind is drawn from which it repeats unchanged (the first known value
            where several records tell of one thing); None for what rules work out.
        since: The version of graphhunt whose graphs had it first.
    """

    name: str
    type: str
    meaning: str
    fact: str | None = None
    since: str = "0.1.0"

    def from_fact(self, fact: str | None = None) -> Property:
        """Give the property as one that repeats a field of the facts, by default the one of its own name."""
        return self._replace(fact=fact or self.name)


class NodeKind(NamedTuple):
    """One label: what it stands for, its properties beside the common ones, and what is indexed beside the id.

    Only small labels have further indexes: an index with few distinct values makes the embedded engine's writes
    several times slower, and processes and files are reached through their machine or account.
    """

    label: str
    meaning: str
    columns: tuple[Property, ...]
    indexes: tuple[str, ...] = ()

    @property
    def properties(self) -> tuple[str, ...]:
        """Names of the properties beside the common ones."""
        return tuple(column.name for column in self.columns)


class RelKind(NamedTuple):
    """One relationship type: its endpoints as (start label, end label) and its own properties."""

    type: str
    meaning: str
    endpoints: tuple[tuple[str, str], ...]
    columns: tuple[Property, ...] = ()

    @property
    def properties(self) -> tuple[str, ...]:
        """Names of the properties beside the common ones."""
        return tuple(column.name for column in self.columns)


def repeated_facts(kind: NodeKind | RelKind) -> dict[str, str]:
    """Give the properties of a kind that repeat a field of its facts: field by property."""
    return {column.name: column.fact for column in kind.columns if column.fact is not None}
