"""The drawn graph: entities and the edges among them."""

from __future__ import annotations

from fastapi import APIRouter

from graphhunt.api.deps import HuntDep, window_of
from graphhunt.api.models import GraphAnswer, GraphRequest
from graphhunt.questions import pivots
from graphhunt.questions.pivots import Ref

router = APIRouter(tags=["graph"])


@router.post("/graph", operation_id="getGraph")
def get_graph(hunt: HuntDep, wanted: GraphRequest) -> GraphAnswer:
    """Give entities with the edges between them and those already shown."""
    window = window_of(wanted.since, wanted.until)
    refs = [Ref(ref.kind, ref.id) for ref in wanted.nodes]
    shown = [Ref(ref.kind, ref.id) for ref in wanted.shown]
    nodes = pivots.entities(hunt.store, refs)
    edges = pivots.edges_among(hunt.store, refs, shown, window)
    found = {(node["kind"], node["id"]) for node in nodes}
    missing = [ref._asdict() for ref in refs if ref not in found]
    return GraphAnswer.model_validate({"nodes": nodes, "edges": edges, "missing": missing})
