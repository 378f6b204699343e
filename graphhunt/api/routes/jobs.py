"""Long work: its state, its progress as it happens, its cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from graphhunt.api.deps import JobsDep
from graphhunt.api.job_models import JobsAnswer, JobShape
from graphhunt.jobs import ENDED, Job, Jobs
from graphhunt.pivots.reading import cut, decode_cursor

router = APIRouter(tags=["jobs"])

JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
_POLL = 0.2


def job_face(job: Job) -> JobShape:
    """Give a job as it is shown."""
    return JobShape.model_validate(job.face())


@router.get("/jobs", operation_id="listJobs")
def list_jobs(
    jobs: JobsDep,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> JobsAnswer:
    """List jobs, newest first; those of earlier servers too."""
    found = [job.face() for job in jobs.list(limit + 1, decode_cursor(cursor))]
    rows, more = cut(found, limit, "created", "id")
    return JobsAnswer.model_validate({"items": rows, "next_cursor": more})


@router.get("/jobs/{job_id}", operation_id="getJob")
def get_job(jobs: JobsDep, job_id: JobId) -> JobShape:
    """Give a job's state."""
    return job_face(jobs.get(job_id))


@router.delete("/jobs/{job_id}", operation_id="cancelJob", status_code=202)
def cancel_job(jobs: JobsDep, job_id: JobId) -> JobShape:
    """Ask a job to stop: it ends at its next step, and what it had committed stays."""
    return job_face(jobs.cancel(job_id))


@router.get("/jobs/{job_id}/events", operation_id="watchJob", response_class=EventSourceResponse)
async def watch_job(jobs: JobsDep, job_id: JobId) -> AsyncIterator[ServerSentEvent]:
    """Stream a job's state: `progress` at each change, `end` once; whoever comes back gets the newest state."""
    async for event in _changes(jobs, job_id):
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
    return ServerSentEvent(data=job_face(job), event=name, id=str(job.sequence), retry=2000)
