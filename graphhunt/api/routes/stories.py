"""Stories of machines, accounts and addresses, and processes as rows."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Path

from graphhunt.api.deps import HuntDep, WindowDep
from graphhunt.api.story_models import OverviewAnswer, ProcessRowsAnswer, StoryAnswer
from graphhunt.stories.overview import overview
from graphhunt.stories.processes import processes
from graphhunt.stories.story import story

router = APIRouter(prefix="/stories", tags=["stories"])

Id = Annotated[str, Path(description="Its id or name, percent-encoded as one segment", max_length=6000)]


@router.get("", operation_id="listStories")
def list_stories(hunt: HuntDep, window: WindowDep) -> OverviewAnswer:
    """List machines, accounts and outside addresses with what makes each worth opening, the heaviest first."""
    return OverviewAnswer.model_validate(overview(hunt, window))


@router.get("/{kind}/{entity_id}", operation_id="getStory")
def get_story(hunt: HuntDep, window: WindowDep, kind: Literal["machine", "user", "ip"], entity_id: Id) -> StoryAnswer:
    """Tell the story of a machine, an account or an address, as `graphhunt story --json`."""
    return StoryAnswer.model_validate(story(hunt, unquote(entity_id), kind=kind, window=window))


@router.get("/{kind}/{entity_id}/processes", operation_id="getProcessRows")
def get_process_rows(
    hunt: HuntDep, window: WindowDep, kind: Literal["machine", "user", "ip", "process"], entity_id: Id
) -> ProcessRowsAnswer:
    """Give the processes of a machine, an account or an address, or those around one process, as rows of trees."""
    return ProcessRowsAnswer.model_validate(processes(hunt, unquote(entity_id), kind=kind, window=window))
