"""`graphhunt query`: an analyst's own Cypher, read-only."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from graphhunt.cli.assignments import assignments
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import document, json_out, message, table
from graphhunt.errors import UsageError
from graphhunt.queries.returned import dated_rows
from graphhunt.spreadsheet import disarmed
from graphhunt.store.values import is_node, is_path, is_relationship


class Form(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@command
def run(
    context: typer.Context,
    cypher: Annotated[str, typer.Argument(help="One reading Cypher statement.", show_default=False)],
    param: Annotated[
        list[str] | None, typer.Option("--param", help="k=v; v is read as JSON, else as text.", show_default=False)
    ] = None,
    format: Annotated[Form, typer.Option("--format", help="How to write the rows.")] = Form.TABLE,
    limit: Annotated[int | None, typer.Option(min=1, help="Most rows to give.", show_default=False)] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="CSV cells as they are, also those that a spreadsheet would run.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Run read-only Cypher; writing, files, the network and administration are refused."""
    form = Form.JSON if json else format
    if raw and form is not Form.CSV:
        raise UsageError("--raw is about CSV", hint="--format csv --raw")
    with open_case(context, workspace, db) as hunt:
        result = hunt.query(cypher, parameters(param or []), limit)
    rows = [dict(zip(result.columns, row, strict=True)) if not isinstance(row, dict) else row for row in result.rows]
    rows = dated_rows(cypher, rows)
    if form is Form.JSON:
        json_out({"columns": list(result.columns), "rows": rows, "truncated": result.truncated})
    elif form is Form.CSV:
        document(csv_text(list(result.columns), rows, raw=raw))
    else:
        table(list(result.columns), [[_short(row[name]) for name in result.columns] for row in rows])
    if not rows and form is Form.TABLE:
        message("no rows")
    if raw:
        message("warning: with --raw a spreadsheet may run cells as formulas; open the file as text")
    if result.truncated:
        message("more rows exist; raise --limit")


def parameters(given: list[str]) -> dict[str, Any]:
    """Read `k=v` options of a statement, which declares no types: a value is JSON, else text.

    Raises:
        UsageError: One has no `=`.
    """
    return {name: _value(text) for name, text in assignments(given).items()}


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _cell(value: Any) -> Any:
    return orjson.dumps(value, default=str).decode() if isinstance(value, dict | list) else value


def _short(value: Any) -> Any:
    """Name a node or relationship in a table; json and csv have all its properties."""
    if is_node(value):
        return f"({value.get('_label')} {value.get('id')})"
    if is_relationship(value):
        return f"({value.get('_start')})-[{value.get('_type')}]->({value.get('_end')})"
    if is_path(value):
        return _short(value.get("relationships") or value.get("nodes"))
    return ", ".join(str(_short(one)) for one in value) if isinstance(value, list) else _cell(value)


def csv_text(columns: list[str], rows: list[dict[str, Any]], *, raw: bool = False) -> str:
    """Write rows as CSV (RFC 4180); unless `raw`, no cell is one that a spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    shown = _same if raw else disarmed
    writer.writerow([shown(name) for name in columns])
    writer.writerows([[shown(_cell(row[name])) for name in columns] for row in rows])
    return out.getvalue()


def _same(value: object) -> object:
    return value
