"""`graphhunt export`: the graph in formats that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, message
from graphhunt.errors import UsageError


@command
def run(
    context: typer.Context,
    format: Annotated[str, typer.Argument(help="json, graphml, csv or opengraph.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File to write, a folder for csv; else standard output.", show_default=False),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Write the graph: json, graphml, csv, or observed sessions as BloodHound's opengraph."""
    if json and out is None:
        raise UsageError("--json reports what was written to a file", hint="name it with --out")
    with open_case(context, workspace, db) as hunt:
        size = hunt.export(format, out)
    if json:
        json_out({"format": format, "out": str(out), "bytes": size})
    elif out is not None:
        message(f"{size:,} bytes written to {out}")
