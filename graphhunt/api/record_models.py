"""Shapes of records and of the search for them in the HTTP interface."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from graphhunt.api.models import Shape
from graphhunt.api.time_shapes import Time, TimeIn
from graphhunt.records.query import MOST_TEXT
from graphhunt.records.search import MOST_PAGE


class RecordsRequest(Shape):
    """A search for records; `q` is a query as docs describe it, `cursor` the `next_cursor` of the page before.

    `offset` is the place of the page's first record instead, for who looks into the midst of much.
    """

    q: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    cursor: Annotated[str, Field(max_length=64)] | None = None
    offset: Annotated[int, Field(ge=0, le=1 << 40)] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_PAGE)] = MOST_PAGE
    group: Literal["session"] | None = None
    quiet: bool = False
    since: TimeIn | None = None
    until: TimeIn | None = None


class RecordItem(Shape):
    """A record in a list: its telling fields as text, whether it is in the graph, the leads that rest on it."""

    event_id: str
    time: Time | None
    machine: str | None
    code: str
    account: str | None
    session: str | None
    fields: dict[str, str]
    mapped: bool
    lead: list[str]
    group: int | None = None


class FacetValue(Shape):
    """A value to narrow by; null stands for records that have none."""

    value: str | None
    records: int


class Facet(Shape):
    """The most frequent values, and how many more there are."""

    values: list[FacetValue]
    more: int


class InGraph(Shape):
    """How many records are in the graph, and how many are kept beside it."""

    yes: int
    no: int


class FacetsShape(Shape):
    """What the records found can be narrowed by."""

    machine: Facet
    kind: Facet
    account: Facet
    graph: InGraph


class HistogramShape(Shape):
    """Records over time, and those that leads rest on, in parts of equal length from `start` to `end`."""

    start: Time | None
    end: Time | None
    counts: list[int]
    leads: list[int]


class SessionGroup(Shape):
    """The records found of one logon session; an empty `session` is one that isn't known."""

    machine: str
    session: str
    accounts: list[str]
    records: int
    leads: int


class WithoutShape(Shape):
    """How many records there would be without one clause."""

    clause: str
    query: str
    total: int


class RecordsAnswer(Shape):
    """A page of records; facets and histogram come with the first page, `without` where nothing was found."""

    items: list[RecordItem]
    total: int
    searched: int
    hidden: int
    next_cursor: str | None
    facets: FacetsShape | None = None
    histogram: HistogramShape | None = None
    groups: dict[str, SessionGroup] | None = None
    without: list[WithoutShape] | None = None
    noise: list[str]
    milliseconds: float


class RecordAnswer(Shape):
    """An original record: every field with its value as it is written, where it came from, and the whole text."""

    event_id: str
    source: str
    file: str
    position: str
    host: str | None
    time: Time | None
    code: str
    outcome: str
    reason: str
    fields: dict[str, str]
    record: str
    damage: str | None = None


class AroundAnswer(Shape):
    """The query for what happened around a record."""

    q: str
