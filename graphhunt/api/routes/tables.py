"""The graph's tables whole, as pages, JSON Lines or Arrow; and what is drawn as files for other tools."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Header, HTTPException, Query, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse, StreamingResponse
from starlette.background import BackgroundTask

from graphhunt.api.deps import HuntDep, window_of
from graphhunt.api.models import GraphRequest
from graphhunt.api.table_models import TablePage, TablesAnswer
from graphhunt.case.export.drawn import pyvis_html, timesketch_lines
from graphhunt.questions import pivots
from graphhunt.questions.pivots import Ref
from graphhunt.schema import NODES, RELATIONSHIPS
from graphhunt.times import TIME_NAMES, dated

router = APIRouter(tags=["tables"])

ARROW = "application/vnd.apache.arrow.stream"
JSON_LINES = "application/jsonl"
MAX_EVENTS = 100_000
"""Most relationships in one file of events; a longer one says that it was cut."""

_SLICE = 20_000
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            ARROW: {"schema": {"type": "string", "format": "binary"}},
            JSON_LINES: {"schema": {"type": "string"}},
        }
    }
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in ("text/html", JSON_LINES)}}
}


@router.get("/tables", operation_id="listTables")
def list_tables(hunt: HuntDep) -> TablesAnswer:
    """List the tables of the graph as of the last load: one per label and relationship type."""
    heights = hunt.snapshot.heights()
    items = [
        {"name": name, "of": "node" if name in NODES else "relationship", "rows": heights[name],
         "columns": hunt.snapshot.scan(name).collect_schema().names()}
        for name in (*NODES, *RELATIONSHIPS) if name in heights
    ]  # fmt: skip
    return TablesAnswer.model_validate({"items": items})


@router.get("/tables/{name}", operation_id="getTable", responses=_CONTENT, response_model=TablePage)
def get_table(
    hunt: HuntDep,
    name: Annotated[str, InPath(max_length=60)],
    accept: Annotated[str, Header()] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    cursor: Annotated[str | None, Query(max_length=8000, description="Id of the last row seen")] = None,
) -> Any:
    """Give a table in the order of its ids: a page of rows, or all of it as JSON Lines or an Arrow stream."""
    found = hunt.snapshot.scan(name) if name in NODES or name in RELATIONSHIPS else None
    if found is None:
        raise HTTPException(404, f"The graph has no table {name!r}.")
    wanted = accept.lower()
    if ARROW in wanted:
        return _arrow(found, name)
    if JSON_LINES in wanted:
        return StreamingResponse(_lines(found), media_type=JSON_LINES, headers=_named(f"{name}.jsonl"))
    return _page(found, limit, cursor)


def _page(table: pl.LazyFrame, limit: int, cursor: str | None) -> TablePage:
    after = table if cursor is None else table.filter(pl.col("id") > cursor)
    rows = after.sort("id").head(limit + 1).collect().to_dicts()
    more = rows[limit - 1]["id"] if len(rows) > limit else None
    total = int(table.select(pl.len()).collect().item())
    return TablePage.model_validate({"items": dated(rows[:limit]), "next_cursor": more, "total": {"value": total}})


def _lines(table: pl.LazyFrame) -> Iterator[str]:
    """Write a table a slice at a time, so that its size does not matter."""
    begin = 0
    while len(part := table.slice(begin, _SLICE).collect()):
        yield "".join(json.dumps(dated(row), ensure_ascii=False) + "\n" for row in part.iter_rows(named=True))
        begin += len(part)


def _arrow(table: pl.LazyFrame, name: str) -> Response:
    times = [column for column, kind in table.collect_schema().items() if column in TIME_NAMES and kind == pl.Int64]
    with tempfile.NamedTemporaryFile(prefix="graphhunt-", suffix=".arrows", delete=False) as file:
        path = Path(file.name)
        table.with_columns(pl.col(times).cast(pl.Datetime("us", "UTC"))).collect().write_ipc_stream(
            file, compat_level=pl.CompatLevel.oldest()
        )
    return FileResponse(path, media_type=ARROW, filename=f"{name}.arrows", background=BackgroundTask(path.unlink))


@router.post("/export/{form}", operation_id="exportGraph", responses=_FILES, response_class=Response)
def export_graph(hunt: HuntDep, form: Literal["pyvis", "timesketch"], wanted: GraphRequest) -> Response:
    """Give entities and what is between them as a file: `pyvis` a page, `timesketch` JSON Lines of single events."""
    window = window_of(wanted.since, wanted.until)
    refs = [Ref(ref.kind, ref.id) for ref in wanted.nodes]
    nodes = pivots.entities(hunt.store, refs)
    if form == "pyvis":
        page = pyvis_html(nodes, pivots.edges_among(hunt.store, refs, [], window))
        return HTMLResponse(page, headers=_named("graphhunt-graph.html"))
    events = pivots.events_among(hunt.store, refs, window, MAX_EVENTS)
    cut = {"X-Truncated": "true"} if events["truncated"] else {}
    text = "".join(timesketch_lines(nodes, events["items"]))
    return Response(text, media_type=JSON_LINES, headers=_named("graphhunt-events.jsonl") | cut)


def _named(file: str) -> dict[str, str]:
    """Have the answer saved, never opened in place: a page made of log text has no business at our origin."""
    return {"Content-Disposition": f'attachment; filename="{file}"'}
