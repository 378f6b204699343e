"""Shapes of an incident's typed graph in the HTTP interface."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from graphhunt.api.incident_models import SentenceShape, StepEvidence
from graphhunt.api.models import Shape
from graphhunt.api.storyboard_models import AccountName
from graphhunt.api.time_shapes import Time


class ColumnShape(Shape):
    """A column: how many boxes of it are drawn at first, and how many are left."""

    id: str
    title: str
    drawn: int
    left: int


class BoxShape(Shape):
    """A box: one entity, or `count` processes of one name, machine and account, `of` all that the case has.

    `left` is its number among what isn't drawn at first of its column; null where it is drawn, or no part of that.
    """

    id: str
    column: str
    kind: str
    label: str
    entity: str
    name: str
    count: int
    of: int
    machines: list[AccountName]
    account: AccountName | None
    start: Time | None
    end: Time | None
    weight: float
    leads: list[str]
    notes: list[str]
    left: int | None
    evidence: StepEvidence


class TypedEdge(Shape):
    """An edge between boxes; `text` stands on it where the kinds of its ends don't say enough."""

    id: str
    kind: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    verb: str
    text: list[dict[str, Any]] | None
    count: int
    lead: bool
    confidence: str
    evidence: StepEvidence


class RestShape(Shape):
    """What isn't drawn: `boxes` that stand for `entities`; `node`, `relation` and `offset` ask for the next of it."""

    id: str
    column: str
    node: str
    relation: str
    offset: int
    boxes: int
    entities: int
    leads: int
    what: str


class TypedAnswer(Shape):
    """The typed graph of an incident: `first`, `click` and `most` say how many boxes there may be."""

    id: str
    rank: int
    title: SentenceShape
    account_ids: list[str]
    columns: list[ColumnShape]
    boxes: list[BoxShape]
    edges: list[TypedEdge]
    rests: list[RestShape]
    entities: int
    first: int
    click: int
    most: int
    outside_window: int


class WayShape(Shape):
    """Something a box can be expanded over, and how many boxes that leads to."""

    relation: str
    title: str
    column: str
    total: int


class MemberShape(Shape):
    """A process of a group."""

    id: str
    time: Time | None
    command: str | None
    lead: bool
    evidence: StepEvidence


class WaysAnswer(Shape):
    """What a box can be expanded over, and the first processes it stands for."""

    node: str
    items: list[WayShape]
    members: list[MemberShape]
    members_total: int


class ExpansionAnswer(Shape):
    """What an expansion adds: boxes, edges to them and to what is drawn at first, and what is left."""

    boxes: list[BoxShape]
    edges: list[TypedEdge]
    rest: RestShape | None
    total: int
