"""The server's own state: health, what is loaded, what the data cover, and the graph's vocabulary."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from graphhunt.api.deps import HuntDep
from graphhunt.api.models import HealthAnswer, RecordedAnswer
from graphhunt.questions.recorded import strip
from graphhunt.schema import NODES, RELATIONSHIPS, NodeKind, RelKind
from graphhunt.times import dated

router = APIRouter(tags=["server"])

_PROBLEMS = 1000
"""Most doubts of an answer; the command line lists all."""


@router.get("/health", operation_id="getHealth")
def get_health(request: Request) -> HealthAnswer:
    """Say whether the server works and whether the browser workspace is built; needs no session."""
    return HealthAnswer(status="ok", version=request.app.version, ui=request.app.state.pages.state())


@router.get("/status", operation_id="getStatus")
def get_status(hunt: HuntDep, problems: bool = False) -> dict[str, Any]:
    """Say what is loaded, as `graphhunt status --json`; with `problems`, also the first thousand doubts."""
    answer: dict[str, Any] = dated(hunt.status(problems=problems))
    if problems:
        answer["problems"] = (answer["problems"] or [])[:_PROBLEMS]
    return answer


@router.get("/coverage", operation_id="getCoverage")
def get_coverage(hunt: HuntDep) -> Any:
    """Say which sources and techniques the loaded data can show, as `graphhunt coverage --json`."""
    return dated(hunt.coverage())


@router.get("/recorded", operation_id="getRecorded")
def get_recorded(hunt: HuntDep) -> RecordedAnswer:
    """Say in which stretches of time anything was recorded, with bars to draw them by."""
    return RecordedAnswer.model_validate(strip(hunt.workspace))


@router.get("/accounting", operation_id="getAccounting")
def get_accounting(hunt: HuntDep) -> dict[str, Any]:
    """Say what became of every record, per file: drawn, evidence only, skipped or rejected, with the reasons."""
    return hunt.accounting(files=True)


@router.get("/schema", operation_id="getSchema")
def get_schema() -> dict[str, Any]:
    """Name the kinds of entities and relationships and their properties, with what each means."""
    kinds = [{"kind": kind.label, "meaning": kind.meaning, "properties": _properties(kind)} for kind in NODES.values()]
    types = [
        {
            "type": rel.type,
            "meaning": rel.meaning,
            "endpoints": [list(pair) for pair in rel.endpoints],
            "properties": _properties(rel),
        }
        for rel in RELATIONSHIPS.values()
    ]
    return {"kinds": kinds, "relations": types}


def _properties(kind: NodeKind | RelKind) -> list[dict[str, str]]:
    return [{"name": column.name, "type": column.type, "meaning": column.meaning} for column in kind.columns]
