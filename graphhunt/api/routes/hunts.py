"""Hunts: what there is, asking one, running one as a job."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from graphhunt.api.deps import AuthorDep, HuntDep, JobsDep
from graphhunt.api.faces import face
from graphhunt.api.job_models import HuntRequest, HuntsAnswer, JobShape
from graphhunt.api.routes.imports import IdempotencyKey
from graphhunt.api.routes.jobs import job_face
from graphhunt.api.work import hunt_work
from graphhunt.questions.library import hunt_named

router = APIRouter(tags=["hunts"])


@router.get("/hunts", operation_id="listHunts")
def list_hunts(hunt: HuntDep) -> HuntsAnswer:
    """List the hunts: the detector of lateral movement, and the questions of the query library."""
    return HuntsAnswer.model_validate({"items": hunt.hunts()})


@router.post("/hunts:ask", operation_id="askHunt")
def ask_hunt(hunt: HuntDep, wanted: HuntRequest) -> dict[str, Any]:
    """Run a hunt and wait for it; nothing is written to the graph. As `graphhunt hunt --no-write --json`."""
    answer: dict[str, Any] = face(hunt.hunt(wanted.name, write=False, limit=wanted.limit, **wanted.parameters))
    return answer


@router.post("/hunts:run", operation_id="runHunt", status_code=202)
def run_hunt(
    hunt: HuntDep, jobs: JobsDep, author: AuthorDep, wanted: HuntRequest, response: Response,
    key: IdempotencyKey = None,
) -> JobShape:  # fmt: skip
    """Run a hunt as a job; findings of lateral movement are written to the graph."""
    name = hunt_named(wanted.name).name
    job = jobs.submit("hunt", name, author, hunt_work(hunt, name, wanted.parameters, wanted.limit), key)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return job_face(job)
