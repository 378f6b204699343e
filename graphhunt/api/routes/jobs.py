"""Long work: its state, its progress as it happens, its cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from graphhunt.api.deps import JobsDep, PrincipalDep
from graphhunt.api.job_models import JobsAnswer, JobShape
from graphhunt.case.jobs import ENDED, Job, Jobs
from graphhunt.errors import AccessError, MissingError
from graphhunt.questions.pivots.reading import cut, decode_cursor

router = APIRouter(tags=["jobs"])

JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
_POLL = 0.2


def job_shape(job: Job, *, result: bool = True) -> JobShape:
    """Give a job as it is shown, with its result or without."""
    return JobShape.model_validate(job.describe(result=result))


@router.get("/jobs", operation_id="listJobs")
def list_jobs(
    jobs: JobsDep,
    caller: PrincipalDep,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> JobsAnswer:
    """List jobs, newest first; those of earlier servers too."""
    found = [job.describe() for job in jobs.list(limit + 1, decode_cursor(cursor))]
    rows, more = cut(found, limit, "created", "id")
    seen = [row for row in rows if "read" in caller.scopes or row["author"] == caller.name]
    return JobsAnswer.model_validate({"items": seen, "next_cursor": more})


def seen_job(jobs: JobsDep, caller: PrincipalDep, job_id: JobId) -> Job:
    """Give a job that the caller may see: their own, or any for who may read."""
    job = jobs.get(job_id)
    if job.author != caller.name and "read" not in caller.scopes:
        raise MissingError(f"there is no job {job_id!r}")
    return job


@router.get("/jobs/{job_id}", operation_id="getJob")
def get_job(job: Annotated[Job, Depends(seen_job)]) -> JobShape:
    """Give a job's state."""
    return job_shape(job)


@router.delete("/jobs/{job_id}", operation_id="cancelJob", status_code=202)
def cancel_job(jobs: JobsDep, caller: PrincipalDep, job: Annotated[Job, Depends(seen_job)]) -> JobShape:
    """Ask one's own job to stop, or as an admin any: it ends at its next step, and what it had committed stays."""
    if job.author != caller.name and "admin" not in caller.scopes:
        raise AccessError("only an admin can cancel another's job")
    return job_shape(jobs.cancel(job.id))


@router.get("/jobs/{job_id}/events", operation_id="watchJob", response_class=EventSourceResponse)
async def watch_job(jobs: JobsDep, job: Annotated[Job, Depends(seen_job)]) -> AsyncIterator[ServerSentEvent]:
    """Stream a job's state: `progress` at each change, `end` once; whoever comes back gets the newest state."""
    async for event in _changes(jobs, job.id):
        yield event


async def _changes(jobs: Jobs, job_id: str) -> AsyncIterator[ServerSentEvent]:
    seen = -1
    while True:
        job = await asyncio.to_thread(jobs.get, job_id)
        if job.state in ENDED:
            yield _event("end", job)
            return
        if job.sequence != seen:
            seen = job.sequence
            yield _event("progress", job)
        await asyncio.sleep(_POLL)


def _event(name: str, job: Job) -> ServerSentEvent:
    return ServerSentEvent(data=job_shape(job), event=name, id=str(job.sequence), retry=2000)
