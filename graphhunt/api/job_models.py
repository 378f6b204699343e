"""Shapes of jobs, uploads, analyses, hunts and the difference of two windows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from graphhunt.api.models import RefShape, Shape
from graphhunt.api.time_shapes import Time, TimeIn


class JobShape(Shape):
    """A job; `result` is what the command line's `--json` gives, once it has succeeded, `summary` its short form.

    `done` and `total` count the `unit` of the phase: bytes, rows or steps. `rate` (units per second, measured over at
    least two seconds) and `eta` (seconds left of the phase) are null as long as too little is known.
    """

    id: str
    kind: str
    title: str
    author: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    sequence: int
    created: Time
    started: Time | None
    ended: Time | None
    phase: str
    done: int
    total: int
    unit: str
    events: int
    rate: float | None
    eta: float | None
    cancelling: bool
    warnings: list[str]
    warned: int
    summary: str
    result: dict[str, Any] | None
    error: str | None


class JobsAnswer(Shape):
    """A page of jobs, newest first."""

    items: list[JobShape]
    next_cursor: str | None


class UploadShape(Shape):
    """A file that waits for its import."""

    id: str
    name: str
    size: int


class UploadsAnswer(Shape):
    """Files that wait for their import; `limit` is the most bytes of one."""

    items: list[UploadShape]
    limit: int


class ImportRequest(Shape):
    """Uploads to load."""

    uploads: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=1000)]
    format: Annotated[str | None, Field(max_length=60)] = None
    strict: bool = False


class ParameterShape(Shape):
    """A parameter of a question."""

    name: str
    type: str
    default: Any = None
    required: bool = False
    help: str = ""
    choices: list[str] = Field(default_factory=list)


class WrittenShape(Shape):
    """A property that an analytic writes."""

    target: str
    property: str
    meaning: str


class QuestionShape(Shape):
    """A question: a hunt, one about single entities, or an analytic; `properties` are those that it writes."""

    name: str
    kind: str
    title: str
    about: str | None
    attack: list[str]
    columns: list[str]
    parameters: list[ParameterShape]
    properties: list[WrittenShape]


class AnalysesAnswer(Shape):
    """The analytics there are."""

    items: list[QuestionShape]


class RunShape(Shape):
    """A run of an analytic."""

    id: str
    name: str
    state: str
    parameters: dict[str, Any]
    start: Time | None
    end: Time | None
    counts: dict[str, int]


class RunsAnswer(Shape):
    """Runs of analytics, newest first."""

    items: list[RunShape]


class AnalysisRequest(Shape):
    """Parameters of an analytic; those left out have their defaults."""

    parameters: Annotated[dict[str, str | int | float | bool | None], Field(default_factory=dict)]


class HuntsAnswer(Shape):
    """The hunts there are."""

    items: list[QuestionShape]


class HuntRequest(Shape):
    """A hunt to run, with its parameters."""

    name: Annotated[str, Field(max_length=200)]
    parameters: Annotated[dict[str, Any], Field(default_factory=dict)]
    limit: Annotated[int, Field(ge=1, le=5000)] = 1000


class WindowShape(Shape):
    """A window of time, `since` inclusive, `until` exclusive."""

    since: TimeIn
    until: TimeIn


class DifferenceRequest(Shape):
    """Two windows to compare."""

    before: WindowShape
    after: WindowShape
    relations: Annotated[list[Annotated[str, Field(max_length=60)]] | None, Field(max_length=60)] = None
    limit: Annotated[int, Field(ge=1, le=2000)] = 200


class EdgeChange(Shape):
    """A relation with its number of relationships in both windows; `ratio` compares rates where it has both."""

    start_ref: RefShape
    relation: str
    end_ref: RefShape
    before: int
    after: int
    first: Time | None
    last: Time | None
    ratio: float | None = None


class EntityChange(RefShape):
    """An entity with its number of relationships in both windows."""

    before: int
    after: int
    first: Time | None
    last: Time | None


class ProgramChange(Shape):
    """A program on a machine with its starts in both windows."""

    machine_id: str | None
    path: str
    before: int
    after: int
    first: Time | None
    last: Time | None


class EdgeChanges(Shape):
    """Relations; `total` counts all, also those over the limit."""

    items: list[EdgeChange]
    total: int
    truncated: bool


class EntityChanges(Shape):
    """Entities; `total` counts all, also those over the limit."""

    items: list[EntityChange]
    total: int
    truncated: bool


class ProgramChanges(Shape):
    """Programs; `total` counts all, also those over the limit."""

    items: list[ProgramChange]
    total: int
    truncated: bool


class EdgeDifference(Shape):
    """Relations that came, went, or changed their rate."""

    appeared: EdgeChanges
    disappeared: EdgeChanges
    changed: EdgeChanges


class EntityDifference(Shape):
    """Entities that came or went."""

    appeared: EntityChanges
    disappeared: EntityChanges


class ProgramDifference(Shape):
    """Programs that came or went."""

    appeared: ProgramChanges
    disappeared: ProgramChanges


class DifferenceAnswer(Shape):
    """What differs between two windows."""

    edges: EdgeDifference
    entities: EntityDifference
    programs: ProgramDifference
    relations: list[str]


class FactShape(Shape):
    """A property an analytic wrote, with its meaning."""

    property: str
    value: Any
    meaning: str


class RankingShape(Shape):
    """What one analytic says of an entity."""

    analysis: str
    summary: str
    run: str | None
    reasons: list[str]
    facts: list[FactShape]


class RankedLogon(Shape):
    """A remote logon in a chain of the detector."""

    start_ref: RefShape
    end_ref: RefShape
    relationship_id: str
    time: Time | None
    user: str | None
    score: float | None
    chain: str | int | None
    hop: int | None
    level: Annotated[str | None, Field(alias="class")]
    words: list[str]


class WhyAnswer(Shape):
    """Why an entity is ranked; `reason` says why nothing is known."""

    rankings: list[RankingShape]
    logons: list[RankedLogon]
    reason: str | None = None
