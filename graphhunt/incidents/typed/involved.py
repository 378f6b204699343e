"""What the acts of an incident involve, as boxes and edges, before any of it is left out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.board.arrows import Arrows
from graphhunt.incidents.board.lanes import lanes_of
from graphhunt.incidents.board.scene import scenes_of, weight_of
from graphhunt.incidents.board.telling import Teller
from graphhunt.incidents.lead import Entity
from graphhunt.incidents.sentences import words as ours
from graphhunt.incidents.typed import words
from graphhunt.incidents.typed.gathering import Gathering

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphhunt.incidents.acts import Act
    from graphhunt.incidents.board.scene import Scene
    from graphhunt.incidents.incident import Incident
    from graphhunt.incidents.lead import Lead
    from graphhunt.incidents.typed.boxes import Box, Edge
    from graphhunt.incidents.typed.groups import Groups

_SURE = ("observed", "correlated", "inferred")
"""How sure something is, surest first; an edge is as sure as the surest of what it stands for."""

_WRITING = ("lsass_dump",)
"""Kinds of leads of which the process wrote the file that they name."""


class Involved:
    """What some acts of an incident involve.

    Args:
        incident: The incident.
        acts: The acts.
        groups: The groups of all processes.
    """

    def __init__(self, incident: Incident, acts: list[Act], groups: Groups) -> None:
        self.incident, self._groups = incident, groups
        self.tables = incident.context.formation.tables
        scenes = scenes_of(incident.acts, incident.doer_of, incident.logons_of)
        lanes = lanes_of(incident, scenes, self.tables)
        had = {lane["id"]: lane["addresses"] for lane in lanes}
        self.gathered = Gathering(self.tables, groups, incident.context.networks.outside, had)
        self._teller = Teller(incident.context.writer, self.tables.names)
        self._accounts = set(incident.accounts)
        self._group = groups.of(process for act in acts for process in _processes(act))
        self._known = groups.named(self._group.values())
        self._records = self._read_records()
        self._told: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._switches: Counter[str] = Counter()
        for act in acts:
            self._act(act)
        wanted = {act.id for act in acts}
        arrows = Arrows(self.tables, self._teller, set(incident.outside), {lane["id"] for lane in lanes})
        for scene in scenes:
            if scene.id in wanted:
                self._ask(scene, arrows)
        self._started_by_works()
        self._say_hops()

    def _read_records(self) -> dict[str, tuple[int | None, list[str]]]:
        """Read when each process began, and its records."""
        own = self._groups.processes.filter(pl.col("id").is_in(sorted(self._group)))
        return {id_: (start, proof or []) for id_, start, proof in own.select("id", "start", "evidence").iter_rows()}

    def _act(self, act: Act) -> None:
        machine, doer = self.gathered.machine(act.machine), self.incident.doer_of(act)
        machine.add(act.time, act.evidence)
        if doer in self._accounts and doer is not None:
            account = self.gathered.account(doer)
            account.add(act.time, act.evidence)
            account.machines[act.machine] = None
            self.gathered.edge("on", account, machine, act.evidence)
        for row in self.incident.logons_of(act):
            self._logon(row, machine, act)
        for lead in act.leads:
            self._lead(lead, machine, doer)

    def _logon(self, row: Mapping[str, Any], machine: Box, act: Act) -> None:
        source = self.gathered.place(row["from_id"])
        source.add(row["start"], row["evidence"])
        source.machines[source.entity if source.column == "machine" else machine.entity] = None
        edge = self.gathered.edge("hop", source, machine, row["evidence"])
        edge.lead = edge.lead or bool(act.leads)
        _surest(edge, row["confidence"])
        self._told.setdefault(edge.id, {})[row["id"]] = row

    def _lead(self, lead: Lead, machine: Box, doer: str | None) -> None:
        weight = weight_of(lead)
        process = next(iter(_of_lead(lead)), None)
        box = self._process(process) if process else None
        for each in (box, None if box else machine):
            if each is not None:
                each.add(lead.time, lead.evidence)
                each.weights[lead.kind] = max(weight, each.weights.get(lead.kind, 0.0))
        if lead.source and lead.source != lead.machine:
            source = self.gathered.place(lead.source)
            source.add(lead.time, lead.evidence)
            self.gathered.edge("seen", source, machine, lead.evidence).lead = True
        self._thing(lead, machine, box)
        self._call(lead, machine, box)
        if lead.kind == "new_credentials" and doer is not None and doer in self._accounts:
            self._switch(self.gathered.edges[f"on|account|{doer}|{machine.id}"])

    def _switch(self, edge: Edge) -> None:
        """Say how often an account opened a session with other credentials on a machine."""
        edge.lead = True
        self._switches[edge.id] += 1
        count = self._switches[edge.id]
        edge.text = self._parts(words.TYPE_9 if count == 1 else words.TYPE_9_TIMES, {"count": count})

    def _process(self, process: str) -> Box | None:
        group = self._known.get(self._group.get(process, ""))
        if group is None:
            return None
        box = self.gathered.process(process, group)
        box.add(*self._records[process])
        return box

    def _thing(self, lead: Lead, machine: Box, box: Box | None) -> None:
        """Draw the service, task or file that a lead names, with what it has to do with its process."""
        work, file = lead.facts.get("work"), lead.facts.get("file")
        if isinstance(work, Entity):
            thing = self.gathered.thing(work.label, work.id, machine.entity)
            thing.add(lead.time, lead.evidence)
            self.gathered.edge("installed", machine, thing, lead.evidence).lead = True
        if isinstance(file, Entity) and box is not None:
            thing = self.gathered.thing(file.label, file.id, machine.entity, str(lead.facts.get("path") or file.id))
            thing.add(lead.time, lead.evidence)
            if lead.kind in _WRITING:
                edge = self.gathered.edge("wrote", box, thing, lead.evidence)
                edge.text = self._parts(words.WROTE, {})
            else:
                brought = self.gathered.edge("brought", machine, thing, lead.evidence)
                brought.text = self._parts(words.BROUGHT, {})
                edge = self.gathered.edge("used", thing, box, lead.evidence)
                edge.text = self._parts(words.USED[lead.facts["how"]], {})
            edge.lead = True

    def _call(self, lead: Lead, machine: Box, box: Box | None) -> None:
        target = lead.facts.get("address") or lead.facts.get("outside")
        address = target.id if isinstance(target, Entity) else target
        if address not in self.incident.context.networks.outside:
            return
        called = self.gathered.called(address)
        called.add(lead.time, lead.evidence)
        called.machines[machine.entity] = None
        port = lead.facts.get("port")
        if port and (note := f"port {port}") not in called.notes:
            called.notes.append(note)
        edge = self.gathered.edge("called", box or machine, called, lead.evidence)
        edge.lead = True
        if lead.kind == "beacon":
            edge.text = self._parts(words.CLOCK, {})

    def _ask(self, scene: Scene, arrows: Arrows) -> None:
        for arrow in arrows.of(scene):
            if arrow["kind"] == "ask":
                ends = self.gathered.machine(arrow["from"]), self.gathered.machine(arrow["to"])
                edge = self.gathered.edge("ask", *ends, arrow["text"]["evidence"])
                ends[1].add(scene.time, arrow["text"]["evidence"])
                edge.text = arrow["text"]["parts"]

    def _started_by_works(self) -> None:
        """Draw which service or task started a process of the incident, where a record tells."""
        works = [box.entity for box in self.gathered.boxes.values() if box.kind in ("service", "task")]
        own = [process for box in self.gathered.boxes.values() for process in box.members]
        made = self.tables.edges("STARTED").filter(pl.col("from_id").is_in(works) & pl.col("to_id").is_in(own))
        for work, process, proof in made.select("from_id", "to_id", "evidence").sort("to_id").iter_rows():
            if box := self._process(process):
                self.gathered.edge("ran", self.gathered.boxes[f"thing|{work}"], box, proof or ())

    def _say_hops(self) -> None:
        """Say on an edge between machines by what technique somebody came, and who."""
        for id_, rows in self._told.items():
            edge = self.gathered.edges[id_]
            edge.count = len(rows)
            edge.text = self._hop(list(rows.values()), edge.count)

    def _hop(self, rows: list[Mapping[str, Any]], count: int) -> list[dict[str, Any]]:
        names = Counter(row["technique_name"] for row in rows if row["technique_name"])
        kinds = {row["technique"] or row["technique_name"] for row in rows if row["technique_name"]}
        accounts = {row["user_id"] for row in rows if row["user_id"]}
        likely = max(names, key=lambda name: (names[name], name), default="")
        known: dict[str, Any] = {
            "count": count, "kinds": len(kinds), "technique": ours(likely),
            "account": Entity("User", next(iter(accounts), "")),
        }  # fmt: skip
        if len(kinds) > 1:
            return self._parts(words.HOPS, known)
        if kinds and all(_sensed(row) for row in rows):
            return self._parts(words.HOP_SENSED, known)
        if kinds:
            return self._parts(words.HOP if len(accounts) == 1 else words.HOP_UNKNOWN, known)
        if len(accounts) == 1:
            return self._parts(words.LOGON if count == 1 else words.LOGONS, known)
        return self._parts(words.LOGONS_ONLY, known)

    def _parts(self, template: str, known: Mapping[str, Any]) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = self._teller.say("edge", template, known, ())["parts"]
        return parts


def _surest(edge: Edge, confidence: str | None) -> None:
    given = confidence if confidence in _SURE else _SURE[0]
    edge.confidence = given if edge.count == 1 else min(edge.confidence, given, key=_SURE.index)


def _sensed(row: Mapping[str, Any]) -> bool:
    """Tell whether network sensors alone saw a remote logon: they see ports, and no technique."""
    seen = row["witnesses"] or []
    return bool(seen) and all(witness.endswith("_sensor") for witness in seen)


def _of_lead(lead: Lead) -> Iterable[str]:
    """Give the process that a lead is about: what did it, or what was run by it."""
    if lead.vertex.startswith("process|"):
        yield lead.vertex.partition("|")[2]
    if isinstance(named := lead.facts.get("process"), Entity):
        yield named.id


def _processes(act: Act) -> Iterable[str]:
    for lead in act.leads:
        yield from _of_lead(lead)
