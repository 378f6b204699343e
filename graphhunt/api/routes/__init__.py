"""Routes of `/api/v1`, one file per noun."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter, Depends

from graphhunt.api.routes import (
    analyses,
    cases,
    edges,
    entities,
    events,
    evidence,
    graph,
    health,
    hunts,
    identity,
    imports,
    incidents,
    jobs,
    map,
    paths,
    pivots,
    query,
    records,
    reports,
    search,
    session,
    stories,
    tables,
    timeline,
    typed,
    views,
)
from graphhunt.api.scopes import allowed

_PARTS = (
    health, search, entities, graph, edges, evidence, timeline, paths, pivots, query, views, cases, jobs, imports,
    events, analyses, hunts, incidents, reports, stories, identity, session, tables, map, records,
    typed,
)  # fmt: skip


@cache
def router() -> APIRouter:
    """Gather the routes of `/api/v1`, once in a process: that takes longer than an answer."""
    whole = APIRouter(prefix="/api/v1", dependencies=[Depends(allowed)])
    for part in _PARTS:
        whole.include_router(part.router)
    return whole
