"""The single relationships behind a drawn edge."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, HTTPException, Path

from graphhunt.api.deps import HuntDep, window_of
from graphhunt.api.entity_paths import EntityRef
from graphhunt.api.models import EdgeRequest, EvidenceAnswer, RelationshipsAnswer
from graphhunt.api.routes.evidence import records
from graphhunt.questions import pivots
from graphhunt.questions.pivots import Edge, Page, Ref

router = APIRouter(tags=["edges"])


@router.post("/edges/relationships", operation_id="getRelationships")
def get_relationships(hunt: HuntDep, wanted: EdgeRequest) -> RelationshipsAnswer:
    """Give a page of the relationships of one type from one entity to another, earliest first."""
    edge = Edge(Ref(wanted.start.kind, wanted.start.id), wanted.relation, Ref(wanted.end.kind, wanted.end.id))
    window = window_of(wanted.since, wanted.until)
    found = pivots.relationships(hunt.store, edge, window, Page(wanted.limit, wanted.cursor))
    return RelationshipsAnswer.model_validate(found)


@router.get(  # kind and entity_id are read by EntityRef
    "/entities/{kind}/{entity_id}/relationships/{relation}/{relationship_id}/events",  # noqa: FAST003
    operation_id="getRelationshipEvents",
)
def get_relationship_events(
    hunt: HuntDep,
    ref: EntityRef,
    relation: Annotated[str, Path(max_length=60)],
    relationship_id: Annotated[str, Path(max_length=200)],
) -> EvidenceAnswer:
    """Give the original records behind one relationship, addressed by its start entity, type and id."""
    found = pivots.relationship(hunt.store, ref, unquote(relation), unquote(relationship_id))
    if found is None:
        raise HTTPException(404, f"The {ref.kind} has no {relation} with the id {relationship_id!r}.")
    return records(hunt, found.get("evidence") or [])
