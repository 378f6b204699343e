"""`graphhunt find`: search all entities."""

from __future__ import annotations

from typing import Annotated

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, message, table
from graphhunt.times import dated


@command
def run(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A piece of a name, address, hash or command line.", show_default=False)],
    kind: Annotated[list[str] | None, typer.Option(help="Look among this kind only.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most results per kind.")] = 20,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Find entities by a piece of any of their names."""
    with open_case(context, workspace, db) as hunt:
        groups = hunt.find(text, kind, limit)
        empty = not groups and not hunt.workspace.events()
    if json:
        json_out({"groups": dated(groups), **({"reason": _reason(text, empty=empty)} if not groups else {})})
        return
    rows = [
        (item["kind"], item["label"], item.get("detail"), item["id"]) for group in groups for item in group["items"]
    ]
    if rows:
        table(("kind", "name", "detail", "id"), rows)
    else:
        message(_reason(text, empty=empty))
    for group in groups:
        if group["more"]:
            message(f"more {group['kind']} entities fit; raise --limit")


def _reason(text: str, *, empty: bool) -> str:
    return "nothing is loaded yet" if empty else f"no entity has '{text}' in its names"
