"""Routes of `/api/v1`, one file per noun."""

from __future__ import annotations

from fastapi import APIRouter

from graphhunt.api.routes import (
    cases,
    edges,
    entities,
    evidence,
    graph,
    health,
    paths,
    pivots,
    query,
    search,
    timeline,
    views,
)


def router() -> APIRouter:
    """Gather the routes of `/api/v1`."""
    whole = APIRouter(prefix="/api/v1")
    for part in (health, search, entities, graph, edges, evidence, timeline, paths, pivots, query, views, cases):
        whole.include_router(part.router)
    return whole
