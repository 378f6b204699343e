"""What changes in a workspace, as one stream: jobs of everybody, and the graph, whoever wrote it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from graphhunt.accounts import Principal
from graphhunt.api.deps import HuntDep, JobsDep, PrincipalDep
from graphhunt.api.routes.jobs import job_shape
from graphhunt.case.jobs import Job
from graphhunt.errors import DamageError
from graphhunt.graph.state import fingerprint_of, read_state

router = APIRouter(tags=["events"])

_POLL = 0.25
_BEAT = 10.0
_LISTED = 50


@router.get("/events", operation_id="watchWorkspace", response_class=EventSourceResponse)
async def watch_workspace(
    request: Request,
    hunt: HuntDep,
    jobs: JobsDep,
    caller: PrincipalDep,
    seconds: Annotated[int, Query(ge=1, le=86_400, description="End the stream after so long")] = 3600,
) -> AsyncIterator[ServerSentEvent]:
    """Stream what changes, after the present state, so that whoever comes back has missed nothing.

    `jobs` lists the newest jobs (their results are left out here) and `graph` gives the mark of the graph; then `job`
    comes for each change of a job, `graph` when another load has changed the graph, `beat` every ten seconds.
    """
    watch = _Watch(request, hunt, jobs, caller)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not request.app.state.ending():
        events = await asyncio.to_thread(watch.look)
        if events is None:
            return
        for event in events:
            yield event
        await asyncio.sleep(_POLL)


class _Watch:
    """What one listener has been told."""

    def __init__(self, request: Request, hunt: HuntDep, jobs: JobsDep, caller: Principal) -> None:
        self._request = request
        self._hunt = hunt
        self._jobs = jobs
        self._caller = caller
        self._number: int | None = None
        self._mark: str | None = None
        self._beaten = 0.0

    def look(self) -> list[ServerSentEvent] | None:
        """Give what is new; None when the listener may no longer listen."""
        if self._request.app.state.access.caller(self._request.scope) != self._caller:
            return None
        beat = time.monotonic() - self._beaten >= _BEAT
        found = [*self._new_jobs(), *self._new_graph()]
        if beat:
            self._beaten = time.monotonic()
            found.append(ServerSentEvent(data={}, event="beat"))
        return found

    def _new_jobs(self) -> Iterator[ServerSentEvent]:
        first = self._number is None
        self._number, changed = self._jobs.changes(self._number)
        if first:
            listed = self._seen(self._jobs.list(_LISTED, result=False))
            yield ServerSentEvent(data={"items": listed}, event="jobs", retry=1000)
        for job in self._seen(changed):
            yield ServerSentEvent(data=job, event="job")

    def _seen(self, jobs: Iterable[Job]) -> list[dict[str, Any]]:
        """Give the jobs that the caller may see."""
        all_ = "read" in self._caller.scopes
        shapes = [job_shape(job, result=False) for job in jobs if all_ or job.author == self._caller.name]
        return [shape.model_dump(mode="json") for shape in shapes]

    def _new_graph(self) -> Iterator[ServerSentEvent]:
        if "read" not in self._caller.scopes:
            return
        mark = self._mark
        with contextlib.suppress(DamageError):  # it is said to, and mended for, whoever reads the graph
            mark = fingerprint_of(read_state(self._hunt.folder / "graph")) or ""
        if mark != self._mark:
            self._mark = mark
            yield ServerSentEvent(data={"mark": mark}, event="graph")
