"""Boxes and edges of the typed graph, as plain values for whoever draws them; and how many of them there may be.

A box stands for one entity, or for all processes with one name, machine and account. Its column follows from its kind
alone, so that a box is where one looks for it, whatever is drawn beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphhunt.incidents.sentences import MOST_EVIDENCE
from graphhunt.times import iso

COLUMNS = {
    "came": "Outside, came in", "account": "Accounts", "machine": "Machines", "thing": "Services, tasks, files",
    "process": "Processes", "called": "Outside, called",
}  # fmt: skip
"""The columns from left to right, with their titles."""

FIRST = 25
"""Boxes that are drawn at first, those that stand for the rest among them."""

CLICK = 12
"""Boxes that one click adds at most."""

MOST = 60
"""Boxes that are drawn at once, however often somebody clicks."""

SHARES = {"came": 3, "account": 4, "machine": 5, "thing": 5, "process": 5, "called": 3}
"""Boxes of each column that are drawn at first where all columns have more; what one leaves goes to others."""


@dataclass
class Box:
    """One box.

    Attributes:
        id: Its id, `KIND|ID`: of a group of processes the id of its first process.
        column: One of `COLUMNS`.
        kind: `address`, `account`, `machine`, `unknown` (a machine without records of its own), `service`, `task`,
            `file` or `process`.
        label: Label of the entity in the graph.
        entity: Its id; of a group that of its first process.
        name: What it is called, as records say.
        machines: Ids of the machines it was seen on, in order.
        account: Id of the account of a group of processes; None if none is known.
        members: Ids of the processes of a group that the box stands for.
        of: Processes with that name, machine and account in the whole case.
        times: When its acts began and ended, µs UTC.
        proof: Ids of its records, in order.
        weights: What its leads weigh by kind, nats.
        notes: More that is said of it, in our words or as addresses and ports.
    """

    id: str
    column: str
    kind: str
    label: str
    entity: str
    name: str
    machines: dict[str, None] = field(default_factory=dict)
    account: str | None = None
    members: dict[str, None] = field(default_factory=dict)
    of: int = 0
    times: list[int] = field(default_factory=list)
    proof: dict[str, None] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def weight(self) -> float:
        """What its leads weigh together, each kind once, nats."""
        return sum(self.weights.values())

    @property
    def first(self) -> int | None:
        """When it was first seen, µs UTC."""
        return min(self.times, default=None)

    def add(self, time: int | None, proof: Iterable[str]) -> None:
        """Add a moment it was seen at, with records."""
        if time is not None:
            self.times.append(time)
        self.proof.update(dict.fromkeys(proof))

    def describe(self, names: Mapping[str, str], left: int | None = None) -> dict[str, Any]:
        """Give it as plain values.

        Args:
            names: Shown names of machines and accounts by id.
            left: Its number among what isn't drawn at first of its column; None for others.
        """
        return {
            "id": self.id, "column": self.column, "kind": self.kind, "label": self.label, "entity": self.entity,
            "name": self.name, "count": max(1, len(self.members)), "of": max(1, self.of),
            "machines": [_named(each, names) for each in self.machines],
            "account": _named(self.account, names) if self.account else None,
            "start": iso(self.first), "end": iso(max(self.times, default=None)),
            "weight": round(self.weight, 4), "leads": sorted(self.weights), "notes": self.notes,
            "left": left, "evidence": evidence(self.proof),
        }  # fmt: skip


@dataclass
class Edge:
    """One edge between boxes.

    Attributes:
        kind: What it is, of `words.VERBS`.
        start: Id of the box it leads from.
        end: Id of the box it leads to.
        proof: Ids of its records, in order.
        count: Relationships or acts that it stands for.
        text: Words that stand on it, as parts of a sentence; None where the kinds of its ends say enough.
        lead: Whether a lead tells of it.
        confidence: `observed`, `correlated` or `inferred`.
    """

    kind: str
    start: str
    end: str
    proof: dict[str, None] = field(default_factory=dict)
    count: int = 0
    text: list[dict[str, Any]] | None = None
    lead: bool = False
    confidence: str = "observed"

    @property
    def id(self) -> str:
        """Its id."""
        return f"{self.kind}|{self.start}|{self.end}"

    def describe(self, verb: str) -> dict[str, Any]:
        """Give it as plain values.

        Args:
            verb: What the one end did to the other, in our words.
        """
        return {
            "id": self.id, "kind": self.kind, "from": self.start, "to": self.end, "verb": verb,
            "text": self.text, "count": self.count, "lead": self.lead, "confidence": self.confidence,
            "evidence": evidence(self.proof),
        }  # fmt: skip


def evidence(proof: Iterable[str]) -> dict[str, Any]:
    """Give the first records of something, and how many there are."""
    ids = list(proof)
    return {"ids": ids[:MOST_EVIDENCE], "total": len(ids)}


def _named(id_: str, names: Mapping[str, str]) -> dict[str, str]:
    return {"id": id_, "name": names.get(id_, id_)}
