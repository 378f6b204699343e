"""The typed graph of an incident: what of it is drawn at first, and what boxes that say "+ N" stand for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.programs import HUBS
from graphhunt.incidents.typed import words
from graphhunt.incidents.typed.boxes import CLICK, COLUMNS, FIRST, MOST, SHARES, Box, Edge
from graphhunt.incidents.typed.groups import groups_of
from graphhunt.incidents.typed.involved import Involved
from graphhunt.incidents.typed.lineage import starts

if TYPE_CHECKING:
    from graphhunt.incidents.acts import Act
    from graphhunt.incidents.incident import Incident

_SPARE = ("process", "thing", "machine", "account", "called", "came")
"""Which columns get what others leave, first to last."""


@dataclass(frozen=True)
class Window:
    """A stretch of time, µs UTC; an end that is None is open."""

    since: int | None = None
    until: int | None = None

    def holds(self, time: int | None) -> bool:
        """Tell whether a moment lies within; what has no time lies in the open window alone."""
        if time is None:
            return self.since is None and self.until is None
        return (self.since is None or time >= self.since) and (self.until is None or time < self.until)

    def column(self, name: str) -> pl.Expr:
        """Give the rows whose moment lies within."""
        found = pl.lit(value=True)
        if self.since is not None:
            found &= pl.col(name) >= self.since
        if self.until is not None:
            found &= pl.col(name) < self.until
        return found


class Picture:
    """The typed graph of one incident.

    Args:
        incident: The incident.
        window: Only what happened within.
    """

    def __init__(self, incident: Incident, window: Window | None = None) -> None:
        self.incident, self.window = incident, window or Window()
        self.tables = incident.context.formation.tables
        self.groups = groups_of(self.tables.snapshot, self.tables)
        self.acts: list[Act] = [act for act in incident.acts if self.window.holds(act.time)]
        self.gathered = Involved(incident, self.acts, self.groups).gathered
        self.names = self.tables.names

    @cached_property
    def ranked(self) -> dict[str, list[Box]]:
        """The boxes of the incident by column, the most telling first."""
        near: dict[str, float] = {}
        for edge in self.gathered.edges.values():
            for one, other in ((edge.start, edge.end), (edge.end, edge.start)):
                near[one] = near.get(one, 0.0) + self.gathered.boxes[other].weight
        found: dict[str, list[Box]] = {column: [] for column in COLUMNS}
        for box in self.gathered.boxes.values():
            found[box.column].append(box)
        for boxes in found.values():
            boxes.sort(key=lambda box: (-box.weight, -near.get(box.id, 0.0), box.first or 0, box.id))
        return found

    @cached_property
    def others(self) -> list[str]:
        """Ids of the groups of processes on the incident's machines that are no part of it, the most telling first."""
        own = {box.entity for box in self.ranked["process"]}
        machines = [box.entity for box in self.ranked["machine"]]
        found = [group for group in self.groups.on(machines).values() if group.id not in own]
        if self.window != Window():
            inside = self.groups.processes.filter(self.window.column("start")).get_column("group")
            kept = set(inside)
            found = [group for group in found if group.id in kept]
        found.sort(key=lambda group: (-self.touching.get(group.id, 0), group.spread, group.seen, group.start, group.id))
        return [group.id for group in found]

    @cached_property
    def touching(self) -> dict[str, int]:
        """How near groups of processes are to the incident: 2 a cause of it names one, 1 one ran in a session of it.

        Programs that start others for whoever asks are never near: they touch everything.
        """
        causes = {end for link in self.incident.causes() for end in (link.a, link.b)}
        named = {end.partition("|")[2] for end in causes if end.startswith("process|")}
        hops = [row for act in self.acts for row in self.incident.logons_of(act)]
        named |= {row[name] for row in hops for name in ("origin_process_id", "remote_process_id") if row[name]}
        sessions = {row["logon_session_id"] for row in hops} | {
            act.vertex.partition("|")[2] for act in self.acts if act.kind == "session"
        }
        wanted = sorted(session for session in sessions if session)
        inside = pl.col("logon_session_id").is_in(wanted) | pl.col("remote_session_id").is_in(wanted)
        ran = self.tables.processes.filter(inside).get_column("id")
        near = dict.fromkeys(self.groups.of(ran).values(), 1) | dict.fromkeys(self.groups.of(named).values(), 2)
        known = self.groups.named(near)
        return {group: how for group, how in near.items() if known[group].shown.partition(" ")[0] not in HUBS}

    @cached_property
    def drawn(self) -> dict[str, Box]:
        """The boxes that are drawn at first, by id."""
        sizes = {column: len(boxes) for column, boxes in self.ranked.items()}
        more = {column: column == "process" and bool(self.others) for column in COLUMNS}
        shares = _shares({column: size + more[column] for column, size in sizes.items()})
        found: dict[str, Box] = {}
        for column, boxes in self.ranked.items():
            all_fit = shares[column] >= sizes[column] + more[column]
            kept = boxes if all_fit else boxes[: shares[column] - 1]
            found |= {box.id: box for box in kept}
        return found

    def left(self, column: str) -> list[str]:
        """Give the ids of the boxes of a column that aren't drawn at first, the most telling first."""
        own = [box.id for box in self.ranked[column] if box.id not in self.drawn]
        return own + [f"process|{group}" for group in self.others] if column == "process" else own

    @cached_property
    def left_at(self) -> dict[str, int]:
        """The number of each box among those of its column that aren't drawn at first."""
        return {id_: number for column in COLUMNS for number, id_ in enumerate(self.left(column))}

    def edges(self, boxes: Iterable[Box]) -> list[Edge]:
        """Give the edges among boxes: those of the incident, who started whom, and where what has none ran."""
        drawn = {box.id: box for box in boxes}
        found = [edge for edge in self.gathered.edges.values() if edge.start in drawn and edge.end in drawn]
        found += self._started(drawn)
        return found + self._homes(drawn, {edge.end for edge in found})

    def _started(self, drawn: dict[str, Box]) -> list[Edge]:
        owner = {process: box.id for box in drawn.values() for process in box.members}
        found: dict[str, Edge] = {}
        for start in starts(self.tables, owner):
            edge = Edge("started", owner[start.parent], owner[start.child])
            if edge.start == edge.end:
                continue
            edge = found.setdefault(edge.id, edge)
            edge.count += 1
            edge.proof.update(dict.fromkeys(start.proof))
            if start.through:
                parts = self.incident.context.writer.say("edge", words.THROUGH, {"program": start.through[0]}, ())
                edge.text = parts["parts"]
        return list(found.values())

    @staticmethod
    def _homes(drawn: dict[str, Box], led: set[str]) -> list[Edge]:
        """Draw the machine of processes that nothing else leads to."""
        found: list[Edge] = []
        for box in drawn.values():
            machine = f"machine|{next(iter(box.machines), '')}"
            if box.column == "process" and box.id not in led and machine in drawn:
                found.append(Edge("machine ran", machine, box.id, dict(box.proof), len(box.members)))
        return found

    def rest(self, node: str, relation: str, column: str, left: list[str], offset: int) -> dict[str, Any] | None:
        """Give the box for what isn't drawn of something; None where all is.

        Args:
            node: Id of the box that was expanded, or `rest|COLUMN`.
            relation: Over what.
            column: Its column.
            left: Ids of all boxes that there are.
            offset: How many of them are drawn.
        """
        ids = left[offset:]
        if not ids:
            return None
        sizes = [group.size for group in self.groups.named(id_.partition("|")[2] for id_ in ids).values()]
        leads = sum(1 for id_ in ids if (box := self.gathered.boxes.get(id_)) and box.weights)
        return {
            "id": f"rest|{node}|{relation}", "column": column, "node": node, "relation": relation, "offset": offset,
            "boxes": len(ids), "entities": sum(sizes) if column == "process" else len(ids), "leads": leads,
            "what": words.MORE[column],
        }  # fmt: skip

    def describe(self, rank: int) -> dict[str, Any]:
        """Give what is drawn at first as plain values.

        Args:
            rank: The incident's rank.
        """
        edges = self.edges(self.drawn.values())
        lefts = {column: self.left(column) for column in COLUMNS}
        rests = [self.rest(f"rest|{column}", "more", column, left, 0) for column, left in lefts.items()]
        return {
            "id": self.incident.id, "rank": rank, "title": self.incident.title(),
            "account_ids": self.incident.accounts,
            "columns": [
                {"id": column, "title": title, "drawn": sum(box.column == column for box in self.drawn.values()),
                 "left": len(lefts[column])}
                for column, title in COLUMNS.items()
            ],
            "boxes": [box.describe(self.names) for column in COLUMNS for box in self.ranked[column]
                      if box.id in self.drawn],
            "edges": [edge.describe(words.VERBS[edge.kind]) for edge in edges],
            "rests": [rest for rest in rests if rest],
            "entities": sum(max(1, len(box.members)) for box in self.drawn.values()),
            "first": FIRST, "click": CLICK, "most": MOST,
            "outside_window": len(self.incident.acts) - len(self.acts),
        }  # fmt: skip


def _shares(needs: dict[str, int]) -> dict[str, int]:
    """Share the boxes that are drawn at first among columns by what each needs."""
    given = {column: min(needs[column], share) for column, share in SHARES.items()}
    spare = FIRST - sum(given.values())
    for column in _SPARE:
        more = min(spare, needs[column] - given[column])
        given[column] += more
        spare -= more
    return given


def picture_of(incident: Incident, asked: Hashable, window: Window) -> Picture:
    """Give the typed graph of an incident, or that from before while the case and what is asked are the same.

    Args:
        incident: The incident.
        asked: By what options it was found.
        window: Only what happened within.
    """
    snapshot = incident.context.formation.tables.snapshot
    return snapshot.remembered("typed picture", (asked, incident.id, window), lambda: Picture(incident, window))
