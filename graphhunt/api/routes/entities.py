"""One entity: its properties, counted relations, neighbours, timeline, heat map and process tree."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query

from graphhunt.api.deps import HuntDep, WindowDep
from graphhunt.api.entity_paths import EntityRef
from graphhunt.api.job_models import WhyAnswer
from graphhunt.api.models import (
    CountsAnswer,
    EntityShape,
    HeatmapAnswer,
    NeighboursAnswer,
    TimelineAnswer,
    TreeAnswer,
)
from graphhunt.lateral.why import why_ranked
from graphhunt.questions import pivots
from graphhunt.questions.pivots import Page, Relation

router = APIRouter(prefix="/entities/{kind}/{entity_id}", tags=["entities"])

Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=8000)]


@router.get("", operation_id="getEntity")
def get_entity(hunt: HuntDep, ref: EntityRef) -> EntityShape:
    """Give an entity with all of its properties."""
    found = pivots.entity(hunt.store, ref)
    if found is None:
        raise HTTPException(404, f"The graph has no {ref.kind} with the id {ref.id!r}.")
    return EntityShape.model_validate(found)


@router.get("/why", operation_id="getWhyRanked")
def get_why_ranked(hunt: HuntDep, ref: EntityRef) -> WhyAnswer:
    """Say in words why an entity is ranked: what the analytics wrote to it and to its remote logons."""
    found = why_ranked(hunt.store, ref)
    if found is None:
        raise HTTPException(404, f"The graph has no {ref.kind} with the id {ref.id!r}.")
    return WhyAnswer.model_validate(found)


@router.get("/counts", operation_id="getCounts")
def get_counts(hunt: HuntDep, ref: EntityRef, window: WindowDep) -> CountsAnswer:
    """Count what an entity is related to, per relationship type, direction and kind of neighbour."""
    return CountsAnswer.model_validate({"items": pivots.counts(hunt.store, ref, window)})


@router.get("/neighbors", operation_id="getNeighbors")
def get_neighbors(  # noqa: PLR0913 - each is a query parameter of the route
    hunt: HuntDep,
    ref: EntityRef,
    window: WindowDep,
    relation: Annotated[str, Query(max_length=60)],
    neighbour_kind: Annotated[str, Query(max_length=40)],
    outgoing: bool = True,
    order: Literal["recent", "often", "first", "risk"] = "recent",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> NeighboursAnswer:
    """Give a page of the neighbours over one relation, and how many there are in all."""
    way = Relation(relation, outgoing, neighbour_kind)
    found = pivots.neighbours(hunt.store, ref, way, window=window, order=order, page=Page(limit, cursor))
    whole = cursor is None and found["next_cursor"] is None
    total = len(found["items"]) if whole else _total(hunt, ref, way, window)
    return NeighboursAnswer.model_validate(found | {"total": {"value": total}})


def _total(hunt: HuntDep, ref: EntityRef, way: Relation, window: WindowDep) -> int:
    rows = pivots.counts(hunt.store, ref, window)
    wanted = (way.type, way.outgoing, way.neighbour_kind)
    return sum(row["neighbours"] for row in rows if (row["relation"], row["outgoing"], row["neighbour_kind"]) == wanted)


@router.get("/timeline", operation_id="getEntityTimeline")
def get_timeline(
    hunt: HuntDep,
    ref: EntityRef,
    window: WindowDep,
    relations: Annotated[list[str] | None, Query()] = None,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> TimelineAnswer:
    """Give an entity's relationships in time order, with the entity at the other end of each."""
    found = pivots.timeline(hunt.store, ref, relations=relations or (), window=window, page=Page(limit, cursor))
    return TimelineAnswer.model_validate(found)


@router.get("/heatmap", operation_id="getHeatmap")
def get_heatmap(hunt: HuntDep, ref: EntityRef, window: WindowDep) -> HeatmapAnswer:
    """Count an entity's relationships by weekday and hour of day, UTC."""
    return HeatmapAnswer(cells=pivots.heatmap(hunt.store, ref, window))


@router.get("/process-tree", operation_id="getProcessTree")
def get_process_tree(
    hunt: HuntDep,
    ref: EntityRef,
    depth: Annotated[int, Query(ge=1, le=30)] = 8,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> TreeAnswer:
    """Give the processes around one: its line of parents and everything below it."""
    if ref.kind != "Process":
        raise HTTPException(422, "Only a Process has a process tree.")
    tree = pivots.process_tree(hunt.store, ref.id, depth=depth, limit=limit)
    if tree is None:
        raise HTTPException(404, f"The graph has no Process with the id {ref.id!r}.")
    return TreeAnswer.model_validate(tree)
