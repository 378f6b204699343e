"""The headline: in at most three sentences who moved where, what every visit did, and what they did then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.board import phrases
from graphhunt.incidents.board.scene import weight_of
from graphhunt.incidents.lead import Entity, span_words
from graphhunt.incidents.sentences import words
from graphhunt.incidents.weights import weights

if TYPE_CHECKING:
    from graphhunt.incidents.board.folds import Fold
    from graphhunt.incidents.board.telling import Teller
    from graphhunt.incidents.incident import Incident
    from graphhunt.incidents.lead import Lead
    from graphhunt.incidents.sentences import Sentence
    from graphhunt.incidents.tables import Tables

MOST_CLAUSES = 4
LONGEST = 315
"""Characters that fit three lines of the page at its narrowest."""

NAME = 9
"""Characters that any name counts for."""

EVEN = 1e-6
"""What a later lead of a class has to weigh more than an earlier one to be told in its place, nats."""

LEAST = 2.0
"""Nats that a lead weighs to be in the headline."""


def headline_of(incident: Incident, rows: list[Fold], teller: Teller, tables: Tables) -> list[Sentence]:
    """Give the sentences of the headline; of the rows alone, so that nothing is told that a window leaves out.

    Args:
        incident: The incident.
        rows: The rows of its storyboard.
        teller: Says things.
        tables: The graph's tables.
    """
    repeated = max((row for row in rows if row.many), key=lambda row: (len(row.scenes), -row.first.time), default=None)
    first = _repeated(repeated, teller) if repeated else _moved(incident, rows, teller)
    rights = _rights(_accounts(incident, rows), teller, tables)
    room = LONGEST - sum(map(_length, [first, *rights]))
    return [first, *_further(rows, repeated, teller, room), *rights]


def _length(said: Sentence) -> int:
    """Give about how long a sentence is: names count alike, so that no name decides what is told."""
    return sum(len(part["text"]) if "text" in part else NAME for part in said["parts"])


def _accounts(incident: Incident, rows: list[Fold]) -> list[str]:
    """Give the accounts of rows that somebody is behind, in the order in which they first acted."""
    acted = dict.fromkeys(scene.account for row in rows for scene in row.scenes)
    return [account for account in acted if account in incident.accounts]


def _moved(incident: Incident, rows: list[Fold], teller: Teller) -> Sentence:
    """Say who went where, and in what time."""
    scenes = [scene for row in rows for scene in row.scenes]
    told = dict.fromkeys(place for scene in scenes for place in (scene.source, scene.machine) if place)
    places = [place for place in told if place not in incident.outside] or list(told)
    ends = [Entity("Machine" if teller.known(place) else "IP", place) for place in places]
    accounts = [Entity("User", account) for account in _accounts(incident, rows)]
    span = max(row.end for row in rows) - min(row.first.time for row in rows)
    known = {"accounts": accounts, "first": ends[0], "others": ends[1:], "span": words(span_words(span))}
    template = {
        (True, True): phrases.MOVES, (True, False): phrases.STAYS,
        (False, True): phrases.MOVES_UNKNOWN, (False, False): phrases.STAYS_UNKNOWN,
    }[bool(accounts), len(ends) > 1]  # fmt: skip
    proof = [event for scene in scenes for lead in scene.heaviest[:1] for event in lead.evidence]
    return teller.say("moved", template, known, proof)


def _repeated(fold: Fold, teller: Teller) -> Sentence:
    scene = fold.first
    known: dict[str, Any] = {
        "account": Entity("User", scene.account) if scene.account else words("an unknown account"),
        "to": Entity("Machine", scene.machine),
        "count": len(fold.scenes), "span": words(span_words(fold.end - scene.time)),
    }  # fmt: skip
    template = phrases.REPEATED
    if scene.source:
        known["from"] = Entity("Machine" if teller.known(scene.source) else "IP", scene.source)
        template = phrases.MOVED
    proof = [event for scene in fold.scenes for lead in scene.heaviest[:1] for event in lead.evidence]
    effect, facts = _effect(fold, teller)
    return teller.say("moved", template.replace("{effect}", effect), known | facts, proof)


def _effect(fold: Fold, teller: Teller) -> tuple[str, dict[str, Any]]:
    """Give the words and facts of what every scene of a fold did."""
    kinds = {kind for kind, _ in fold.common}
    shared = [lead for lead in fold.first.heaviest if lead.kind in kinds]
    called = next((lead for lead in shared if lead.kind == "outside_call"), None)
    if called is not None and "encoded_command" in kinds:
        return phrases.CALLED, dict(called.facts) | _own(fold)
    lead = shared[0]
    clause = phrases.THEY.format(clause=phrases.PHRASES[lead.kind].clause)
    return clause, teller.writer.facts(lead) | _own(fold)


def _own(fold: Fold) -> dict[str, Any]:
    """Name the account and machine of a fold, which stand for those of its leads."""
    known = {"to": Entity("Machine", fold.first.machine)}
    return known | ({"account": Entity("User", fold.first.account)} if fold.first.account else {})


def _further(rows: list[Fold], repeated: Fold | None, teller: Teller, room: int) -> list[Sentence]:
    """Say in one sentence what else was done: the heaviest of each class, in time order, as far as there is room."""
    told = {kind for kind, _ in repeated.common} if repeated else set()
    best: dict[str, Lead] = {}
    for lead in (lead for row in rows if row is not repeated for scene in row.scenes for lead in scene.leads):
        klass = weights().kinds[lead.kind].klass
        known = best.get(klass)
        telling = lead.kind not in told and phrases.PHRASES[lead.kind].clause
        if telling and weight_of(lead) >= max(LEAST, weight_of(known) + EVEN if known else 0.0):
            best[klass] = lead
    chosen = sorted(best.values(), key=lambda lead: (-weight_of(lead), lead.time, lead.kind))[:MOST_CLAUSES]
    after = repeated is not None and all(lead.time > repeated.end for lead in chosen)
    template = phrases.THEN if after else phrases.ALSO
    while chosen:
        said = _clauses(sorted(chosen, key=lambda lead: (lead.time, lead.kind)), template, teller)
        if _length(said) <= room:
            return [said]
        chosen.pop()
    return []


def _clauses(leads: list[Lead], template: str, teller: Teller) -> Sentence:
    """Join the clauses of leads: commas, and an "and" before the last."""
    parts: list[dict[str, Any]] = []
    for number, lead in enumerate(leads):
        if number:
            parts.append({"text": " and " if number == len(leads) - 1 else ", "})
        parts += teller.of_lead(lead, phrases.PHRASES[lead.kind].clause)["parts"]
    before, _, after = template.partition("{clauses}")
    proof = [event for lead in leads for event in lead.evidence]
    said = teller.say("then", "", {}, proof)
    return said | {"parts": [{"text": before}, *parts, {"text": after}]}


def _rights(accounts: list[str], teller: Teller, tables: Tables) -> list[Sentence]:
    """Say which account has administrator rights on a domain controller, as its logons show."""
    controllers = tables.machines.filter(pl.col("role") == "domain controller").get_column("id").implode()
    held = tables.sessions.filter(
        pl.col("privileged") & pl.col("to_id").is_in(controllers) & pl.col("from_id").is_in(accounts)
    )
    for account in accounts:
        own = held.filter(pl.col("from_id") == account)
        if own.height:
            machine, proof = own.item(0, "to_id"), own.get_column("evidence").explode().drop_nulls().to_list()
            known = {"account": Entity("User", account), "to": Entity("Machine", machine)}
            return [teller.say("rights", phrases.RIGHTS, known, proof)]
    return []
