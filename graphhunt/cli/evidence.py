"""`graphhunt evidence`: an original record."""

from __future__ import annotations

from typing import Annotated

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import block, json_out, line, message
from graphhunt.errors import UsageError


@command
def run(
    context: typer.Context,
    event_id: Annotated[str, typer.Argument(help="Event id, as in a relationship's evidence.", show_default=False)],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Show an original record, with the file and position it came from."""
    with open_case(context, workspace, db) as hunt:
        record = hunt.evidence(event_id)
    if record is None:
        raise UsageError(f"there is no record with the id '{event_id}'")
    if json:
        json_out(record)
        return
    for name in ("file", "position", "source", "code", "host", "time", "outcome", "reason"):
        if record[name]:
            line(f"{name}: {record[name]}")
    block(str(record["record"]))
    if "damage" in record:
        message(f"warning: {record['damage']}")
