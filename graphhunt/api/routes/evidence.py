"""Original records by event id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path

from graphhunt.api.deps import HuntDep
from graphhunt.api.models import EvidenceAnswer, EvidenceRequest, EvidenceShape
from graphhunt.errors import UsageError

router = APIRouter(tags=["evidence"])


@router.get("/evidence/{event_id}", operation_id="getEvidence")
def get_evidence(hunt: HuntDep, event_id: Annotated[str, Path(max_length=200)]) -> EvidenceShape:
    """Give the original record of an event, with its file and position."""
    found = look_up(hunt, event_id)
    if found is None:
        raise HTTPException(404, f"The evidence store has no event {event_id!r}.")
    return found


@router.post("/evidence", operation_id="getEvidenceList")
def get_evidence_list(hunt: HuntDep, wanted: EvidenceRequest) -> EvidenceAnswer:
    """Give the original records of several events, in the order asked for."""
    return records(hunt, wanted.event_ids)


def records(hunt: HuntDep, event_ids: Iterable[str]) -> EvidenceAnswer:
    """Look up events in order; those the store does not have are named."""
    found = {event_id: look_up(hunt, event_id) for event_id in event_ids}
    items = [item for item in found.values() if item is not None]
    return EvidenceAnswer(items=items, missing=[event_id for event_id, item in found.items() if item is None])


def look_up(hunt: HuntDep, event_id: str) -> EvidenceShape | None:
    """Give one event's record; None if the id is unknown or is no event id."""
    try:
        found: dict[str, Any] | None = hunt.evidence(event_id)
    except UsageError:
        return None
    if found is None:
        return None
    return EvidenceShape.model_validate({name: found.get(name) for name in EvidenceShape.model_fields})
