"""Shapes of incidents, links by hand, networks and decoded commands in the HTTP interface."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from graphhunt.api.models import Shape
from graphhunt.api.time_shapes import Time
from graphhunt.case.incident_report.secrets import hidden
from graphhunt.incidents.board.commands import MOST

Name = Annotated[str, Field(max_length=200)]
Reason = Annotated[str, Field(max_length=10_000)]


def _value(part: dict[str, Any]) -> str | None:
    value = part.get("value")
    return value if isinstance(value, str) else None


class SentenceShape(Shape):
    """A sentence in parts: our `text`, an `entity`, a `number`, or a `value` that is text of a record.

    A value that holds a secret has a `masked` form beside it, which is shown until somebody asks for the other.
    """

    id: str
    parts: list[dict[str, Any]]
    lead: str | None
    confidence: str
    evidence: list[str]
    total: int

    @field_validator("parts")
    @classmethod
    def _mask(cls, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [part | {"masked": found} if (found := hidden(_value(part))) else part for part in parts]


class WorkShape(Shape):
    """What analysts state of an incident; `left_out` says why a list leaves it out, `new_leads` what came since."""

    name: str | None
    assignee: str | None
    status: Literal["new", "in_work", "closed"]
    verdict: Literal["malicious", "benign", "unclear"] | None
    note: str | None
    verdict_by: str | None
    verdict_time: Time | None
    changed_by: str | None
    changed: Time | None
    new_leads: int
    left_out: Literal["benign", "closed"] | None
    version: int


class IncidentSummary(Shape):
    """What a list shows of an incident; `aliases` are ids that it had, or that its parts would have."""

    id: str
    aliases: list[str]
    rank: int
    score: float
    class_: Annotated[str, Field(alias="class")]
    title: SentenceShape
    start: Time
    end: Time
    machines: list[str]
    machine_ids: list[str]
    accounts: list[str]
    account_ids: list[str]
    unknown_machines: list[str]
    outside: list[str]
    leads: int
    kinds: dict[str, int]
    techniques: list[str]
    consistent_with: list[str]
    acts: int
    units: int
    work: WorkShape


class IncidentsAnswer(Shape):
    """Incidents over the line that the budget allows, the best below it, and what was looked at.

    `left_out` counts those that analysts are done with, by reason.
    """

    items: list[IncidentSummary]
    below: list[IncidentSummary]
    held_back: int
    left_out: dict[str, int]
    scope: dict[str, Any]
    notes: list[str]
    reason: str | None = None


class SummandShape(Shape):
    """One summand of a score, nats."""

    what: str
    count: int
    adds: float


class StepLead(Shape):
    """One lead of an act."""

    id: str
    kind: str
    weight: float


class StepEvidence(Shape):
    """The first records of an act, and how many there are."""

    ids: list[str]
    total: int


class StepShape(Shape):
    """One act of an incident."""

    id: str
    kind: str
    time: Time
    machine: str
    account: str | None
    machine_id: str
    account_id: str | None
    session_id: str | None
    process_id: str | None
    sensed: bool
    sentences: list[SentenceShape]
    leads: list[StepLead]
    relationship_ids: list[str]
    evidence: StepEvidence


class IncidentLink(Shape):
    """What joins two acts or parts; one with an `id` can be cut, or undone where it is by hand."""

    id: str | None
    from_: Annotated[str, Field(alias="from")]
    to: str
    kind: str
    confidence: str
    reason: str
    evidence: list[str]
    sentence: SentenceShape | None = None


class IncidentAnswer(IncidentSummary):
    """An incident told whole."""

    adds: list[SummandShape]
    steps: list[StepShape]
    links: list[IncidentLink]
    not_seen: list[SentenceShape]


class LinkRequest(Shape):
    """A link by hand: `cut` names an inferred join of the incident, `join` another one, `benign` an act of it."""

    verdict: Literal["cut", "join", "benign"]
    other: Name
    reason: Reason = ""


class WorkRequest(Shape):
    """What to state of an incident: what is not given stays as it is, an empty text takes back what was stated."""

    name: Annotated[str | None, Field(max_length=200)] = None
    assignee: Annotated[str | None, Field(max_length=200)] = None
    status: Literal["", "new", "in_work", "closed"] | None = None
    verdict: Literal["", "malicious", "benign", "unclear"] | None = None
    note: Annotated[str | None, Field(max_length=10_000)] = None


class ChangeShape(Shape):
    """A statement about an incident: what it `said`, by field; `holds` is false where it was undone."""

    id: str
    incident: str
    said: dict[str, str]
    author: str
    time: Time
    holds: bool
    undone: Time | None
    undone_by: str | None


class ChangesAnswer(Shape):
    """What is stated of an incident, and every statement about it, oldest first."""

    work: WorkShape
    items: list[ChangeShape]


class LinkShape(Shape):
    """A link by hand; `holds` is false where it was undone."""

    id: str
    verdict: str
    a: str
    b: str
    join: str | None
    reason: str
    author: str
    time: Time
    holds: bool
    undone: Time | None
    undone_by: str | None


class LinksAnswer(Shape):
    """All links by hand, oldest first."""

    items: list[LinkShape]


class NetworkShape(Shape):
    """A network that is inside or of the platform, and why."""

    cidr: str
    kind: str
    source: str
    reason: str
    machines: list[str]


class OutsideShape(Shape):
    """An address that is outside, and why."""

    address: str
    reasons: list[str]


class NetworksAnswer(Shape):
    """What is inside, what is outside, and addresses of which nothing is known."""

    networks: list[NetworkShape]
    outside: list[OutsideShape]
    unknown: list[str]


class NetworkRequest(Shape):
    """What a network is, as an analyst states it."""

    cidr: Name
    kind: Literal["inner", "outside", "platform"]


class DecodeRequest(Shape):
    """A command line."""

    text: Annotated[str, Field(max_length=1 << 20)]


class DecodedAnswer(Shape):
    """An encoded command in clear; `reason` says why it isn't."""

    text: str
    facts: list[str]
    urls: list[str]
    reason: str | None


class CommandsRequest(Shape):
    """Ids of processes."""

    processes: Annotated[list[Annotated[str, Field(max_length=1_000)]], Field(max_length=MOST)]


class InClearShape(DecodedAnswer):
    """What an encoded command says; `masked` is the text without its secrets, null where it has none."""

    masked: str | None = None

    @model_validator(mode="after")
    def _mask(self) -> InClearShape:
        self.masked = hidden(self.text)
        return self


class CommandShape(Shape):
    """The whole command line of a process; `masked` without its secrets, null where it has none."""

    process: str
    name: str | None
    time: Time | None
    command: str
    masked: str | None = None
    decoded: InClearShape | None

    @model_validator(mode="after")
    def _mask(self) -> CommandShape:
        self.masked = hidden(self.command)
        return self


class CommandsAnswer(Shape):
    """Command lines, in the order in which their processes were named; those without one are left out."""

    items: list[CommandShape]


class ReportTextRequest(Shape):
    """A part of a report's summary in an analyst's words."""

    text: Reason


class ReportTextShape(Shape):
    """A part of a report's summary that an analyst wrote."""

    incident: str
    part: str
    text: str
    author: str
    time: Time
