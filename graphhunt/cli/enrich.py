"""`graphhunt enrich`: write what is known of single entities to the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphhunt.analyses.enrichers import ipstack
from graphhunt.analyses.enrichers.services import SERVICES, leaving
from graphhunt.analyses.extract import Extract
from graphhunt.analyses.registry import find_analysis
from graphhunt.cli.analyze import one, texts
from graphhunt.cli.assignments import assignments, with_files
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line
from graphhunt.errors import UsageError
from graphhunt.questions.registry import question_named, questions

if TYPE_CHECKING:
    from graphhunt.hunt import Hunt


@command
def run(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Enricher; all are listed when not given.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="Parameter as NAME=VALUE; NAME=@FILE takes a file's text.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be told to the service.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the current run back.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Compare the current run with the one before.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Write what lists, databases and services know of single entities to the graph; alone it lists the enrichers."""
    if name is None:
        if undo or compare or dry_run:
            raise UsageError("--undo, --compare and --dry-run need the name of an enricher")
        _list(json)
        return
    given = with_files(assignments(param or []))
    with open_case(context, workspace, db) as hunt:
        if dry_run:
            _say_leaving(_leaving(hunt, name, given), json)
            return
        report = one(hunt, name, given, (undo, compare), "enricher")
    if json:
        json_out(report)
        return
    for text in texts(report):
        line(text)


def _list(json: bool) -> None:
    """List the enrichers with what they write."""
    found = questions("enricher")
    if json:
        json_out({"enrichers": [enricher.describe() for enricher in found]})
        return
    for enricher in found:
        line(f"{enricher.name}: {enricher.title}")
        for target in dict.fromkeys(written.target for written in enricher.writes):
            names = ", ".join(written.property for written in enricher.writes if written.target == target)
            line(f"  writes to {target}: {names}")


def _leaving(hunt: Hunt, name: str, given: dict[str, str]) -> list[dict[str, Any]]:
    """Give what an enricher would tell its service; nothing for those that ask nobody."""
    enricher = find_analysis(question_named(name, "enricher").name)
    values = enricher.bind(given)
    if enricher.name == ipstack.ANALYSIS.name:
        return ipstack.leaving(Extract(hunt.store, values, hunt.snapshot), values)
    if enricher.name not in SERVICES:
        return []
    return leaving(Extract(hunt.store, values, hunt.snapshot), SERVICES[enricher.name], values["most"])


def _say_leaving(found: list[dict[str, Any]], json: bool) -> None:
    if json:
        json_out({"leaving": found})
        return
    for row in found:
        line(f"{row['provider']}  {row['kind']}  {row['value']}  {row['kept_back'] or 'would be sent'}")
    if not found:
        line("nothing would be sent")
