"""An incident: its acts in time order, where, who, what from outside, its score, and all of it in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents import templates
from graphhunt.incidents.lead import Entity, span_words
from graphhunt.incidents.score import MOST_READ, Score
from graphhunt.incidents.sentences import MOST_EVIDENCE, Writer, words
from graphhunt.incidents.weights import weights
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.incidents.acts import Act, Row
    from graphhunt.incidents.causality import Joined
    from graphhunt.incidents.formation import Formation, Part
    from graphhunt.incidents.joining import Join
    from graphhunt.incidents.lead import Lead
    from graphhunt.incidents.networks import Networks

BACKGROUND = ("machine", "system", "anonymous")
"""Kinds of accounts that nobody is behind."""

CLASSES = {
    "P": "proved: records prove what led to a remote logon of it, and what was run or switched to",
    "E": "evidence: programs, files, credentials or connections that speak for an intrusion",
    "S": "said by other products alone",
    "N": "network: seen by network sensors alone; accounts are unknown where no ticket names them, and techniques are "
    "only consistent with what was seen; or access by SSH or to root's rights that is new, of which nothing is claimed",
}
"""Classes of incidents, most telling first; they decide between equal scores."""


@dataclass(frozen=True)
class Context:
    """What incidents of one case share.

    Attributes:
        formation: The parts.
        networks: What is outside.
        writer: Writes sentences with the case's names.
    """

    formation: Formation
    networks: Networks
    writer: Writer


class Incident:
    """One incident.

    Args:
        context: What incidents of the case share.
        parts: Its parts, earliest first.
        joins: The inferred joins between them.
    """

    def __init__(self, context: Context, parts: list[Part], joins: list[Join]) -> None:
        self._context = context
        self.parts = parts
        self.joins = joins
        self.score: Score = context.formation.score(parts)

    @property
    def context(self) -> Context:
        """What incidents of the case share."""
        return self._context

    @cached_property
    def leads(self) -> list[Lead]:
        """Its leads, earliest first."""
        return sorted((lead for part in self.parts for lead in part.leads), key=lambda each: (each.time, each.vertex))

    @cached_property
    def acts(self) -> list[Act]:
        """Its acts, earliest first."""
        found = {act.vertex: act for part in self.parts for act in self._context.formation.told(part)}
        return sorted(found.values(), key=lambda act: (act.time, act.vertex))

    @cached_property
    def id(self) -> str:
        """The id of the act of its earliest lead."""
        return self._own_id(self.parts[0])

    def _own_id(self, part: Part) -> str:
        first = part.leads[0]
        return self._context.formation.acts.act(first.vertex, [first]).id

    @cached_property
    def aliases(self) -> list[str]:
        """The ids that its parts have, or would have, by themselves: any of them finds it."""
        return sorted({self._own_id(part) for part in self.parts} - {self.id})

    def known_as(self, text: str) -> bool:
        """Tell whether it is called so: by its id, an alias, or the id of one of its acts."""
        return text == self.id or text in self.aliases or any(act.id == text for act in self.acts)

    @cached_property
    def lead_ids(self) -> list[str]:
        """Ids of its leads, by the time of their acts."""
        return list(dict.fromkeys(f"{act.id}:{lead.kind}" for act in self.acts for lead in act.leads))

    @cached_property
    def units(self) -> int:
        """How many units it takes to read: accounts, sources and days."""
        return len({unit for part in self.parts for unit in self._context.formation.units(part)})

    @property
    def cost(self) -> int:
        """Units that are read of it at once."""
        return min(MOST_READ, self.units)

    @cached_property
    def klass(self) -> str:
        """The class, one of `CLASSES`."""
        if any(act.hop and act.hop["cause_proved"] and act.leads for act in self.acts):
            return "P"
        kinds = {lead.kind.partition("_")[0] for lead in self.leads}
        if kinds == {"alert"}:
            return "S"
        return "N" if kinds <= {"network", "alert", "access"} else "E"

    @property
    def order(self) -> tuple[float, int, int, str]:
        """What it is ranked by: score, class, time and id."""
        return -round(self.score.total, 6), list(CLASSES).index(self.klass), self.leads[0].time, self.id

    @cached_property
    def machines(self) -> list[str]:
        """Ids of its machines, in the order in which they were first involved."""
        known = self._context.formation.tables.machines.get_column("id")
        return [place for place in self._places if place in set(known)]

    @cached_property
    def _places(self) -> list[str]:
        found: dict[str, None] = {}
        for act in self.acts:
            sources = [lead.source for lead in act.leads if lead.source]
            found.update(dict.fromkeys([act.hop["from_id"], act.hop["to_id"]] if act.hop else [*sources, act.machine]))
        return list(found)

    @cached_property
    def outside(self) -> list[str]:
        """Outside addresses that it came from or called."""
        told = [fact.id for lead in self.leads for fact in lead.facts.values() if isinstance(fact, Entity)]
        return sorted({text for text in [*told, *self._places] if text in self._context.networks.outside})

    @cached_property
    def accounts(self) -> list[str]:
        """Ids of its accounts, in the order in which they first acted; the system's and machines' own are none."""
        kinds = dict(self._context.formation.tables.users.select("id", "kind").iter_rows())
        found: dict[str, None] = {}
        for act in self.acts:
            for account in self._doers(act):
                if account and kinds.get(account) not in BACKGROUND:
                    found[account] = None
        return list(found)

    def doer(self, lead: Lead) -> str | None:
        """Give the id of the account behind a lead; None if none is known."""
        return self._context.formation.doer(lead)

    def _doers(self, act: Act) -> list[str | None]:
        return [act.account, *(self.doer(lead) for lead in act.leads)]

    def doer_of(self, act: Act) -> str | None:
        """Give the account behind an act: of the remote logon whose work it was, else its own."""
        if act.hop:
            return str(act.hop["user_id"]) if act.hop["user_id"] else None
        return next((doer for doer in map(self._context.formation.doer, act.leads) if doer), act.account)

    def logons_of(self, act: Act) -> tuple[Row, ...]:
        """Give the remote logons of the incident that an act stands for: those of the same act of logging on."""
        return tuple(self._logons.get(act.hop["act"] or act.vertex, ())) if act.hop else ()

    @cached_property
    def _logons(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        vertices = {vertex for part in self.parts for vertex in part.hops}
        hops = self._context.formation.tables.hops.with_columns(own=pl.coalesce("act", "vertex"))
        own = hops.filter(pl.col("vertex").is_in(sorted(vertices))).get_column("own").implode()
        for row in hops.filter(pl.col("own").is_in(own)).iter_rows(named=True):
            found.setdefault(row["own"], []).append(row)
        return found

    def logon_ids(self, more: Iterable[str | None]) -> dict[str, str]:
        """Give the logon ids of its sessions and more, as the records have them, by the session's id."""
        ends = [act.hop["logon_session_id"] if act.hop else act.vertex.partition("|")[2] for act in self.acts]
        ends += more
        wanted = sorted({end for end in ends if end})
        own = self._context.formation.tables.sessions.filter(pl.col("logon_session_id").is_in(wanted))
        return dict(own.select("logon_session_id", "logon_id").drop_nulls().iter_rows())

    @cached_property
    def span(self) -> tuple[int, int]:
        """Its first and last moment, µs UTC."""
        times = [act.time for act in self.acts] + [lead.time for lead in self.leads]
        return min(times), max(times)

    def title(self) -> dict[str, Any]:
        """Say in one sentence who went where, and with whom outside they dealt; a single lead says it itself."""
        if len(self.leads) == 1 and not self.leads[0].source:
            lead = self.leads[0]
            return self._context.writer.lead(lead, self._context.formation.doer(lead)) | {"id": "title", "lead": None}
        writer = self._context.writer
        known_machines = set(self.machines)
        ends = [
            Entity("Machine" if place in known_machines else "IP", place)
            for place in self._places
            if place not in self.outside
        ] or [Entity("IP", place) for place in self._places]
        span = span_words(self.span[1] - self.span[0])
        known = {
            "accounts": [Entity("User", account) for account in self.accounts], "first": ends[0], "others": ends[1:],
            "outside": [Entity("IP", address) for address in self.outside],
        }  # fmt: skip
        moved, stayed = (
            (templates.MOVED, templates.STAYED) if self.accounts else (templates.MOVED_UNKNOWN, templates.SEEN)
        )
        template = (moved if len(ends) > 1 else stayed) + (templates.FROM_OUTSIDE if self.outside else "")
        proof = [event for lead in self._heaviest for event in lead.evidence]
        return writer.say("title", template, known | {"span": words(span)}, proof)

    @property
    def _heaviest(self) -> list[Lead]:
        kinds = weights().kinds
        return sorted(self.leads, key=lambda lead: (-kinds[lead.kind].weight * lead.share, lead.time, lead.vertex))

    def summary(self, rank: int) -> dict[str, Any]:
        """Give what a list shows of it."""
        names = self._context.formation.tables.names
        techniques = {act.hop["technique"] for act in self.acts if act.hop and not act.sensed and act.hop["technique"]}
        return {
            "id": self.id, "aliases": self.aliases, "rank": rank, "score": round(self.score.total, 4),
            "class": self.klass, "title": self.title(), "start": iso(self.span[0]), "end": iso(self.span[1]),
            "machines": [names.get(each, each) for each in self.machines], "machine_ids": self.machines,
            "accounts": [names.get(each, each) for each in self.accounts], "account_ids": self.accounts,
            "unknown_machines": [place for place in self._places if place not in (*self.machines, *self.outside)],
            "outside": self.outside, "leads": len(self.leads),
            "kinds": dict(sorted(Counter(lead.kind for lead in self.leads).items())),
            "techniques": sorted(techniques), "consistent_with": self._consistent_with,
            "acts": len(self.acts), "units": self.units,
        }  # fmt: skip

    @property
    def _consistent_with(self) -> list[str]:
        """Techniques that what network sensors alone saw is consistent with; none of them is stated."""
        hops = {act.hop["technique"] for act in self.acts if act.hop and act.sensed}
        ways = {lead.facts.get("technique") for lead in self.leads if lead.kind.startswith("network_")}
        return sorted({technique for technique in hops | ways if technique})

    def story(self, rank: int) -> dict[str, Any]:
        """Give all of it: the summary, what the score is made of, acts with their sentences, and links."""
        return {
            **self.summary(rank), "adds": self.score.describe(),
            "steps": [self._step(act) for act in self.acts],
            "links": [*self._linked(), *self.inferred()],
            "not_seen": self.not_seen(),
        }  # fmt: skip

    def _step(self, act: Act) -> dict[str, Any]:
        said = self.sentences(act)
        names, kinds = self._context.formation.tables.names, weights().kinds
        owner = act.vertex.partition("|")[2]
        relations = [act.hop["id"]] if act.hop else []
        relations += [relation for lead in act.leads for relation in lead.relationships]
        return {
            "id": act.id, "kind": act.kind, "time": iso(act.time), "machine": names.get(act.machine, act.machine),
            "account": names.get(act.account or "", act.account), "machine_id": act.machine, "account_id": act.account,
            "session_id": act.hop["logon_session_id"] if act.hop else owner if act.kind == "session" else None,
            "process_id": owner if act.kind == "process" else None, "sensed": act.sensed, "sentences": said,
            "leads": [
                {
                    "id": f"{act.id}:{lead.kind}", "kind": lead.kind,
                    "weight": round(kinds[lead.kind].weight * lead.share, 4),
                }
                for lead in act.leads
            ],
            "relationship_ids": list(dict.fromkeys(relations)),
            "evidence": {"ids": list(act.evidence[:MOST_EVIDENCE]), "total": len(act.evidence)},
        }  # fmt: skip

    def sentences(self, act: Act) -> list[dict[str, Any]]:
        """Say an act: its leads, or where it is a remote logon without any, that."""
        writer, formation = self._context.writer, self._context.formation
        if act.hop and not act.leads:
            return [writer.hop(act)]
        return [writer.lead(lead, formation.doer(lead)) for lead in act.leads]

    def _linked(self) -> list[dict[str, Any]]:
        """Give the links by which its remote logons hang together."""
        return [
            {
                "id": None, "from": link.a, "to": link.b, "kind": link.kind, "confidence": link.confidence,
                "reason": link.reason, "evidence": list(link.evidence),
            }
            for link in self.causes()
        ]  # fmt: skip

    def causes(self) -> list[Joined]:
        """Give the links by which its remote logons hang together, each with its records, by vertices and kind."""
        found: dict[tuple[str, str, str], Joined] = {}
        for link in (link for part in self.parts for link in part.links):
            found.setdefault((link.a, link.b, link.kind), link)
        return [link for _, link in sorted(found.items()) if link.evidence]

    def inferred(self) -> list[dict[str, Any]]:
        """Give the joins between its parts that no record tells: by inference, or by hand."""
        return [self._joined(join) for join in self.joins]

    def joined(self) -> list[tuple[frozenset[str], dict[str, Any]]]:
        """Give the joins between its parts, each with the ids of the acts of its later side."""
        told = self._context.formation.told
        parts = self._context.formation.parts
        return [(frozenset(act.id for act in told(parts[join.later])), self._joined(join)) for join in self.joins]

    def _joined(self, join: Join) -> dict[str, Any]:
        template = templates.BY_HAND if join.by_hand else templates.JOINED if join.machine else templates.ACTOR
        known = {
            "why": str(join.reason) if join.by_hand else words(join.reason),
            "machine": Entity("Machine", join.machine or ""),
            "gap": words(span_words(join.gap)),
        }
        sure = "by hand" if join.by_hand else "inferred"
        said = self._context.writer.say("joined", template, known, join.evidence) | {"confidence": sure}
        ends = [self._own_id(self._context.formation.parts[number]) for number in (join.earlier, join.later)]
        kind = "by hand" if join.by_hand else "taken over before" if join.machine else "one actor"
        return {
            "id": join.id, "from": ends[0], "to": ends[1], "kind": kind, "confidence": sure, "reason": join.reason,
            "evidence": list(join.evidence), "sentence": said,
        }  # fmt: skip

    def not_seen(self) -> list[dict[str, Any]]:
        """Say how its first machine was taken, where no record tells that."""
        first = next((act for act in self.acts if act.hop), None)
        if first is None or first.hop is None or first.hop["from_label"] != "Machine":
            return []
        source = first.hop["from_id"]
        before = [act for act in self.acts if act.time <= first.time and act.machine == source]
        process = first.hop["origin_process_id"]
        if before or process is None:
            return []
        known = {"first": Entity("Machine", source), "program": Entity("Process", process)}
        return [self._context.writer.say("not_seen", templates.NOT_SEEN, known, first.evidence)]
