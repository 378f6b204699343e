"""`graphhunt query`: an analyst's own Cypher, read-only."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, table
from graphhunt.errors import UsageError


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
    limit: Annotated[int | None, typer.Option(help="Most rows to give.", show_default=False)] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Run read-only Cypher; writing, files, the network and administration are refused."""
    with open_case(context, workspace, db) as hunt:
        result = hunt.query(cypher, parameters(param or []), limit)
    rows = [dict(zip(result.columns, row, strict=True)) if not isinstance(row, dict) else row for row in result.rows]
    if json or format is Form.JSON:
        json_out({"columns": list(result.columns), "rows": rows, "truncated": result.truncated})
    elif format is Form.CSV:
        line(csv_text(list(result.columns), rows).rstrip("\r\n"))
    else:
        table(list(result.columns), [[_cell(row[name]) for name in result.columns] for row in rows])
    if result.truncated:
        message("more rows exist; raise --limit")


def parameters(given: list[str]) -> dict[str, Any]:
    """Read `k=v` options.

    Raises:
        UsageError: One has no `=`.
    """
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"'{text}' is not a parameter", hint="write --param name=value")
        try:
            found[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            found[name] = value
    return found


def _cell(value: Any) -> Any:
    return orjson.dumps(value, default=str).decode() if isinstance(value, dict | list) else value


def csv_text(columns: list[str], rows: list[dict[str, Any]]) -> str:
    """Write rows as CSV whose cells no spreadsheet takes for formulas (OWASP ASVS 5.0, 1.2.10)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_defused(name) for name in columns])
    writer.writerows([[_defused(_cell(row[name])) for name in columns] for row in rows])
    return out.getvalue()


def _defused(value: Any) -> Any:
    """Put a quote before text that begins like a formula, also behind blanks and quotes."""
    if not isinstance(value, str):
        return value
    formula = value.startswith(_CONTROL) or value.lstrip(_BLANKS).startswith((*_CONTROL, *_FORMULA))
    return f"'{value}" if formula else value


_CONTROL = ("\t", "\r", "\n", "\0")
_FORMULA = tuple("=+-@＝＋－＠")
_BLANKS = " \"'\u3000\u00a0"
