"""`graphhunt analyze`: run analytics and write their results to the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphhunt.cli.assignments import assignments, with_files
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message
from graphhunt.errors import UsageError
from graphhunt.questions.question import Wishes
from graphhunt.questions.registry import questions

if TYPE_CHECKING:
    from graphhunt.hunt import Hunt


@command
def run(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Analytics; all when not given.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="Parameter as NAME=VALUE; NAME=@FILE takes a file's text.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the current run back.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Compare the current run with the one before.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Run analytics on the graph and write their results back as properties."""
    if (undo or compare) and not names:
        raise UsageError("--undo and --compare need the name of an analytic")
    given = with_files(assignments(param or []))
    with open_case(context, workspace, db) as hunt:
        done = [
            one(hunt, name, given, (undo, compare)) for name in names or [each.name for each in questions("analysis")]
        ]
    if json:
        json_out({"runs": done})
        return
    for report in done:
        for text in texts(report):
            line(text)


def one(
    hunt: Hunt, name: str, given: dict[str, str], choice: tuple[bool, bool], kind: str = "analysis"
) -> dict[str, Any]:
    """Do what was asked with one analytic."""
    undo, compare = choice
    if undo:
        return hunt.undo(name)
    if compare:
        return hunt.compare(name)
    message(f"{name} …")
    report = hunt.ask(name, given, Wishes(), kind)
    for text in report["notes"]:
        message(text)
    return report


def texts(report: dict[str, Any]) -> list[str]:
    """Say a report in words."""
    if "undone" in report:
        return [f"{report['name']}: took back {report['undone']}; current is {report['current'] or 'none'}"]
    if "targets" in report:
        return [
            f"{report['name']} {target}: " + ", ".join(f"{len(ids):,} {what}" for what, ids in found.items())
            for target, found in report["targets"].items()
        ]
    counts = ", ".join(f"{count:,} {target}" for target, count in report["written"].items()) or "nothing"
    return [f"{report['run']}: {counts} in {report['seconds']} s"]
