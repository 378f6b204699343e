"""Analysts' own Cypher, read-only and guarded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter

from graphhunt.api.deps import AuthorDep, CrowdDep, HuntDep
from graphhunt.api.models import QueryAnswer, QueryRequest
from graphhunt.attention import attention
from graphhunt.queries.returned import dated_rows

router = APIRouter(tags=["query"])


@router.post("/query", operation_id="runQuery")
async def run_query(hunt: HuntDep, crowd: CrowdDep, who: AuthorDep, wanted: QueryRequest) -> QueryAnswer:
    """Run read-only Cypher through the guard; writes, file access and administration are refused.

    A caller who hangs up ends the statement in the database too. Each person has two at a time, and all together
    have a quarter of the database's places: 429 says that none got free in time.
    """
    caller = attention()
    stop = caller.lost if caller else None
    ask = partial(hunt.query, wanted.cypher, wanted.params, limit=wanted.limit, stop=stop, who=who)
    return await crowd.run(who, lambda: _answer(ask(), wanted.cypher))


def _answer(table: Any, cypher: str) -> QueryAnswer:
    parts: dict[str, Any] = dict(table) if isinstance(table, Mapping) else _parts(table)
    return QueryAnswer(
        columns=list(parts["columns"]), rows=dated_rows(cypher, parts["rows"]), truncated=bool(parts["truncated"])
    )


def _parts(table: Any) -> dict[str, Any]:
    """Give a table's parts; its rows are mappings or, in a plain table, lists in column order."""
    rows = [row if isinstance(row, Mapping) else dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return {"columns": table.columns, "rows": rows, "truncated": table.truncated}
