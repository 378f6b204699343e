"""Shapes of reports on incidents, as they are written and added to, in the HTTP interface."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from graphhunt.api.models import Shape
from graphhunt.api.time_shapes import Time
from graphhunt.case.incident_report.listed import LONGEST_REF, MOST_ITEMS, MOST_REFS


class WordsShape(Shape):
    """An analyst's words."""

    text: str
    author: str
    time: Time


class PartShape(Shape):
    """A part of the summary; where an analyst wrote it also by whom, when, and what is written from the records."""

    text: str
    author: str | None = None
    time: Time | None = None
    generated: str | None = None


class TimelineRow(Shape):
    """A visit of a machine: `said` in sentences, `inferred` why it belongs here, and the numbers of its records."""

    time: Time
    from_: Annotated[str | None, Field(alias="from")]
    to: str
    accounts: list[str]
    said: list[str]
    inferred: list[str]
    techniques: list[str]
    records: list[str]


class AddedRow(Shape):
    """What an analyst added; `gone` says why nothing of it is there any more."""

    id: str
    kind: Literal["incident", "act", "record", "search"]
    refs: list[str]
    title: str
    time: Time | None
    machine: str
    account: str
    said: list[str]
    note: WordsShape | None
    author: str
    added: Time
    records: list[str]
    gone: str


class ReportAccount(Shape):
    """An account, where it was seen, and what to do."""

    account: str
    seen: str
    first: Time | None
    last: Time | None
    do: str


class ReportMachine(Shape):
    """A machine, and what became of it; `unseen` is how it was reached."""

    machine: str
    state: str
    controlled: bool
    ran: bool
    unseen: bool
    since: Time | None
    role: str | None


class ReportIndicator(Shape):
    """What others can look for."""

    kind: str
    value: str


class ReportTechnique(Shape):
    """An ATT&CK technique, and how many acts show it."""

    technique: str
    name: str
    acts: int


class ReportRecord(Shape):
    """A record that the report rests on, by its number."""

    number: str
    kind: str
    machine: str
    time: Time | None
    file: str
    position: str
    event_id: str
    sha256: str


class DraftAnswer(Shape):
    """A report as the page shows it: secrets are shortened; `written` are the parts that can be taken back."""

    id: str
    title: str
    start: Time
    end: Time
    summary: dict[str, PartShape]
    notes: dict[str, WordsShape]
    timeline: list[TimelineRow]
    added: list[AddedRow]
    accounts: list[ReportAccount]
    machines: list[ReportMachine]
    indicators: list[ReportIndicator]
    attack: list[ReportTechnique]
    missing: list[str]
    records: list[ReportRecord]
    limits: list[str]
    written: list[str]
    list_version: int


class ItemRequest(Shape):
    """What to add: ids of an incident, of acts that are told together or of records, or the text of a search."""

    kind: Literal["incident", "act", "record", "search"]
    refs: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=LONGEST_REF)]], Field(min_length=1, max_length=MOST_REFS)
    ]


class ArrangeRequest(Shape):
    """The ids of the items as they are to stand; what is left out leaves, what was there before comes back."""

    items: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=MOST_ITEMS)]


class ListedItem(Shape):
    """An item of the list."""

    id: str
    kind: str
    refs: list[str]
    author: str
    time: Time


class ListAnswer(Shape):
    """What was added to a report; `made` is the item that was added just now, or was there already."""

    items: list[ListedItem]
    version: int
    made: str | None = None
