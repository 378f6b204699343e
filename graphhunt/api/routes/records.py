"""All records that were loaded: search, one record, its bytes, and what happened around it."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response

from graphhunt.api.deps import HuntDep
from graphhunt.api.record_models import AroundAnswer, RecordAnswer, RecordsAnswer, RecordsRequest

router = APIRouter(tags=["records"])

EventId = Annotated[str, Path(max_length=200)]


@router.post("/records:search", operation_id="searchRecords")
def search_records(hunt: HuntDep, wanted: RecordsRequest) -> RecordsAnswer:
    """Find records, in the graph or not, a page at a time; as `graphhunt records`."""
    began = time.perf_counter()
    found = hunt.records.find(
        wanted.q, quiet=wanted.quiet, by_session=wanted.group == "session", limit=wanted.limit, cursor=wanted.cursor,
        since=wanted.since, until=wanted.until, offset=wanted.offset,
    )  # fmt: skip
    took = round((time.perf_counter() - began) * 1000, 1)
    return RecordsAnswer.model_validate({**found, "noise": hunt.records.noise, "milliseconds": took})


@router.get("/records/{event_id}", operation_id="getRecord")
def get_record(hunt: HuntDep, event_id: EventId) -> RecordAnswer:
    """Give a record with every field, and the file's name and position it came from."""
    found = hunt.records.record(event_id)
    if found is None:
        raise _missing(event_id)
    name = str(found["file"]).replace("\\", "/").rpartition("/")[2]
    return RecordAnswer.model_validate({**found, "file": name})


@router.get("/records/{event_id}/raw", operation_id="getRecordBytes", response_class=Response)
def get_record_bytes(hunt: HuntDep, event_id: EventId) -> Response:
    """Give the bytes of a record as they were loaded."""
    found = hunt.evidence(event_id)
    if found is None:
        raise _missing(event_id)
    name = f"{found['event_id']}.txt"
    return Response(
        str(found["record"]).encode(),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/records/{event_id}/around", operation_id="getAround")
def get_around(
    hunt: HuntDep,
    event_id: EventId,
    minutes: Annotated[float, Query(gt=0, le=10_080, description="Minutes before and after")] = 10,
) -> AroundAnswer:
    """Give the query for what happened on a record's machine some minutes before and after it."""
    found = hunt.records.around(event_id, minutes)
    if found is None:
        raise _missing(event_id)
    return AroundAnswer(q=found)


def _missing(event_id: str) -> HTTPException:
    return HTTPException(404, f"There is no record {event_id!r}.")
