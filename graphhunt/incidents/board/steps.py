"""Steps: the strip above the storyboard, a few chips of time, what and who."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.incidents.board import phrases
from graphhunt.incidents.board.arrows import WAYS
from graphhunt.incidents.board.scene import ONE_GO
from graphhunt.incidents.lead import Entity
from graphhunt.incidents.sentences import words
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.incidents.board.folds import Fold
    from graphhunt.incidents.board.telling import Teller
    from graphhunt.incidents.lead import Lead

MOST = 8
"""Chips."""


def steps_of(rows: list[Fold], teller: Teller) -> list[dict[str, Any]]:
    """Give the steps of rows: what one account did in one go is one; of more than eight the heaviest stay.

    Args:
        rows: The rows of the storyboard, by time.
        teller: Says things.
    """
    groups: list[list[Fold]] = []
    for row in rows:
        if groups and _goes_on(groups[-1][-1], row):
            groups[-1].append(row)
        else:
            groups.append([row])
    if len(groups) > MOST:
        chosen = sorted(range(len(groups)), key=lambda n: (-_weight(groups[n]), n))[:MOST]
        groups = [groups[n] for n in sorted(chosen)]
    return [_step(group, teller) for group in groups]


def _goes_on(before: Fold, row: Fold) -> bool:
    same = before.first.account == row.first.account or not (before.first.account and row.first.account)
    moved = any(lead.kind in WAYS for lead in row.first.leads)
    return not before.many and not row.many and not moved and same and row.first.time - before.end <= ONE_GO


def _weight(group: list[Fold]) -> float:
    return max(scene.weight for row in group for scene in row.scenes)


def _step(group: list[Fold], teller: Teller) -> dict[str, Any]:
    main = max(group, key=lambda row: row.first.weight)
    account = next((row.first.account for row in group if row.first.account), None)
    return {
        "act": main.id, "time": iso(group[0].first.time), "account": teller.account(account),
        "text": _text(main, teller), "acts": [scene.id for row in group for scene in row.scenes],
    }  # fmt: skip


def _text(row: Fold, teller: Teller) -> dict[str, Any]:
    scene = row.first
    if row.many and scene.source:
        known = {
            "from": Entity("Machine", scene.source), "to": Entity("Machine", scene.machine), "count": len(row.scenes),
        }  # fmt: skip
        return teller.say("again", phrases.AGAIN, known, scene.evidence)
    if not scene.leads:
        return _logon(row, teller)
    told = _two(scene.heaviest)
    said = [teller.of_lead(lead, phrases.PHRASES[lead.kind].step) for lead in told]
    parts = said[0]["parts"]
    for more in said[1:]:
        parts = [*parts, {"text": ", "}, *more["parts"]]
    return said[0] | {"parts": parts}


def _two(leads: list[Lead]) -> list[Lead]:
    """Give the heaviest lead, and how somebody came where that is known, in time order."""
    entry = next((lead for lead in leads if lead.kind in (*WAYS, "outside_logon")), None)
    moving = phrases.PHRASES[leads[0].kind].tactic == phrases.MOVING
    chosen = [leads[0]] if entry is None or moving else [entry, leads[0]]
    return sorted(chosen, key=lambda lead: (lead.time, lead.kind))


def _logon(row: Fold, teller: Teller) -> dict[str, Any]:
    scene = row.first
    technique = next((logon["technique_name"] for logon in scene.logons if logon["technique_name"]), None)
    known = {
        "account": Entity("User", scene.account) if scene.account else None,
        "to": Entity("Machine", scene.machine), "technique": words(technique or ""),
    }  # fmt: skip
    said = phrases.HOP_BY if technique else phrases.HOP
    return teller.say("hop", said.step, known, scene.evidence)
