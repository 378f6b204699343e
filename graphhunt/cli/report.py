"""`graphhunt report`: an incident written up, to be read by others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graphhunt.case.incident_report.forms import form_named
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, message
from graphhunt.errors import UsageError


@command
def run(
    context: typer.Context,
    incident: Annotated[
        str | None,
        typer.Argument(help="The incident's id; without one, the first of the list.", metavar="[ID]"),
    ] = None,
    format: Annotated[
        str,
        typer.Option(help="html, md or json; csv or stix for the indicators alone; zip for the original records."),
    ] = "html",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; else standard output.", show_default=False)
    ] = None,
    redact: Annotated[str, typer.Option(help="Swap names, addresses or both (with a comma) for aliases.")] = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Write an incident up: what happened, how far it went, what to do first, and the records that prove it."""
    form_named(format)
    if json and out is None:
        raise UsageError("--json reports what was written to a file", hint="name it with --out, or use --format json")
    with open_case(context, workspace, db) as hunt:
        written = hunt.report(incident, format=format, redact=redact, out=out)
    if json:
        json_out({"format": format, "out": str(out), "bytes": len(written)})
    elif out is not None:
        message(f"{len(written):,} bytes written to {out}")
    else:
        sys.stdout.buffer.write(written)
