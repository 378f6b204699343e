"""Shapes of an incident's storyboard in the HTTP interface."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from graphhunt.api.incident_models import IncidentSummary, SentenceShape, StepEvidence, StepLead, SummandShape
from graphhunt.api.models import Shape
from graphhunt.api.time_shapes import Time
from graphhunt.case.incident_report.secrets import hidden


class AccountName(Shape):
    """An account with its shown name."""

    id: str
    name: str


class LaneShape(Shape):
    """A column: what is `outside`, a `machine`, or an `unknown` address; `rest` ones share a column until unfolded."""

    id: str
    kind: str
    name: str | None
    first: Time | None
    addresses: list[str]
    rest: bool


class BoardStep(Shape):
    """A chip of the strip: when, what and who; `act` is its main card, `acts` all of its cards."""

    act: str
    acts: list[str]
    time: Time
    account: AccountName | None
    text: SentenceShape


class ArrowShape(Shape):
    """An arrow between lanes: a `hop`, something `outside`, or an `ask`."""

    kind: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    technique: str | None
    account: AccountName | None
    logons: int
    text: SentenceShape


class ChainLink(Shape):
    """A process of a chain, by its id; the last one is what the card is about."""

    process: str
    name: str | None


class BoardLink(Shape):
    """Why a card belongs here; `to` is another card, null where the other end is none."""

    to: str | None
    kind: str
    confidence: str
    reason: str
    evidence: list[str]


class CardShape(Shape):
    """A card: what one account did in one go on one machine; `lines` in short, `sentences` in full.

    `masked` is the command line without its secrets, null where it has none; `processes` are those it tells of.
    """

    id: str
    lane: str
    time: Time
    end: Time
    tactic: str
    session: str | None
    account: AccountName | None
    runs_as: AccountName | None
    chain: list[ChainLink]
    command: str | None
    masked: str | None = None
    arrows: list[ArrowShape]
    lines: list[SentenceShape]
    sentences: list[SentenceShape]
    leads: list[StepLead]
    weight: float
    links: list[BoardLink]
    acts: list[str]
    processes: list[str]
    evidence: StepEvidence

    @model_validator(mode="after")
    def _mask(self) -> CardShape:
        self.masked = hidden(self.command)
        return self


class DifferenceShape(Shape):
    """How one card of a fold differs from the others."""

    act: str
    time: Time
    text: SentenceShape
    runs_as: AccountName | None


class FoldShape(Shape):
    """Cards that are alternatives of each other: what they have in common, and how they differ."""

    id: str
    acts: list[str]
    common: SentenceShape
    differs: list[DifferenceShape]
    techniques: int
    logons: int
    arrows: list[ArrowShape]
    weight: float


class BreakLink(Shape):
    """The join by which a row belongs to what came before: cut by its `id`, or undone where it is by hand."""

    id: str
    confidence: str
    sentence: SentenceShape


class BreakShape(Shape):
    """What stands before a row: a pause (null where there is none), whether anything was recorded then, and a join."""

    before: str
    span: str | None
    recorded: bool
    link: BreakLink | None


class StoryboardAnswer(IncidentSummary):
    """An incident as a storyboard; `rows` are ids of cards and folds, by time."""

    adds: list[SummandShape]
    headline: list[SentenceShape]
    steps: list[BoardStep]
    lanes: list[LaneShape]
    rows: list[str]
    cards: list[CardShape]
    folds: list[FoldShape]
    breaks: list[BreakShape]
    blind: list[SentenceShape]
    outside_window: int
