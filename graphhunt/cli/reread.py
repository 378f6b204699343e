"""`graphhunt reread`: facts told again by newer loaders."""

from __future__ import annotations

from typing import Annotated

import typer

from graphhunt.cli.accounting import older_words, words
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, progress
from graphhunt.plain import counted


@command
def run(
    context: typer.Context,
    loader: Annotated[str | None, typer.Option("--loader", help="Only what this loader read; see 'plugins'.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Read the kept records of older loaders again, as if their files were loaded now; `load` does so by itself."""
    with open_case(context, workspace, db) as hunt, progress() as tell:
        report = hunt.reread(loader, progress=tell)
    for warning in report["warnings"]:
        message(f"warning: {warning['file']}: {warning['reason']}")
    if json:
        json_out(report)
        return
    line(f"{counted(report['records'], 'record')} of older loaders read again")
    for text in (*older_words(report["older"]), *words(report["accounting"])):
        line(text)
