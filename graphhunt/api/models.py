"""Shapes of requests and answers; the OpenAPI document and the browser's types are made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from graphhunt.api.time_shapes import Properties, Time, TimeIn

MAX_REFS = 5000
"""Most entities one request may name."""


class Shape(BaseModel):
    """Base of all shapes: members that are not named are refused."""

    model_config = ConfigDict(extra="forbid")


class RefShape(Shape):
    """An entity's address."""

    kind: Annotated[str, Field(max_length=40)]
    id: Annotated[str, Field(max_length=6000)]


class NodeShape(RefShape):
    """An entity in short form."""

    label: str
    detail: str = ""
    first_seen: Time | None = None
    last_seen: Time | None = None
    noise: str | None = None
    stub: bool = False
    machine_id: str | None = None
    rank: float | None = None


class EntityShape(NodeShape):
    """An entity with all of its properties."""

    properties: Properties


class HitShape(NodeShape):
    """A search result; rank 0 is a whole name, 1 its beginning, 2 a part of one; `account`: a machine's own."""

    rank: int
    account: HitShape | None = None


class SearchGroup(Shape):
    """Search results of one kind."""

    kind: str
    items: list[HitShape]
    more: bool


class SearchAnswer(Shape):
    """Search results by kind, in the order to show them."""

    groups: list[SearchGroup]


class SearchList(Shape):
    """A pasted list of names, addresses or hashes."""

    texts: Annotated[list[str], Field(max_length=500)]


class SearchListAnswer(Shape):
    """The best entity for each line of a pasted list."""

    items: list[HitShape]
    missing: list[str]
    truncated: bool


class CountShape(Shape):
    """How much an entity is related over one type, direction and kind."""

    relation: str
    outgoing: bool
    neighbour_kind: str
    relationships: int
    neighbours: int


class CountsAnswer(Shape):
    """All that an entity is related to, counted."""

    items: list[CountShape]


class NeighbourShape(Shape):
    """A neighbour, with its relationships added up."""

    node: NodeShape
    relationships: int
    events: int | None
    first: Time | None
    last: Time | None


class Total(Shape):
    """How many there are in all; `gte` when counting stopped."""

    value: int
    relation: Literal["eq", "gte"] = "eq"


class NeighboursAnswer(Shape):
    """A page of neighbours."""

    items: list[NeighbourShape]
    next_cursor: str | None
    total: Total


class EdgeShape(Shape):
    """All relationships of one type between two entities, added up."""

    start: RefShape
    relation: str
    end: RefShape
    relationships: int
    events: int | None
    first: Time | None
    last: Time | None
    logon_types: list[int] = []


class GraphRequest(Shape):
    """Entities to draw: those of `nodes`, and the edges between them and `shown`."""

    nodes: Annotated[list[RefShape], Field(max_length=MAX_REFS)]
    shown: Annotated[list[RefShape], Field(max_length=MAX_REFS)] = []
    since: TimeIn | None = None
    until: TimeIn | None = None


class GraphAnswer(Shape):
    """Entities and the edges between them; entities that the graph does not have are in `missing`."""

    nodes: list[NodeShape]
    edges: list[EdgeShape]
    missing: list[RefShape]


class EdgeRequest(Shape):
    """One edge of a drawn graph."""

    start: RefShape
    relation: Annotated[str, Field(max_length=60)]
    end: RefShape
    since: TimeIn | None = None
    until: TimeIn | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    cursor: Annotated[str | None, Field(max_length=2000)] = None


class RelationshipsAnswer(Shape):
    """A page of single relationships."""

    items: list[Properties]
    next_cursor: str | None


class EvidenceShape(Shape):
    """An original record, as it was loaded."""

    event_id: str
    source: str | None = None
    file: str | None = None
    position: str | None = None
    time: Time | None = None
    host: str | None = None
    record: str
    damage: str | None = None


class DamagedRecord(Shape):
    """A record that isn't what was loaded, and why; it isn't shown."""

    event_id: str
    reason: str


class EvidenceAnswer(Shape):
    """Original records; `missing` names those the evidence store does not have, `damaged` those it can't show."""

    items: list[EvidenceShape]
    missing: list[str]
    damaged: list[DamagedRecord]


