"""Search over all kinds of entities."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from graphhunt.api.deps import HuntDep, NamesDep
from graphhunt.api.models import SearchAnswer, SearchGroup, SearchList, SearchListAnswer
from graphhunt.questions import pivots

router = APIRouter(tags=["search"])


@router.get("/search", operation_id="search")
def search(
    hunt: HuntDep,
    names: NamesDep,
    q: Annotated[str, Query(max_length=pivots.MAX_TEXT, description="A piece of a name; `user:bob` looks at users")],
    kinds: Annotated[list[str] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Most results per kind")] = 8,
) -> SearchAnswer:
    """Find entities by a piece of any of their names, addresses, hashes or command lines."""
    tables = hunt.snapshot
    if tables.fingerprint is None:  # a database that this workspace did not fill
        groups = pivots.search(hunt.store, q, kinds, limit)
    else:
        groups = names.search(hunt.store, tables, q, kinds, limit)
    return SearchAnswer(groups=[SearchGroup.model_validate(group) for group in groups])


@router.post("/search/list", operation_id="searchList")
def search_list(hunt: HuntDep, wanted: SearchList) -> SearchListAnswer:
    """Find the best entity for each line of a pasted list."""
    return SearchListAnswer.model_validate(pivots.search_list(hunt.store, wanted.texts))
