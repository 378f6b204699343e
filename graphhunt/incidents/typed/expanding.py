"""Expansions: what else a box has to do with, the most telling first, and never more than one click may add.

First what has leads, then what touches the incident, then what is rare in the case, then what came first: what is
recent says nothing of an intrusion.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from graphhunt.errors import UsageError
from graphhunt.incidents.typed import words
from graphhunt.incidents.typed.boxes import CLICK, COLUMNS, Box, Edge, evidence
from graphhunt.incidents.typed.finding import Finder
from graphhunt.incidents.typed.relations import SAME, Relation, reached, relations_of, seen
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.incidents.typed.picture import Picture

REST = "rest|"
"""What the id of a box begins with that stands for the rest of a column."""

MORE = "more"
"""The way on from such a box."""

MOST_MEMBERS = 50
"""Processes of a group that are listed."""

MOST_TEXT = 400
"""Characters of a command line that are listed; the record has all of it."""


class Reached(NamedTuple):
    """A box that a way leads to, with the edge that does, and how it is ranked."""

    box: Box
    edge: Edge
    key: tuple[float, int, int, int, int, str]


class Expansion:
    """What a box of an incident's graph can be expanded to.

    Args:
        picture: The graph.
        node: Id of the box, drawn at first or by an expansion; or `rest|COLUMN`.

    Raises:
        MissingError: There is no such box.
    """

    def __init__(self, picture: Picture, node: str) -> None:
        self._picture, self._tables, self.node = picture, picture.tables, node
        self._finder = Finder(picture)
        rest = node.startswith(REST) and node.removeprefix(REST) in COLUMNS
        self._box = None if rest else self._finder.box(node)

    def ways(self) -> dict[str, Any]:
        """Give what the box can be expanded over, how many boxes that leads to, and what processes it stands for."""
        box = self._box
        ways = [] if box is None else [(way, len(self._reach(way))) for way in relations_of(box)]
        members = self._members(box) if box and box.column == "process" else []
        return {
            "node": self.node,
            "items": [
                {"relation": way.name, "title": way.title, "column": way.column, "total": total}
                for way, total in ways
                if total
            ],
            "members": members[:MOST_MEMBERS], "members_total": len(members),
        }  # fmt: skip

    def _members(self, box: Box) -> list[dict[str, Any]]:
        own = self._picture.groups.processes.filter(pl.col("id").is_in(list(box.members)))
        leads = {lead.vertex.partition("|")[2] for act in self._picture.acts for lead in act.leads}
        rows = own.select("id", "start", "command_line", "evidence").iter_rows()
        return [
            {
                "id": id_, "time": iso(start), "command": (line or "")[:MOST_TEXT] or None, "lead": id_ in leads,
                "evidence": evidence(proof or ()),
            }
            for id_, start, line, proof in rows
        ]  # fmt: skip

    def over(self, relation: str, offset: int = 0, limit: int = CLICK) -> dict[str, Any]:
        """Expand the box.

        Args:
            relation: Over what, of its ways; `more` of what stands for the rest of a column.
            offset: How many boxes of it are drawn.
            limit: Boxes that may be added, the one for what is left among them.

        Returns:
            `boxes`, `edges` that lead to them or to what is drawn at first, the `rest`, and the `total` of boxes.

        Raises:
            UsageError: The box has no such way.
        """
        limit = min(limit, CLICK)
        if self._box is None:
            return self._more(self.node.removeprefix(REST), relation, offset, limit)
        way = next((way for way in relations_of(self._box) if way.name == relation), None)
        if way is None:
            raise UsageError(f"a box of that kind has no '{relation}'")
        found = self._reach(way)
        left = [each for each in found if each.box.id not in self._picture.drawn]
        page = left[offset : offset + _fits(len(left) - offset, limit)]
        boxes = [self._finder.whole(each.box) if each.box.column == "process" else each.box for each in page]
        known = [each for each in found if each.box.id in self._picture.drawn] if offset == 0 else []
        edges = [each.edge.describe(way.verb) for each in [*page, *known]]
        ids = [each.box.id for each in left]
        return self._answer(boxes, edges, self._rest(way.name, way.column, ids, offset + len(page)), len(found))

    def _more(self, column: str, relation: str, offset: int, limit: int) -> dict[str, Any]:
        if relation != MORE:
            raise UsageError(f"what stands for the rest has no '{relation}'")
        left = self._picture.left(column)
        ids = left[offset : offset + _fits(len(left) - offset, limit)]
        boxes = [self._finder.box(id_) for id_ in ids]
        new, old = set(ids), self._picture.gathered
        made = self._picture.edges([*self._picture.drawn.values(), *boxes])
        every = {edge.id: edge for edge in [*made, *old.edges.values()] if edge.start in new or edge.end in new}
        edges = [edge.describe(words.VERBS[edge.kind]) for edge in every.values()]
        return self._answer(boxes, edges, self._rest(MORE, column, left, offset + len(ids)), len(left))

    def _rest(self, relation: str, column: str, left: list[str], offset: int) -> dict[str, Any] | None:
        return self._picture.rest(self.node, relation, column, left, offset)

    def _answer(
        self, boxes: list[Box], edges: list[dict[str, Any]], rest: dict[str, Any] | None, total: int
    ) -> dict[str, Any]:
        names, left = self._picture.names, self._picture.left_at
        told = [box.describe(names, left.get(box.id)) for box in boxes]
        return {"boxes": told, "edges": edges, "rest": rest, "total": total}

    def _reach(self, way: Relation) -> list[Reached]:
        """Give everything that a way leads to, the most telling first."""
        box = self._box
        if box is None:
            return []
        own = list(box.members) if box.column == "process" else [box.entity]
        rows = reached(self._tables, way, own, self._picture.window.column("start"))
        if way.column == "process":
            return self._ranked(self._processes(way, rows))
        rare = seen(self._tables, way, rows.get_column("other"))
        for (label,), part in rows.group_by("label"):
            self._finder.know(str(label), part.get_column("other"))
        home = next(iter(box.machines), "")
        found: dict[str, tuple[Box, Edge, tuple[int, int]]] = {}
        for other, label, start, end, count, proof in rows.iter_rows():
            target = self._finder.entity(label, other, way.column, home)
            self._join(found, way, target, (start, end, count, proof), rare.get(other, (0, 0)))
        return self._ranked(found)

    def _processes(self, way: Relation, rows: pl.DataFrame) -> dict[str, tuple[Box, Edge, tuple[int, int]]]:
        known = self._picture.groups
        own = rows.join(known.processes.select("group", other="id"), on="other", maintain_order="left")
        by_group = own.group_by("group", maintain_order=True).agg(
            pl.col("start").min(), pl.col("end").max(), pl.col("count").sum(), pl.col("proof").explode()
        )
        groups = known.named(by_group.get_column("group"))
        found: dict[str, tuple[Box, Edge, tuple[int, int]]] = {}
        for id_, start, end, count, proof in by_group.iter_rows():
            group = groups[id_]
            target = self._finder.group(group)
            self._join(found, way, target, (start, end, count, proof), (group.spread, group.seen))
        return found

    def _join(
        self,
        found: dict[str, tuple[Box, Edge, tuple[int, int]]],
        way: Relation,
        target: Box,
        told: tuple[int, int, int, list[str]],
        rare: tuple[int, int],
    ) -> None:
        box = self._box
        if box is None or target.id == box.id:
            return
        start, end, count, proof = told
        if target.id not in self._picture.gathered.boxes and target.column != "process":
            target.times += [each for each in (start, end) if each is not None]
            target.proof.update(dict.fromkeys(event for event in proof if event))
        ends = (box, target) if way.outgoing else (target, box)
        made = Edge(SAME.get(way.type, way.type), ends[0].id, ends[1].id)
        edge = found.setdefault(target.id, (target, made, rare))[1]
        edge.count += count
        edge.proof.update(dict.fromkeys(event for event in proof if event))

    def _ranked(self, found: dict[str, tuple[Box, Edge, tuple[int, int]]]) -> list[Reached]:
        ranked = [
            Reached(
                box, edge, (-box.weight, -self._touch(box), *rare, box.first or self._began.get(box.entity, 0), box.id)
            )
            for box, edge, rare in found.values()
        ]
        return sorted(ranked, key=lambda each: each.key)

    def _touch(self, box: Box) -> int:
        """Tell how near a box is to the incident: 3 where it is of it, else as its processes are."""
        return 3 if box.id in self._picture.gathered.boxes else self._picture.touching.get(box.entity, 0)

    @cached_property
    def _began(self) -> dict[str, int]:
        """When the first process of each group began."""
        return dict(self._picture.groups.table.select("group", "start").drop_nulls().iter_rows())


def _fits(left: int, limit: int) -> int:
    """Give how many boxes are added of those left: all, or so many that one for the rest fits beside them."""
    return left if left <= limit else max(0, limit - 1)
