"""Effects: what a scene did apart from how it came there, in a form in which scenes can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from graphhunt.incidents.board.scene import Scene, weight_of
from graphhunt.incidents.joining import FROM_AFAR
from graphhunt.incidents.lead import Lead

if TYPE_CHECKING:
    from graphhunt.incidents.lead import Entity

Effect = tuple[str, str]
"""A kind of lead, and which of its facts."""

TELLING = 2.0
"""Nats that a lead weighs for its effect to make scenes alternatives of each other."""


def effects_of(scene: Scene) -> dict[Effect, Lead]:
    """Give the effects of a scene, each with the lead that tells it; ways of coming are none."""
    found: dict[Effect, Lead] = {}
    for lead in scene.leads:
        for effect in _effects(lead):
            found.setdefault(effect, lead)
    return found


def _effects(lead: Lead) -> Iterable[Effect]:
    if lead.kind == "encoded_command":
        yield lead.kind, ""
        yield from ((lead.kind, fact) for fact in lead.facts["does"])
    elif "address" in lead.facts:
        yield lead.kind, f"{_id(lead.facts['address'])} {lead.facts.get('port')}"
    else:
        yield lead.kind, ""


def _id(value: Entity | str) -> str:
    return value if isinstance(value, str) else value.id


def telling(common: Iterable[Effect], known: dict[Effect, Lead]) -> bool:
    """Tell whether effects that scenes share say more than that somebody came from afar."""
    return any(
        weight_of(known[effect]) >= TELLING and (effect[0] not in FROM_AFAR or effect[0] == "encoded_plain")
        for effect in common
    )


def shared_facts(kind: str, common: set[Effect], leads: list[Lead]) -> dict[str, Any]:
    """Give what all leads of a kind say alike: of encoded commands what all of them do, and where all of them fetch.

    Args:
        kind: The kind.
        common: The effects that the scenes share.
        leads: One lead of each scene.
    """
    facts = dict(leads[0].facts)
    if kind == "encoded_command":
        facts["does"] = tuple(fact for fact in facts["does"] if (kind, fact) in common)
        facts["urls"] = _urls([lead.facts["urls"] for lead in leads])
    return facts


def _urls(each: list[Iterable[str]]) -> tuple[str, ...]:
    """Give the one address that all name, or the server that all name, or none."""
    whole = set.intersection(*(set(urls) for urls in each))
    if whole:
        return tuple(sorted(whole))
    servers = set.intersection(*(set(map(_server, urls)) for urls in each))
    return tuple(f"{server}/…" for server in sorted(servers))


def _server(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}"
