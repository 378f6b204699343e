"""`graphhunt networks`: which networks are inside, and which addresses are outside or unknown."""

from __future__ import annotations

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, message, table
from graphhunt.questions.question import Wishes


@command
def run(
    context: typer.Context, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None
) -> None:
    """List networks that are inside, and addresses that are outside or unknown, each with the reason."""
    with open_case(context, workspace, db) as hunt:
        found = hunt.ask("networks", {}, Wishes(), "hunt")
    if json:
        json_out({name: found[name] for name in ("networks", "outside", "unknown")})
        return
    rows = [row for row in found["rows"] if row["kind"] != "platform"]
    table(found["columns"], [[*list(row.values())[:3], ", ".join(row["machines"])] for row in rows])
    if not rows:
        message("no machine that logs has an address, and none was talked to")
    message("the setting inner_networks adds networks of your own")
