"""The ways on from any entity: sessions, paths, neighbours, timeline, alerts, evidence and the graph around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphhunt.entities import values
from graphhunt.entities.base import Only
from graphhunt.entities.collection import Collection
from graphhunt.entities.logons import LoggingOn
from graphhunt.entities.parts import Part
from graphhunt.entities.paths import found_paths
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.question import Computation
from graphhunt.entities.rows import AttackPath, Detection, Evidence, Neighbour, TimelineRow
from graphhunt.entities.seen import Seen
from graphhunt.entities.subgraph import Subgraph, around
from graphhunt.questions.pivots.views import label
from graphhunt.schema import NODES, RELATIONSHIPS
from graphhunt.times import micros

RECORDS = 1_000
"""Original records that `evidence` gives when not told otherwise."""

DRAWN = 2_000
"""Relationships that `graph` holds when not told otherwise."""


class Pivoting(LoggingOn, Seen):
    """An entity to go on from. Questions about a tenant mean its machines."""

    def neighbours(
        self,
        relation: str | list[str] | None = None,
        kind: str | list[str] | None = None,
        period: TimePeriod | None = None,
        *,
        limit: int | None = None,
    ) -> Collection[Neighbour]:
        """Ask what is next to the entity, relationships added up per neighbour, last seen first.

        Args:
            relation: Only over these types of relationship.
            kind: Only neighbours of these kinds.
            period: Only relationships that overlap this time.
            limit: Rows at most.

        Raises:
            UsageError: There is no such type or kind; the error lists those there are.
        """
        checked = {
            "relations": values.chosen("relation", relation, RELATIONSHIPS),
            "kinds": values.chosen("kind", kind, NODES),
        }
        return self._limited(Neighbour, "neighbours", Only(None, None, None, period, limit), checked, shape=_named)

    def timeline(
        self, relation: str | list[str] | None = None, period: TimePeriod | None = None, *, limit: int | None = None
    ) -> Collection[TimelineRow]:
        """Ask for all relationships of the entity in time order, each with what stands at its other end.

        Args:
            relation: Only these types of relationship.
            period: Only what overlaps this time.
            limit: Rows at most, earliest first.

        Raises:
            UsageError: There is no such type; the error lists those there are.
        """
        checked = {"relations": values.chosen("relation", relation, RELATIONSHIPS)}
        return self._limited(TimelineRow, "timeline", Only(None, None, None, period, limit), checked, shape=_named)

    def alerts(self, period: TimePeriod | None = None, *, limit: int | None = None) -> Collection[Detection]:
        """Ask for the alerts that concern the entity; `.entities("Alert")` goes on with them."""
        return self._limited(Detection, "detections", Only(None, None, None, period, limit))

    def evidence(self, period: TimePeriod | None = None, *, limit: int = RECORDS) -> Collection[Evidence]:
        """Give the original records behind the entity's relationships, earliest first.

        Args:
            period: Only relationships that overlap this time.
            limit: Records at most.

        Raises:
            UsageError: The hunt has no evidence: it is a bare database.
        """
        asked = self._limited(Evidence, "event_ids", Only(None, None, None, period, limit))

        def records(params: dict[str, Any]) -> Iterator[dict[str, Any]]:
            ids = (event for part in asked.question.parts(params) for event in part["event_id"])
            return original_records(self.hunt, ids)

        return Collection(Evidence, Computation(asked.question.name, lambda: asked.params, self.hunt, records))

    def paths_from(
        self, target: Any = None, period: TimePeriod | None = None, **options: Any
    ) -> Collection[AttackPath]:
        """Find attack paths that begin here; those of an account use it on a hop.

        An entity that is neither machine, address nor account means the machines it was seen on.

        Args:
            target: Machine or address where they end, or a Machine or IP; anywhere when not given.
            period: Only logons in this time.
            options: Further limits, as of `Hunt.paths`: max_hops, max_dwell, k, skew, within_session.
        """
        return found_paths(self, ("source", "target"), target, period, options)

    def paths_to(self, source: Any = None, period: TimePeriod | None = None, **options: Any) -> Collection[AttackPath]:
        """Find attack paths that end here; those of an account use it on a hop. See `paths_from`."""
        return found_paths(self, ("target", "source"), source, period, options)

    def graph(
        self, relation: str | list[str] | None = None, period: TimePeriod | None = None, *, limit: int = DRAWN
    ) -> Subgraph:
        """Give the entity with its neighbours and their relationships, as a graph to draw and to take elsewhere.

        Args:
            relation: Only these types of relationship.
            period: Only what overlaps this time.
            limit: Relationships at most, newest first.

        Raises:
            UsageError: There is no such type; the error lists those there are.
        """
        checked = {"relations": values.chosen("relation", relation, RELATIONSHIPS), "limit": limit}
        return around(self, {**checked, **self._window(period)})


def original_records(hunt: Any, event_ids: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Look up original records by id; those the evidence doesn't have are passed over.

    Raises:
        UsageError: The hunt has no evidence.
    """
    look_up = values.ability(hunt, "evidence")
    for event_id in event_ids:
        found = look_up(event_id)
        if found:
            names = ("source", "file", "position", "host", "code", "record", "event_id")
            yield {"date_time": micros(found["time"]), **{name: found[name] for name in names}}


def _named(part: Part) -> Part:
    """Give rows with the kinds, ids and names of their nodes instead of the nodes."""
    nodes = part.pop("node")
    part["kind"] = [node["_label"] for node in nodes]
    part["id"] = [node["id"] for node in nodes]
    part["name"] = [label(node["_label"], node) for node in nodes]
    return part
