"""`graphhunt verify`: whether the workspace is as it was written."""

from __future__ import annotations

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line

_MOST_IDS = 10


@command
def run(
    context: typer.Context, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None
) -> None:
    """Compare every file and record with its hash, and name what is damaged; exit code 1 if anything is."""
    with open_case(context, workspace, db) as hunt:
        found = hunt.verify()
    if json:
        json_out(found)
    else:
        for one in found["damaged"]:
            line(f"{one['file']}: {one['problem']}")
            for event_id in one["event_ids"][:_MOST_IDS]:
                line(f"  record {event_id}")
            if len(one["event_ids"]) > _MOST_IDS:
                line(f"  and {len(one['event_ids']) - _MOST_IDS:,} more records")
            line(f"  {one['remedy']}")
        state = "nothing is damaged" if found["ok"] else f"{len(found['damaged']):,} damaged"
        line(f"{found['records']:,} records in {found['files']:,} files compared: {state}")
    if not found["ok"]:
        raise typer.Exit(1)
