"""Cards: scenes and folds as plain values, with their sentences, chains, arrows, leads, links and records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.incidents.board import phrases
from graphhunt.incidents.board.arrows import WAYS
from graphhunt.incidents.board.chains import process_of
from graphhunt.incidents.board.commands import processes_of
from graphhunt.incidents.board.effects import effects_of, shared_facts
from graphhunt.incidents.board.scene import weight_of
from graphhunt.incidents.sentences import MOST_EVIDENCE
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.incidents.board.arrows import Arrows
    from graphhunt.incidents.board.chains import Chains
    from graphhunt.incidents.board.folds import Fold
    from graphhunt.incidents.board.scene import Scene
    from graphhunt.incidents.board.telling import Teller
    from graphhunt.incidents.causality import Joined
    from graphhunt.incidents.incident import Incident
    from graphhunt.incidents.lead import Lead
    from graphhunt.incidents.sentences import Sentence

DRAWN = (*WAYS, "outside_call", "beacon", "outside_logon")
"""Kinds of leads that an arrow tells, so that the card needs no line for them."""

MOST_LINKS = 12


class Cards:
    """Makes cards.

    Args:
        incident: The incident.
        teller: Says things.
        chains: Chains of the processes of scenes.
        arrows: Draws arrows.
        scenes: Every scene, by which ends of links are found.
    """

    def __init__(self, incident: Incident, teller: Teller, chains: Chains, arrows: Arrows, scenes: list[Scene]) -> None:
        self._incident, self._teller, self._chains, self._arrows = incident, teller, chains, arrows
        self._names = incident.context.formation.tables.names
        self._logon_ids = incident.logon_ids(chains.sessions.values())
        self._owner: dict[str, str] = {}
        for scene in scenes:
            for vertex in [act.vertex for act in scene.acts] + [logon["vertex"] for logon in scene.logons]:
                self._owner.setdefault(vertex, scene.id)

    def card(self, scene: Scene) -> dict[str, Any]:
        """Give a scene as plain values."""
        process = process_of(scene)
        ran = self._chains.account(process) if process else None
        lines = self._lines(scene)
        return {
            "id": scene.id, "lane": scene.machine, "time": iso(scene.time), "end": iso(scene.end),
            "tactic": self._tactic(scene), "session": self._session(scene),
            "account": self._teller.account(scene.account),
            "runs_as": self._teller.account(ran if ran != scene.account else None),
            "chain": self._chains.of(process) if process else [],
            "command": self._command(scene, process), "arrows": self._arrows.of(scene), "lines": lines,
            "sentences": self._sentences(scene), "leads": _leads(scene), "weight": round(scene.weight, 4),
            "links": self._links(scene), "acts": [act.id for act in scene.acts],
            "processes": processes_of(scene),
            "evidence": {"ids": scene.evidence[:MOST_EVIDENCE], "total": len(scene.evidence)},
        }  # fmt: skip

    def _tactic(self, scene: Scene) -> str:
        came = any(act.hop and act.leads for act in scene.acts)
        if not scene.leads:
            return phrases.HOP.tactic
        entry = next((lead for lead in scene.leads if lead.kind == "outside_logon"), None)
        if came and entry is None:
            return phrases.MOVING
        return self._teller.phrase(scene.heaviest[0]).tactic

    def _session(self, scene: Scene) -> str | None:
        """Give the logon id of its first session, as the records have it."""
        owners = [act.hop["logon_session_id"] if act.hop else act.vertex.partition("|")[2] for act in scene.acts]
        owners += [self._chains.sessions.get(owner) for owner in owners]
        return next((self._logon_ids[owner] for owner in owners if owner in self._logon_ids), None)

    def _command(self, scene: Scene, process: str | None) -> str | None:
        """Give the command line of its process, where no decoded one says it better."""
        encoded = any(lead.kind.startswith("encoded_") for lead in scene.leads)
        return None if encoded or not process else self._chains.command(process)

    def _lines(self, scene: Scene) -> list[Sentence]:
        """Say its leads in short, each kind once, heaviest first; what arrows tell is left to them."""
        kinds: dict[str, Lead] = {}
        for lead in scene.heaviest:
            if lead.kind not in DRAWN:
                kinds.setdefault(lead.kind, lead)
        return [self._teller.line(lead) for lead in kinds.values()]

    def _sentences(self, scene: Scene) -> list[Sentence]:
        return [sentence for act in scene.acts for sentence in self._incident.sentences(act)]

    def _links(self, scene: Scene) -> list[dict[str, Any]]:
        """Give why it belongs here: links with other scenes, or with what is no scene; each reason once."""
        own = {act.vertex for act in scene.acts} | {logon["vertex"] for logon in scene.logons}
        found: dict[tuple[str, str, str | None], dict[str, Any]] = {}
        for link in self._incident.causes():
            if (link.a in own) != (link.b in own):
                other = self._owner.get(link.b if link.a in own else link.a)
                found.setdefault((link.kind, link.reason, other), _link(link, other))
        return list(found.values())[:MOST_LINKS]

    def fold(self, row: Fold) -> dict[str, Any]:
        """Give a fold as plain values: what its scenes have in common, and how they differ."""
        logons = [logon for scene in row.scenes for logon in scene.logons]
        techniques = {logon["technique"] for logon in logons if logon["technique"]}
        return {
            "id": row.id, "acts": [scene.id for scene in row.scenes], "common": self._common(row),
            "differs": [self._differs(scene, row) for scene in row.scenes],
            "techniques": len(techniques), "logons": len(logons), "arrows": self._shared_arrows(row),
            "weight": round(max(scene.weight for scene in row.scenes), 4),
        }  # fmt: skip

    def _common(self, row: Fold) -> Sentence:
        common = set(row.common)
        kinds = dict.fromkeys(lead.kind for lead in row.first.heaviest if any(lead.kind == kind for kind, _ in common))
        said = []
        for kind in kinds:
            if kind not in DRAWN:
                leads = [next(lead for lead in scene.leads if lead.kind == kind) for scene in row.scenes]
                said.append(self._teller.line(leads[0], shared_facts(kind, common, leads)))
        parts = [part for number, each in enumerate(said) for part in [{"text": "; "}] * bool(number) + each["parts"]]
        before, _, after = phrases.EVERY.partition("{effects}")
        proof = [event for scene in row.scenes for lead in scene.heaviest[:1] for event in lead.evidence]
        sentence = self._teller.say("every", "", {}, proof)
        return sentence | {"parts": [{"text": before}, *parts, {"text": after}]}

    def _differs(self, scene: Scene, row: Fold) -> dict[str, Any]:
        """Say how a scene was come to, and what only it did."""
        came = next((arrow["text"] for arrow in self._arrows.of(scene) if arrow["to"] == scene.machine), None)
        own = [lead for effect, lead in effects_of(scene).items() if effect not in row.common]
        other = sorted((lead for lead in own if lead.kind in _TOLD), key=weight_of, reverse=True)[:1]
        parts = list(came["parts"]) if came else []
        for lead in other:
            parts += [{"text": ", "}] * bool(parts) + self._teller.line(lead)["parts"]
        ran = (process := process_of(scene)) and self._chains.account(process)
        text = self._teller.say("differs", "", {}, scene.evidence) | {"parts": parts}
        return {
            "act": scene.id, "time": iso(scene.time), "text": text,
            "runs_as": self._teller.account(ran or scene.account),
        }  # fmt: skip

    def _shared_arrows(self, row: Fold) -> list[dict[str, Any]]:
        """Give the arrows away from a fold that all of its scenes have."""
        each = [[arrow for arrow in self._arrows.of(scene) if arrow["to"] != scene.machine] for scene in row.scenes]
        texts = [{str(arrow["text"]["parts"]) for arrow in arrows} for arrows in each]
        return [arrow for arrow in each[0] if all(str(arrow["text"]["parts"]) in said for said in texts)]


_TOLD = ("file_over_smb", "library_over_smb", "lsass_read", "lsass_dump", "tool", "download", "server_shell")
"""Kinds of leads that tell scenes of a fold apart."""


def _leads(scene: Scene) -> list[dict[str, Any]]:
    return [
        {"id": f"{act.id}:{lead.kind}", "kind": lead.kind, "weight": round(weight_of(lead), 4)}
        for act in scene.acts
        for lead in act.leads
    ]


def _link(link: Joined, other: str | None) -> dict[str, Any]:
    return {
        "to": other, "kind": link.kind, "confidence": link.confidence, "reason": link.reason,
        "evidence": list(link.evidence[:MOST_EVIDENCE]),
    }  # fmt: skip
