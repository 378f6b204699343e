"""Identities: what analysts state about which spellings are one machine or account."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from graphhunt.api.deps import AuthorDep, HuntDep, JobsDep
from graphhunt.api.job_models import JobShape
from graphhunt.api.models import Shape
from graphhunt.api.routes.imports import IdempotencyKey
from graphhunt.api.routes.jobs import job_shape
from graphhunt.api.time_shapes import Time, TimeIn
from graphhunt.api.work import identity_work

router = APIRouter(tags=["identity"])

Spelling = Annotated[str, Field(max_length=1000)]


class StatementShape(Shape):
    """A statement; `standing` is false where it was taken back."""

    id: str
    verdict: str
    entity: str | None
    a: str
    b: str | None
    start: Time | None
    end: Time | None
    author: str
    time: Time
    reason: str
    standing: bool


class StatementsAnswer(Shape):
    """All statements, oldest first."""

    items: list[StatementShape]


class StatementRequest(Shape):
    """A statement to make: `undo` names a statement as `a`; `split` takes `start`, `end` or both."""

    verdict: Literal["join", "apart", "split", "undo"]
    a: Spelling
    b: Spelling = ""
    entity: Literal["machine", "account"] | None = None
    start: TimeIn | None = None
    end: TimeIn | None = None
    reason: Annotated[str, Field(max_length=10_000)] = ""


class ProblemShape(Shape):
    """What records say of an identity that can't be, or that others deny; `repaired` where a rule settled it."""

    kind: str
    subject: str
    time: Time | None
    text: str
    evidence: list[str]
    repaired: bool


class IdentityAnswer(Shape):
    """How something is spelled, what is doubtful of that, and what analysts stated of it."""

    spellings: list[str]
    doubts: list[ProblemShape]
    statements: list[StatementShape]


class MoveShape(Shape):
    """Records that would be another machine's or account's, with the first of them."""

    entity: Literal["machine", "account"]
    before: str | None
    after: str | None
    records: int
    evidence: list[str]


class PreviewAnswer(Shape):
    """What a statement would change, the most first."""

    items: list[MoveShape]


@router.get("/identity/statements", operation_id="listStatements")
def list_statements(hunt: HuntDep) -> StatementsAnswer:
    """List what analysts stated about identities."""
    return StatementsAnswer.model_validate({"items": hunt.identity.statements()})


@router.post("/identity/statements", operation_id="addStatement", status_code=202)
def add_statement(
    hunt: HuntDep, jobs: JobsDep, author: AuthorDep, wanted: StatementRequest, response: Response,
    key: IdempotencyKey = None,
) -> JobShape:  # fmt: skip
    """State something about an identity, as a job: the graph follows it."""
    job = jobs.submit("identity", wanted.verdict, author, identity_work(hunt, author, wanted.model_dump()), key)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return job_shape(job)


@router.post("/identity/preview", operation_id="previewStatement")
def preview_statement(hunt: HuntDep, wanted: StatementRequest) -> PreviewAnswer:
    """Say which records a statement would make another machine's or account's, without making it."""
    return PreviewAnswer.model_validate({"items": hunt.identity.preview(**wanted.model_dump())})


@router.get("/identity/{kind}/{entity_id}", operation_id="getIdentity")
def get_identity(hunt: HuntDep, kind: Literal["machine", "user", "ip"], entity_id: str) -> IdentityAnswer:
    """Say how a machine, account or address is spelled, what is doubtful of that, and what analysts stated of it."""
    label = {"machine": "Machine", "user": "User", "ip": "IP"}[kind]
    return IdentityAnswer.model_validate(hunt.identity.about(label, entity_id))
