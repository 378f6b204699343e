"""What happened among several entities, in time order."""

from __future__ import annotations

from fastapi import APIRouter

from graphhunt.api.deps import HuntDep, window_of
from graphhunt.api.models import EventsAnswer, EventsRequest
from graphhunt.questions import pivots
from graphhunt.questions.pivots import Ref

router = APIRouter(tags=["timeline"])


@router.post("/timeline", operation_id="getTimeline")
def get_timeline(hunt: HuntDep, wanted: EventsRequest) -> EventsAnswer:
    """Give the single relationships among several entities, in time order."""
    window = window_of(wanted.since, wanted.until)
    refs = [Ref(ref.kind, ref.id) for ref in wanted.nodes]
    return EventsAnswer.model_validate(pivots.events_among(hunt.store, refs, window, wanted.limit))
