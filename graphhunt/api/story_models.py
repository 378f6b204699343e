"""Shapes of stories and rows of processes in the HTTP interface."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from graphhunt.api.incident_models import SentenceShape, WorkShape
from graphhunt.api.models import Shape
from graphhunt.api.time_shapes import Time


class ProofShape(Shape):
    """The first records that something rests on, and how many there are."""

    ids: list[str]
    total: int


class NamedShape(Shape):
    """An entity: label, id and shown name."""

    label: str
    id: str
    name: str


class StretchShape(Shape):
    """A stretch of time in which something was recorded."""

    start: Time
    end: Time
    records: int


class MarkShape(Shape):
    """What happened at a moment: a `logon`, a `failed` one, a `lead` or a `change`."""

    time: Time
    end: Time
    kind: str
    what: SentenceShape
    evidence: ProofShape


class TrackShape(Shape):
    """The marks of one account or machine; `entity` is null where it is unknown."""

    entity: NamedShape | None
    marks: list[MarkShape]
    total: int


class LogonShape(Shape):
    """One logon of a row."""

    id: str | None
    logon_id: str | None
    logon_type: int | None
    start: Time | None
    end: Time | None


class CameRow(Shape):
    """Logons of one account from one place by one technique that follow each other, or failed attempts."""

    start: Time | None
    end: Time | None
    outcome: str
    count: int
    account: NamedShape | None
    machine: NamedShape | None
    from_: NamedShape | None = Field(alias="from")
    remote: bool
    technique: str | None
    technique_name: str | None
    logon_types: list[int]
    packages: list[str]
    privileged: bool
    ran: list[str]
    sessions: list[LogonShape]
    evidence: ProofShape


class RanRow(Shape):
    """A program that an account ran on a machine; `machines` and `processes` count it in the whole case."""

    program: str | None
    path: str | None
    count: int
    start: Time | None
    end: Time | None
    account: NamedShape | None
    machine: NamedShape | None
    machines: int
    processes: int
    commands: list[str]
    lines: int
    facts: list[str]
    leads: list[str]
    weight: float
    ordinary: bool
    mention: bool
    ids: list[str]
    evidence: ProofShape


class ProgramCount(Shape):
    """A program and how many connections it made."""

    name: str
    count: int


class TalkedRow(Shape):
    """Connections to an address and port; `others` counts the processes elsewhere that talked to it, too."""

    address: str
    port: int | None
    incoming: bool
    where: str
    lead: bool
    reasons: list[str]
    machine: NamedShape | None
    source: str | None
    programs: list[ProgramCount]
    accounts: list[NamedShape]
    count: int
    callers: int
    others: int
    sensed: bool
    blocked: bool
    start: Time | None
    end: Time | None
    evidence: ProofShape


class ChangedRow(Shape):
    """A change, and who made it."""

    start: Time | None
    end: Time | None
    kind: str
    action: str | None
    sentence: SentenceShape
    count: int
    machine: NamedShape | None
    accounts: list[NamedShape]
    evidence: ProofShape


class RecordedRow(Shape):
    """Records of one kind, or of one machine."""

    code: str | None = None
    machine: NamedShape | None = None
    records: int
    start: Time | None
    end: Time | None
    minutes: int | None = None
    stretches: list[StretchShape] = Field(default_factory=list)
    missing: dict[str, str] = Field(default_factory=dict)
    evidence: ProofShape


class TableShape(Shape):
    """A table: its first rows, how many there are, and what was left out by kind."""

    total: int
    left_out: dict[str, int]


class CameTable(TableShape):
    """Who came."""

    rows: list[CameRow]


class RanTable(TableShape):
    """What ran."""

    rows: list[RanRow]


class TalkedTable(TableShape):
    """What talked outside."""

    rows: list[TalkedRow]


class ChangedTable(TableShape):
    """What changed."""

    rows: list[ChangedRow]


class RecordedTable(TableShape):
    """What was recorded; of a machine with its minutes and stretches, and what is missing."""

    rows: list[RecordedRow]
    minutes: int | None = None
    stretches: list[StretchShape] = Field(default_factory=list)
    missing: dict[str, str] = Field(default_factory=dict)


class StoryTables(Shape):
    """The tables of a story."""

    came: CameTable
    went: CameTable
    ran: RanTable
    talked: TalkedTable
    changed: ChangedTable
    recorded: RecordedTable


class StoryIncident(Shape):
    """An incident that the story is part of."""

    id: str
    rank: int
    score: float
    over_the_line: bool
    title: SentenceShape
    work: WorkShape


class StoryAnswer(Shape):
    """The story of a machine, an account or an address."""

    kind: str
    id: str
    name: str
    about: dict[str, Any]
    since: Time | None
    until: Time | None
    incidents: list[StoryIncident]
    sentences: list[SentenceShape]
    tracks: list[TrackShape]
    stretches: list[StretchShape]
    tables: StoryTables


class Worth(Shape):
    """What makes something worth opening: its leads, kinds with the heaviest first, and incidents by rank."""

    id: str
    name: str
    leads: int
    weight: float
    kinds: list[str]
    incidents: list[int]
    start: Time | None
    end: Time | None


class MachineRow(Worth):
    """A machine of the list."""

    fqdn: str | None
    role: str | None
    addresses: list[str]
    records: int
    minutes: int
    accounts: int


class AccountRow(Worth):
    """An account of the list."""

    domain: str | None
    account_kind: str | None
    machines: int
    logons: int


class AddressRow(Worth):
    """An outside address of the list."""

    reasons: list[str]
    calls: int
    callers: int
    logons: int


class MachineTable(TableShape):
    """Machines."""

    rows: list[MachineRow]


class AccountTable(TableShape):
    """Accounts."""

    rows: list[AccountRow]


class AddressTable(TableShape):
    """Outside addresses."""

    rows: list[AddressRow]


class OverviewAnswer(Shape):
    """Everything that has a story."""

    machines: MachineTable
    accounts: AccountTable
    addresses: AddressTable


class ClearShape(Shape):
    """An encoded command in clear; `length` is that of the whole text, `reason` says why it isn't in clear."""

    text: str
    length: int
    facts: list[str]
    urls: list[str]
    reason: str | None


class EffectShape(Shape):
    """What a process did."""

    kind: str
    sentence: SentenceShape
    count: int
    start: Time | None
    end: Time | None
    outside: bool = False
    evidence: ProofShape


class RowLead(Shape):
    """A lead of a process and its weight, nats."""

    kind: str
    weight: float


class ProcessRow(Shape):
    """A process; `folded` says why it tells next to nothing."""

    id: str
    parent: str | None
    depth: int
    time: Time | None
    end: Time | None
    name: str | None
    path: str | None
    pid: int | None
    integrity: str | None
    machine: NamedShape | None
    account: NamedShape | None
    session: str | None
    remote_session: str | None
    parent_path: str | None
    command_line: str | None
    decoded: ClearShape | None
    effects: list[EffectShape]
    leads: list[RowLead]
    folded: str | None
    evidence: ProofShape


class RowSession(Shape):
    """A logon session that processes ran in."""

    id: str
    logon_id: str | None
    account: NamedShape | None
    from_: NamedShape | None = Field(alias="from")
    technique_name: str | None
    start: Time | None


class ProcessRowsAnswer(Shape):
    """Processes as rows of trees, parents before children."""

    kind: str
    id: str
    name: str
    rows: list[ProcessRow]
    sessions: list[RowSession]
    total: int
