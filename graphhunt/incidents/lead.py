"""What a lead is: an act that is evidence of intrusion, with what it takes to say so and the records it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

MINUTE = 60_000_000
"""A minute in µs."""


class Entity(NamedTuple):
    """A node that a fact names: its label and id."""

    label: str
    id: str


class Lead(NamedTuple):
    """One lead.

    Attributes:
        kind: A kind of `weights.toml`.
        vertex: What did it, in the graph of causes: `process|id`, `session|id`, `work|id`, `hop|id` or `host|id`.
        time: When, µs UTC.
        machine: Id of the machine, or the address where no machine is known.
        account: Id of the account; None if none is known.
        evidence: Event ids, earliest first; never empty.
        facts: What the sentence says, by name: entities as `Entity`, all else as values.
        share: Part of the kind's weight that it has, 0 to 1.
        relationships: Ids of the relationships that it stands on.
        source: Where it came from, id of a machine or an address, where only a network sensor tells of it.
    """

    kind: str
    vertex: str
    time: int
    machine: str
    account: str | None
    evidence: tuple[str, ...]
    facts: Mapping[str, Any]
    share: float = 1.0
    relationships: tuple[str, ...] = ()
    source: str | None = None


def once(leads: Iterable[Lead]) -> list[Lead]:
    """Keep the first of leads of one kind on one machine that follow each other within a minute: they are one act."""
    kept: list[Lead] = []
    last: dict[tuple[str, str], int] = {}
    for lead in sorted(leads, key=lambda each: (each.time, each.kind, each.machine, each.vertex, each.evidence)):
        key = (lead.kind, lead.machine)
        if key not in last or lead.time - last[key] >= MINUTE:
            kept.append(lead)
        last[key] = lead.time
    return kept


def span_words(length: int) -> str:
    """Say a length of time in words, in its largest unit that is at least one."""
    for size, noun in ((24 * 60 * MINUTE, "day"), (60 * MINUTE, "hour"), (MINUTE, "minute"), (1_000_000, "second")):
        if length >= size:
            count = round(length / size)
            return f"{count:,} {noun}{'' if count == 1 else 's'}"
    return "less than a second"
