"""`graphhunt analyses`: which analytics there are, and the runs of them."""

from __future__ import annotations

from typing import Annotated

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line
from graphhunt.questions.registry import questions
from graphhunt.times import dated, iso


@command
def run(
    context: typer.Context,
    runs: Annotated[bool, typer.Option("--runs", help="List the runs in the graph instead.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """List the analytics with their parameters and the properties they write."""
    if runs:
        _list_runs(context, json, workspace, db)
        return
    found = questions("analysis")
    if json:
        json_out({"analyses": [analysis.describe() for analysis in found]})
        return
    for analysis in found:
        line(f"{analysis.name}: {analysis.title}")
        for parameter in analysis.parameters:
            line(f"  {parameter.name} = {parameter.default}: {parameter.help}")
        for written in analysis.writes:
            line(f"  writes {written.target}.{written.property}: {written.meaning}")


def _list_runs(context: typer.Context, json: bool, workspace: WorkspaceOption, db: DbOption) -> None:
    """List the runs, newest first."""
    with open_case(context, workspace, db) as hunt:
        found = hunt.runs()
    if json:
        json_out({"runs": dated(found)})
        return
    for run in found:
        counts = ", ".join(f"{count:,} {target}" for target, count in run["counts"].items())
        line(f"{run['id']}  {run['state']}  {iso(run['start'])}  {counts}")
