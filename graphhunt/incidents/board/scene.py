"""Scenes: what one account did in one go on one machine, with all that came of it; the cards of a storyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphhunt.incidents.lead import MINUTE
from graphhunt.incidents.weights import weights

if TYPE_CHECKING:
    from graphhunt.incidents.acts import Act
    from graphhunt.incidents.lead import Lead

ONE_GO = 10 * MINUTE
"""Acts of one machine and account that follow each other this soon are told together."""


@dataclass(frozen=True)
class Scene:
    """One card of the storyboard.

    Attributes:
        machine: Id of the machine it happened on, or an address where no machine is known.
        account: Id of the account behind it; None if none is known.
        acts: Its acts, earliest first.
        logons: Every remote logon it came with, those of one act too.
    """

    machine: str
    account: str | None
    acts: tuple[Act, ...]
    logons: tuple[Mapping[str, Any], ...] = ()

    @property
    def id(self) -> str:
        """The id of its first act."""
        return self.acts[0].id

    @property
    def time(self) -> int:
        """When it began, µs UTC."""
        return self.acts[0].time

    @cached_property
    def end(self) -> int:
        """When the last of it happened."""
        return max(max((lead.time for lead in act.leads), default=act.time) for act in self.acts)

    @property
    def source(self) -> str | None:
        """Where it came from: id of a machine or an address; None where it began there."""
        return next((str(act.hop["from_id"]) for act in self.acts if act.hop), None)

    @cached_property
    def leads(self) -> list[Lead]:
        """Its leads, earliest first."""
        return [lead for act in self.acts for lead in act.leads]

    @cached_property
    def heaviest(self) -> list[Lead]:
        """Its leads, the heaviest first."""
        return sorted(self.leads, key=lambda lead: (-weight_of(lead), lead.time, lead.kind))

    @cached_property
    def weight(self) -> float:
        """What its leads weigh together, each kind once, nats."""
        return sum({lead.kind: weight_of(lead) for lead in reversed(self.heaviest)}.values())

    @cached_property
    def evidence(self) -> list[str]:
        """Its records."""
        return list(dict.fromkeys(event for act in self.acts for event in act.evidence))


def weight_of(lead: Lead) -> float:
    """Give what a lead weighs by itself, nats."""
    return weights().kinds[lead.kind].weight * lead.share


def scenes_of(
    acts: Iterable[Act],
    doer: Callable[[Act], str | None],
    logons: Callable[[Act], tuple[Mapping[str, Any], ...]],
) -> list[Scene]:
    """Group acts, earliest first, to scenes.

    Args:
        acts: The acts of an incident.
        doer: Gives the account behind an act.
        logons: Gives the remote logons that an act stands for.
    """
    found: list[Scene] = []
    last: dict[str, list[int]] = {}
    for act in sorted(acts, key=lambda each: (each.time, each.vertex)):
        account = doer(act)
        near = [n for n in last.get(act.machine, []) if _fits(found[n], act, account)]
        if near:
            scene = found[near[-1]]
            found[near[-1]] = replace(
                scene, account=scene.account or account, acts=(*scene.acts, act),
                logons=(*scene.logons, *logons(act)),
            )  # fmt: skip
        else:
            last.setdefault(act.machine, []).append(len(found))
            found.append(Scene(act.machine, account, (act,), logons(act)))
    return found


def _fits(scene: Scene, act: Act, account: str | None) -> bool:
    """Tell whether an act goes on with a scene: soon after, nobody else's, and from nowhere else."""
    if act.time - scene.end > ONE_GO or (account and scene.account and account != scene.account):
        return False
    source = str(act.hop["from_id"]) if act.hop else None
    return source is None or scene.source is None or source == scene.source
