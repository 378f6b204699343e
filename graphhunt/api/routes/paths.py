"""Time-respecting attack paths."""

from __future__ import annotations

from fastapi import APIRouter

from graphhunt.api.deps import HuntDep, window_of
from graphhunt.api.models import PathsAnswer, PathsRequest
from graphhunt.times import dated

router = APIRouter(tags=["paths"])


@router.post("/paths", operation_id="findPaths")
def find_paths(hunt: HuntDep, wanted: PathsRequest) -> PathsAnswer:
    """Find ranked attack paths, as `graphhunt paths`; machine and user names match by any alias."""
    window = window_of(wanted.since, wanted.until)
    options = wanted.model_dump(
        include={"from_", "to", "user", "max_hops", "k", "edges", "within_session", "min_certainty"}
    )
    if wanted.max_dwell_hours is not None:
        options["max_dwell"] = f"{wanted.max_dwell_hours:f}h"
    found = hunt.paths(since=window.since, until=window.until, **options)
    return PathsAnswer.model_validate(dated(found))
