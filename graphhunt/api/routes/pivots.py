"""Ready questions about one entity."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from graphhunt.api.deps import HuntDep, window_of
from graphhunt.api.models import PivotAnswer, PivotRun, PivotsAnswer
from graphhunt.questions import pivots
from graphhunt.questions.pivots import Ref

router = APIRouter(tags=["pivots"])


@router.get("/pivots", operation_id="listPivots")
def list_pivots(kind: Annotated[str | None, Query(max_length=40)] = None) -> PivotsAnswer:
    """List the ready questions, each with the query that answers it."""
    found = [
        {"id": name, "kind": q.about, "title": q.title, "cypher": q.cypher, "attack": q.attack}
        for name, q in sorted(pivots.ready_questions(kind).items())
    ]
    return PivotsAnswer.model_validate({"items": found})


@router.post("/pivots/{pivot_id}:run", operation_id="runPivot")
def run_pivot(hunt: HuntDep, pivot_id: Annotated[str, Path(max_length=100)], about: PivotRun) -> PivotAnswer:
    """Answer a ready question about one entity."""
    window = window_of(about.since, about.until)
    found = pivots.answer_about(hunt, pivot_id, Ref(about.kind, about.id), window, about.limit)
    return PivotAnswer.model_validate(found)
