"""Analytics: what there is, running them, their runs; and the difference of two windows."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from graphhunt.api.deps import AuthorDep, HuntDep, JobsDep, window_of
from graphhunt.api.job_models import (
    AnalysesAnswer,
    AnalysisRequest,
    DifferenceAnswer,
    DifferenceRequest,
    JobShape,
    RunsAnswer,
)
from graphhunt.api.routes.imports import IdempotencyKey
from graphhunt.api.routes.jobs import job_shape
from graphhunt.api.work import analysis_work
from graphhunt.questions.pivots.difference import Windows, difference
from graphhunt.questions.registry import question_named, questions

router = APIRouter(tags=["analyses"])

Name = Annotated[str, Path(max_length=100)]


@router.get("/analyses", operation_id="listAnalyses")
def list_analyses() -> AnalysesAnswer:
    """List the analytics and enrichers with their parameters and the properties they write; `kind` tells which."""
    found = questions("analysis", "enricher")
    return AnalysesAnswer.model_validate({"items": [question.describe() for question in found]})


@router.get("/analyses/runs", operation_id="listRuns")
def list_runs(hunt: HuntDep, name: Annotated[str | None, Query(max_length=100)] = None) -> RunsAnswer:
    """List the runs of analytics, newest first."""
    names = ("id", "name", "state", "parameters", "start", "end", "counts")
    return RunsAnswer.model_validate({"items": [{n: run[n] for n in names} for run in hunt.runs(name)]})


@router.post("/analyses/{name}:run", operation_id="runAnalysis", status_code=202)
def run_analysis(  # noqa: PLR0913 - the parts of the request
    hunt: HuntDep, jobs: JobsDep, author: AuthorDep, name: Name, wanted: AnalysisRequest, response: Response,
    key: IdempotencyKey = None,
) -> JobShape:  # fmt: skip
    """Run an analytic or enricher as a job; its results are written to the graph as properties."""
    question = question_named(name, "analysis", "enricher")
    question.bind(wanted.parameters)
    job = jobs.submit("analysis", question.name, author, analysis_work(hunt, question.name, wanted.parameters), key)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return job_shape(job)


@router.post("/analyses/{name}:undo", operation_id="undoAnalysis")
def undo_analysis(hunt: HuntDep, name: Name) -> dict[str, Any]:
    """Take the current run of an analytic back; the one before it is current again, or none."""
    return hunt.undo(name)


@router.get("/analyses/{name}/comparison", operation_id="compareRuns")
def compare_runs(hunt: HuntDep, name: Name) -> dict[str, Any]:
    """Compare the current run of an analytic with the one before it."""
    return hunt.compare(name)


@router.post("/difference", operation_id="getDifference")
def get_difference(hunt: HuntDep, wanted: DifferenceRequest) -> DifferenceAnswer:
    """Say what appeared, vanished or changed between two windows of time."""
    windows = Windows(*(window_of(w.since, w.until) for w in (wanted.before, wanted.after)))
    found = difference(hunt.snapshot, windows, relations=wanted.relations, limit=wanted.limit)
    return DifferenceAnswer.model_validate(found)
