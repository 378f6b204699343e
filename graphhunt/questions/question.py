"""What a question is: a name, its parameters, what it is about, and how a case answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from graphhunt.questions.parameter import Parameter, bind

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.store import Store

KINDS = ("hunt", "entity", "paths", "analysis", "enricher")
"""Kinds of questions: over a whole case, about one entity, for paths of logons, and those whose answer is written to
the graph as properties: analytics, and what is known of single entities."""


class Case(Protocol):
    """The case that is asked; an open hunt is one."""

    @property
    def workspace(self) -> Workspace:
        """The evidence."""
        ...

    @property
    def snapshot(self) -> Snapshot:
        """The graph's tables as of the last load."""
        ...

    @property
    def store(self) -> Store:
        """The graph database."""
        ...


class Wishes(NamedTuple):
    """How an answer is wanted, whatever the question.

    Attributes:
        limit: Most rows, findings or paths to list; None for the question's own.
        write: Write to the graph what the question writes.
        progress: Called with (phase, done, in all).
    """

    limit: int | None = None
    write: bool = True
    progress: Callable[[str, int, int], None] | None = None


class Written(NamedTuple):
    """One property that a question writes: to which label or type, its name, and what it means."""

    target: str
    property: str
    meaning: str


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes:
        name: What it is called by.
        kind: One of `KINDS`.
        title: What it finds, as one sentence.
        answer: Gives the answer of a case for bound parameters, as plain values.
        parameters: What it takes.
        columns: Columns of its rows; none where the answer has no rows.
        attack: ATT&CK techniques that it looks for.
        about: Label of the one entity that it asks about by its `id`; None for any other question.
        writes: Properties that it writes to the graph.
        cypher: Its text where it is Cypher.
    """

    name: str
    kind: str
    title: str
    answer: Callable[[Case, Mapping[str, Any], Wishes], dict[str, Any]]
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[str, ...] = ()
    attack: tuple[str, ...] = ()
    about: str | None = None
    writes: tuple[Written, ...] = ()
    cypher: str | None = None

    def ask(self, case: Case, given: Mapping[str, Any], wishes: Wishes = Wishes()) -> dict[str, Any]:  # noqa: B008
        """Check the given parameters and answer.

        Raises:
            UsageError: A parameter is unknown, missing or can't be read.
        """
        return self.answer(case, self.bind(given), wishes)

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check given parameters and fill in defaults; see `graphhunt.questions.parameter.bind`."""
        return bind(self.name, self.parameters, given)

    def describe(self) -> dict[str, Any]:
        """Give everything about it as plain values, for lists and documentation."""
        return {
            "name": self.name, "kind": self.kind, "title": self.title, "about": self.about,
            "attack": list(self.attack), "columns": list(self.columns),
            "parameters": [parameter.describe() for parameter in self.parameters],
            "properties": [written._asdict() for written in self.writes],
        }  # fmt: skip
