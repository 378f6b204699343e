"""Hunts: what there is, asking one, running one as a job."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from graphhunt.api.deps import AuthorDep, HuntDep, JobsDep
from graphhunt.api.job_models import HuntRequest, HuntsAnswer, JobShape
from graphhunt.api.routes.imports import IdempotencyKey
from graphhunt.api.routes.jobs import job_shape
from graphhunt.api.work import hunt_work
from graphhunt.questions.question import Wishes
from graphhunt.questions.registry import question_named
from graphhunt.times import dated

router = APIRouter(tags=["hunts"])


@router.get("/hunts", operation_id="listHunts")
def list_hunts(hunt: HuntDep) -> HuntsAnswer:
    """List the hunts: the detector of lateral movement, and the questions of the query library."""
    return HuntsAnswer.model_validate({"items": hunt.hunts()})


@router.post("/hunts:ask", operation_id="askHunt")
def ask_hunt(hunt: HuntDep, wanted: HuntRequest) -> dict[str, Any]:
    """Run a hunt and wait for it; nothing is written to the graph. As `graphhunt hunt --no-write --json`."""
    answer: dict[str, Any] = dated(
        hunt.ask(wanted.name, wanted.parameters, Wishes(wanted.limit, write=False), "hunt", "entity")
    )
    return answer


@router.post("/hunts:run", operation_id="runHunt", status_code=202)
def run_hunt(
    hunt: HuntDep, jobs: JobsDep, author: AuthorDep, wanted: HuntRequest, response: Response,
    key: IdempotencyKey = None,
) -> JobShape:  # fmt: skip
    """Run a hunt as a job; findings of lateral movement are written to the graph."""
    question = question_named(wanted.name, "hunt", "entity")
    question.bind(wanted.parameters)
    name = question.name
    job = jobs.submit("hunt", name, author, hunt_work(hunt, name, wanted.parameters, wanted.limit), key)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return job_shape(job)
