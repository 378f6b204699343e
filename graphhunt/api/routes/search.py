"""Search over all kinds of entities."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from graphhunt.api.deps import HuntDep, NamesDep
from graphhunt.api.models import SearchAnswer, SearchGroup, SearchList, SearchListAnswer
from graphhunt.incidents.asked import options
from graphhunt.incidents.find import incidents_of, shown
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
    """Find entities by a piece of any of their names, addresses, hashes or command lines, those of incidents first."""
    tables, wide = hunt.snapshot, limit * pivots.WIDER
    if tables.fingerprint is None:  # a database that this workspace did not fill
        groups = pivots.suggested(pivots.search(hunt.store, q, kinds, wide), (), limit)
    else:
        groups = pivots.suggested(names.search(hunt.store, tables, q, kinds, wide), _told(hunt), limit)
    return SearchAnswer(groups=[SearchGroup.model_validate(group) for group in groups])


def _told(hunt: HuntDep) -> set[tuple[str, str]]:
    """Give kind and id of the machines, accounts and addresses that incidents over the line tell of."""
    over, _, _ = shown(incidents_of(hunt.snapshot, options({}, hunt.folder)))
    found: set[tuple[str, str]] = set()
    for incident in over:
        found.update(("Machine", id_) for id_ in incident.machines)
        found.update(("User", id_) for id_ in incident.accounts)
        found.update(("IP", id_) for id_ in incident.outside)
    return found


@router.post("/search/list", operation_id="searchList")
def search_list(hunt: HuntDep, wanted: SearchList) -> SearchListAnswer:
    """Find the best entity for each line of a pasted list."""
    return SearchListAnswer.model_validate(pivots.search_list(hunt.store, wanted.texts))
