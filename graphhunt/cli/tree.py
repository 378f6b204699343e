"""`graphhunt tree`: the process tree around a process."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message
from graphhunt.times import dated, iso


@command
def run(
    context: typer.Context,
    process: Annotated[str, typer.Argument(help="Process id, GUID, or a text that only one has.", show_default=False)],
    depth: Annotated[int, typer.Option(min=0, help="Generations below it.")] = 8,
    limit: Annotated[int, typer.Option(min=1, help="Most processes.")] = 500,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Show a process with its ancestors and descendants."""
    with open_case(context, workspace, db) as hunt:
        found = hunt.tree(process, depth=depth, limit=limit)
    if json:
        json_out(dated(found))
        return
    level: dict[str, int] = {}
    for node in found["nodes"]:
        level[node["id"]] = level.get(node["parent"], -1) + 1
        line(_line(node, level[node["id"]], chosen=node["id"] == found["process"]))
    for reason in found["reasons"]:
        message(reason)


def _line(node: dict[str, Any], depth: int, *, chosen: bool) -> str:
    parts = [iso(node["start"]) or "start unknown", node["label"], f"pid {node['pid']}" if node["pid"] else ""]
    command_line = (node["command_line"] or "")[:160]
    flag = f"  ! {node['unusual']}" if node["unusual"] else ""
    return f"{'>' if chosen else ' '} {'  ' * depth}{'  '.join(p for p in parts if p)}  {command_line}{flag}"
