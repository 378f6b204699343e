"""The typed graph of an incident, and its expansions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from graphhunt.api.deps import HuntDep, WindowDep
from graphhunt.api.typed_models import ExpansionAnswer, TypedAnswer, WaysAnswer
from graphhunt.errors import MissingError, UsageError
from graphhunt.incidents.asked import options
from graphhunt.incidents.find import incidents_of
from graphhunt.incidents.questions.incidents import named
from graphhunt.incidents.typed.boxes import CLICK
from graphhunt.incidents.typed.expanding import Expansion
from graphhunt.incidents.typed.picture import Picture, Window, picture_of

router = APIRouter(prefix="/graph/incident", tags=["incidents"])

Node = Annotated[str, Query(description="Id of a box, or `rest|COLUMN`", max_length=6000)]


def _drawn(hunt: HuntDep, window: WindowDep, incident_id: str) -> tuple[int, Picture]:
    """Give the rank and the graph of an incident, by its id, an older id, or the id of one of its acts."""
    asked = options({}, hunt.folder)
    try:
        rank, incident = named(incidents_of(hunt.snapshot, asked), incident_id)
    except UsageError as error:
        raise MissingError(error.message, hint=error.hint) from error
    return rank, picture_of(incident, asked, Window(window.since, window.until))


@router.get("/{incident_id}", operation_id="getTypedGraph")
def get_typed_graph(drawn: Annotated[tuple[int, Picture], Depends(_drawn)]) -> TypedAnswer:
    """Draw an incident in columns by kind; processes of one name, machine and account are one box."""
    rank, picture = drawn
    return TypedAnswer.model_validate(picture.describe(rank))


@router.get("/{incident_id}/ways", operation_id="getWays")
def get_ways(drawn: Annotated[tuple[int, Picture], Depends(_drawn)], node: Node) -> WaysAnswer:
    """Tell what a box can be expanded over, and what processes it stands for."""
    return WaysAnswer.model_validate(Expansion(drawn[1], node).ways())


@router.get("/{incident_id}/expand", operation_id="expandBox")
def expand_box(
    drawn: Annotated[tuple[int, Picture], Depends(_drawn)],
    node: Node,
    relation: Annotated[str, Query(description="One of its ways; `more` of a rest", max_length=100)],
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Boxes of it that are drawn")] = 0,
    limit: Annotated[int, Query(ge=1, le=CLICK, description="Boxes that may be added")] = CLICK,
) -> ExpansionAnswer:
    """Expand a box: leads first, then what touches the incident, then what is rare, then the earliest."""
    return ExpansionAnswer.model_validate(Expansion(drawn[1], node).over(relation, offset, limit))
