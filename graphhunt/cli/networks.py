"""`graphhunt networks`: which networks are inside, and which addresses are outside or unknown."""

from __future__ import annotations

from typing import Annotated

import typer

from graphhunt.case.networks import StatedNetworks
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, message, table
from graphhunt.questions.question import Wishes


@command
def run(
    context: typer.Context,
    add: Annotated[
        str | None, typer.Option(help="State what this network is, such as 10.1.0.0/16.", show_default=False)
    ] = None,
    kind: Annotated[str, typer.Option(help="What it is: inner, outside or platform.")] = "inner",
    remove: Annotated[
        str | None, typer.Option(help="Take back what was stated of this network.", show_default=False)
    ] = None,
    author: Annotated[
        str | None, typer.Option(help="Who says so; by default the system's user.", show_default=False)
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """List networks that are inside, and addresses that are outside or unknown, each with the reason."""
    with open_case(context, workspace, db) as hunt:
        stated = StatedNetworks(hunt.workspace.path)
        if remove is not None:
            stated.take_back(remove, author)
        if add is not None:
            stated.state(add, kind, author)
        found = hunt.ask("networks", {}, Wishes(), "hunt")
    if json:
        json_out({name: found[name] for name in ("networks", "outside", "unknown")})
        return
    rows = [row for row in found["rows"] if row["kind"] != "platform"]
    table(found["columns"], [[*list(row.values())[:3], ", ".join(row["machines"])] for row in rows])
    if not rows:
        message("no machine that logs has an address, and none was talked to")
    message("graphhunt networks --add CIDR --kind inner states what a network is; --remove CIDR takes it back")
