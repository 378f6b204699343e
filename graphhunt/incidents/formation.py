"""Formation: leads and remote logons that causes join become incidents.

Observed and correlated links join first. The parts of a component that matter are its leads, the remote logons of the
visits that hold them, those that led there, and those that a lead's process tree opened; a person's other work on the
same machines stays outside. Parts may then be joined by inference: one was on a machine before the other, and neither
is merely a program that was started from afar, which administrators do every day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.acts import Act, Acts, Row
from graphhunt.incidents.causality import STEPS_BACK, Causality, Joined
from graphhunt.incidents.lead import MINUTE, Lead, once
from graphhunt.incidents.rarity import Rarity
from graphhunt.incidents.score import Score, Unit, score
from graphhunt.incidents.weights import weights

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables
    from graphhunt.incidents.weights import Weights

DAY = 24 * 60 * MINUTE
LED = ("hop cause", "credentials", "file", "outside address")
"""Kinds of links that tell what led to a remote logon or process elsewhere."""

BESIDE = MINUTE
"""A remote logon whose only possible origin is a session with a lead this near, is told with it."""

_ONLY = "only that session can have opened it, and a lead of the session stands within a minute"

CLOCKS = 5_000_000
"""What a session did may be recorded this much before it, as clocks and whole seconds have it, µs."""


@dataclass
class Part:
    """What observed and correlated links join: leads, and the remote logons that matter to them.

    Attributes:
        leads: Its leads, earliest first.
        hops: Vertices of its remote logons.
        visits: Visits to machines that hold leads.
        links: The links between visits by which its remote logons are part of it.
    """

    leads: list[Lead]
    hops: set[str] = field(default_factory=set)
    visits: set[str] = field(default_factory=set)
    links: list[Joined] = field(default_factory=list)


class Formation:
    """Forms the parts of incidents from leads and links.

    Args:
        tables: The graph's tables.
        leads: Every lead, earliest first.
        links: Every observed and correlated link.
        given: The weights; the shipped ones by default.
    """

    def __init__(
        self, tables: Tables, leads: Iterable[Lead], links: pl.DataFrame, given: Weights | None = None
    ) -> None:
        self.tables = tables
        self._leads = list(leads)
        self._weights = given
        self.causality = Causality(links, [lead.vertex for lead in self._leads])
        self.acts = Acts(tables)

    @cached_property
    def parts(self) -> list[Part]:
        """What observed and correlated links join, by their first lead."""
        found: dict[int, list[Lead]] = defaultdict(list)
        for lead in self._leads:
            found[self.causality.component(lead.vertex)].append(lead)
        self.acts.know(vertex for link in self.causality.links for vertex in link[:2])
        self.acts.know(lead.vertex for lead in self._leads)
        parts = [self._part(once(leads)) for leads in found.values()]
        return sorted(parts, key=lambda part: (part.leads[0].time, part.leads[0].vertex))

    def _part(self, leads: list[Lead]) -> Part:
        part = Part(leads)
        last: dict[str, int] = {}
        for lead in leads:
            visit = self.causality.visit(lead.vertex)
            last[visit] = max(last.get(visit, lead.time), lead.time)
        for visit, until in last.items():
            part.visits.add(visit)
            part.hops |= {hop for hop in self._hops_of(visit) if self._began(hop) <= until + CLOCKS}
        self._onward(part)
        self._beside(part)
        self._back(part)
        return part

    def _hops_of(self, visit: str) -> list[str]:
        members = self.causality.members.get(visit, [visit])
        return [vertex for vertex in members if self.acts.hops.get(vertex)]

    def _began(self, vertex: str) -> int:
        return int(self.acts.hops[vertex][0]["start"])

    @cached_property
    def _incoming(self) -> dict[str, list[Joined]]:
        found: dict[str, list[Joined]] = defaultdict(list)
        for link in self.causality.across:
            if link.kind in LED:
                found[link.b].append(link)
        return found

    def _onward(self, part: Part) -> None:
        """Add the remote logons that a lead's process tree opened, or a visit from elsewhere that holds a lead."""
        families = {self.causality.family(lead.vertex) for lead in part.leads}
        entered = {self.causality.visit(hop) for hop in part.hops}
        for link in self.causality.across:
            if link.kind != "hop cause" or not self.acts.hops.get(link.b):
                continue
            if self.causality.family(link.a) in families or self.causality.visit(link.a) in entered:
                part.hops.add(link.b)
                part.links.append(link)

    @cached_property
    def _alone(self) -> dict[str, list[dict[str, Any]]]:
        """Remote logons with one session that may have opened them, by its vertex."""
        hops = self.tables.hops
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        asked = (pl.col("cause_how") == "inferred") & (pl.col("cause_candidates") == 1)
        for row in hops.filter(asked).drop_nulls("origin_session_id").iter_rows(named=True):
            found[f"session|{row['origin_session_id']}"].append(row)
        return found

    def _beside(self, part: Part) -> None:
        """Add what only a session with a lead at that moment can have opened: by inference."""
        for lead in part.leads:
            visit = self.causality.visit(lead.vertex)
            for session in self.causality.members.get(visit, [lead.vertex]):
                for row in self._alone.get(session, ()):
                    if abs(row["start"] - lead.time) <= BESIDE:
                        self.acts.know([row["vertex"]])
                        part.hops.add(row["vertex"])
                        proof = tuple(row["evidence"])
                        part.links.append(Joined(session, row["vertex"], "hop cause", "inferred", _ONLY, proof))

    def _back(self, part: Part) -> None:
        """Add the remote logons that led to those of a part, step by step."""
        near = {*part.hops, *(lead.vertex for lead in part.leads)}
        for _ in range(STEPS_BACK):
            further: set[str] = set()
            for vertex in sorted(near):
                for link in self._incoming.get(vertex, ()):
                    part.links.append(link)
                    further |= self._entry(link)
            near = further - part.hops
            part.hops |= near
            if not near:
                return

    def _entry(self, link: Joined) -> set[str]:
        """Give the remote logon by which the visit began that a link comes from; none where it began locally."""
        until = self._began(link.b) if self.acts.hops.get(link.b) else None
        hops = [hop for hop in self._hops_of(self.causality.visit(link.a))
                if until is None or self._began(hop) <= until]  # fmt: skip
        return {max(hops, key=lambda hop: (self._began(hop), hop))} if hops else set()

    def units(self, part: Part) -> dict[Unit, list[Lead]]:
        """Group a part's leads by unit: account, source and day."""
        found: dict[Unit, list[Lead]] = defaultdict(list)
        for lead in part.leads:
            found[self._unit(lead)].append(lead)
        return dict(found)

    def _unit(self, lead: Lead) -> Unit:
        hops = self.acts.hops.get(lead.vertex) or [
            row
            for vertex in self._hops_of(self.causality.visit(lead.vertex)) or self._brought(lead)
            for row in self.acts.hops[vertex]
            if row["start"] <= lead.time + CLOCKS
        ]
        if not hops:
            return lead.account, lead.source or lead.machine, lead.time // DAY
        hop = max(hops, key=lambda row: (row["start"], row["id"]))
        return hop["user_id"], hop["from_id"], lead.time // DAY

    def _brought(self, lead: Lead) -> list[str]:
        """Give the remote logons to its machine over which came what a lead is about."""
        found = (link.a for link in self._incoming.get(lead.vertex, ()))
        return [a for a in found if any(row["to_id"] == lead.machine for row in self.acts.hops.get(a, ()))]

    def doer(self, lead: Lead) -> str | None:
        """Give the account behind a lead: of the remote logon whose work it was, else its own."""
        account = self._unit(lead)[0]
        return account if account is not None else lead.account

    def score(self, parts: Iterable[Part]) -> Score:
        """Score parts as one incident."""
        visits: dict[str, list[Lead]] = defaultdict(list)
        for lead in (lead for part in parts for lead in part.leads):
            visits[self._visit(lead)].append(lead)
        return score(visits, self._weights, {visit: self._rarity.of(self._rows_of(visit)) for visit in visits})

    @cached_property
    def _rarity(self) -> Rarity:
        return Rarity(self.tables.hops, self._weights or weights())

    def _rows_of(self, visit: str) -> Iterator[Row]:
        """Give the remote logons of a visit."""
        for vertex in self._hops_of(visit):
            yield from self.acts.hops[vertex]

    def _visit(self, lead: Lead) -> str:
        """Name the visit that a lead counts to: what came over a remote logon counts to that."""
        brought = self._brought(lead)
        return self.causality.visit(brought[0] if brought else lead.vertex)

    def machines(self, part: Part) -> set[str]:
        """Give the machines of a part, by id: where leads happened, and both ends of its remote logons."""
        known = self._machine_ids
        return {machine for machine in self._places(part) if machine in known}

    @cached_property
    def _machine_ids(self) -> frozenset[str]:
        return frozenset(self.tables.machines.get_column("id"))

    def _places(self, part: Part) -> set[str]:
        ends = {end for hop in part.hops for row in self.acts.hops[hop] for end in (row["from_id"], row["to_id"])}
        return ends | {end for lead in part.leads for end in (lead.machine, lead.source) if end}

    def accounts(self, part: Part) -> set[str]:
        """Give the accounts of a part, by id."""
        own = {row["user_id"] for hop in part.hops for row in self.acts.hops[hop]}
        return {account for account in own | {self.doer(lead) for lead in part.leads} if account}

    def told(self, part: Part) -> list[Act]:
        """Give the acts of a part, earliest first: remote logons of one act once, and what leads tell."""
        leads: dict[str, list[Lead]] = defaultdict(list)
        for lead in part.leads:
            leads[lead.vertex].append(lead)
        found = [self.acts.act(vertex, leads.get(vertex, [])) for vertex in sorted({*part.hops, *leads})]
        return sorted(_folded(found), key=lambda act: (act.time, act.vertex))


def _folded(acts: Iterable[Act]) -> list[Act]:
    """Keep of the logons of one act those with leads, or the first where none has."""
    groups: dict[Any, list[Act]] = defaultdict(list)
    for act in acts:
        groups[act.hop["act"] or act.vertex if act.hop else act.vertex].append(act)
    kept: list[Act] = []
    for group in groups.values():
        telling = [act for act in group if act.leads]
        kept += telling or [min(group, key=lambda act: (act.time, act.id))]
    return kept
