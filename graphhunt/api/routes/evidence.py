"""Original records by event id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path

from graphhunt.api.deps import HuntDep
from graphhunt.api.models import DamagedRecord, EvidenceAnswer, EvidenceRequest, EvidenceShape
from graphhunt.errors import DamageError, UsageError

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
    """Look up events in order; those the store does not have, and those that are damaged, are named."""
    answer = EvidenceAnswer(items=[], missing=[], damaged=[])
    for event_id in dict.fromkeys(event_ids):
        try:
            item = look_up(hunt, event_id)
        except DamageError as error:
            answer.damaged.append(DamagedRecord(event_id=event_id, reason=str(error)))
            continue
        if item is None:
            answer.missing.append(event_id)
        else:
            answer.items.append(item)
    return answer


def look_up(hunt: HuntDep, event_id: str) -> EvidenceShape | None:
    """Give one event's record; None if the id is unknown or is no event id."""
    try:
        found: dict[str, Any] | None = hunt.evidence(event_id)
    except UsageError:
        return None
    if found is None:
        return None
    return EvidenceShape.model_validate({name: found.get(name) for name in EvidenceShape.model_fields})