class EvidenceRequest(Shape):
    """Event ids to look up."""

    event_ids: Annotated[list[str], Field(max_length=200)]


class PathsRequest(Shape):
    """Which attack paths to find."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Annotated[str | None, Field(alias="from", max_length=300)] = None
    to: Annotated[str | None, Field(max_length=300)] = None
    user: Annotated[str | None, Field(max_length=300)] = None
    since: TimeIn | None = None
    until: TimeIn | None = None
    max_hops: Annotated[int, Field(ge=1, le=20)] = 6
    max_dwell_hours: Annotated[float | None, Field(gt=0, le=24 * 365)] = None
    k: Annotated[int, Field(ge=1, le=200)] = 20
    edges: Literal["observed", "possible", "both"] = "observed"
    within_session: bool = False
    min_certainty: Annotated[float, Field(ge=0, le=1)] = 0.5


class PathsAnswer(BaseModel):
    """Ranked attack paths, as `graphhunt paths --json` gives them."""

    model_config = ConfigDict(extra="allow")

    paths: list[dict[str, Any]]
    truncated: bool


class TimelineItem(Shape):
    """A relationship on an entity's timeline."""

    relation: str
    outgoing: bool
    relationship_id: str
    start: Time | None
    end: Time | None
    events: int | None
    logon_type: int | str | None
    other: NodeShape


class TimelineAnswer(Shape):
    """A page of a timeline."""

    items: list[TimelineItem]
    next_cursor: str | None


class HeatmapAnswer(Shape):
    """Relationships by weekday (Monday first) and hour of day, UTC."""

    cells: list[list[int]]


class TreeNode(NodeShape):
    """A process in a tree."""

    model_config = ConfigDict(extra="allow")

    parent: str | None
    badges: dict[str, int]
    unusual: str | None
    start: Time | None = None
    end: Time | None = None


class TreeAnswer(Shape):
    """The processes around one, parents before children."""

    process: str
    root: str
    nodes: list[TreeNode]
    truncated: bool
    reasons: list[str]


class QueryRequest(Shape):
    """An analyst's read-only Cypher."""

    cypher: Annotated[str, Field(min_length=1, max_length=20_000)]
    params: dict[str, Any] = {}
    limit: Annotated[int, Field(ge=1, le=5000)] = 500


class QueryAnswer(Shape):
    """A table; `truncated` when there were more rows than asked for."""

    columns: list[str]
    rows: list[dict[str, Any]]
    truncated: bool


class StretchShape(Shape):
    """A stretch of time in which something was recorded; `bars` count the records of its equal parts."""

    start: Time
    end: Time
    records: int
    bars: list[int]


class RecordedAnswer(Shape):
    """When anything was recorded: records that have a time, and how long there are any, minutes."""

    records: int
    first: Time | None
    last: Time | None
    minutes: int
    stretches: list[StretchShape]


class HealthAnswer(Shape):
    """Whether the server works and has its browser workspace."""

    status: Literal["ok"]
    version: str
    ui: Literal["built", "missing", "stale"]


class EventsRequest(Shape):
    """Entities whose common relationships are asked for, in time order."""

    nodes: Annotated[list[RefShape], Field(max_length=MAX_REFS)]
    since: TimeIn | None = None
    until: TimeIn | None = None
    limit: Annotated[int, Field(ge=1, le=5000)] = 1000


class EventShape(Shape):
    """One relationship between two of the entities."""

    start_ref: RefShape
    relation: str
    end_ref: RefShape
    relationship_id: str
    start: Time | None
    end: Time | None
    events: int | None
    logon_type: int | str | None


class EventsAnswer(Shape):
    """Relationships in time order; `truncated` when there are more."""

    items: list[EventShape]
    truncated: bool


class PivotShape(Shape):
    """A ready question about one kind of entity."""

    id: str
    kind: str
    title: str
    cypher: str
    attack: list[str]


class PivotsAnswer(Shape):
    """Ready questions."""

    items: list[PivotShape]


class PivotRun(RefShape):
    """The entity a ready question is asked about."""

    since: TimeIn | None = None
    until: TimeIn | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class PivotAnswer(Shape):
    """The entities that answer a ready question."""

    nodes: list[NodeShape]
    truncated: bool
