"""`graphhunt find`: search all entities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, progress, table
from graphhunt.plain import counted
from graphhunt.times import dated

if TYPE_CHECKING:
    from graphhunt.hunt import Hunt

MOST_REASONS = 5
"""Reasons why records are not in the graph that are named."""


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
    """Find entities by a piece of any of their names, and say how many records hold the text."""
    with open_case(context, workspace, db) as hunt:
        groups = hunt.find(text, kind, limit)
        empty = not groups and not hunt.workspace.events()
        told = None if empty or kind else _holding(hunt, text)
    if json:
        answer = {"groups": dated(groups), **({"records": told} if told else {})}
        json_out({**answer, **({"reason": _reason(text, empty=empty)} if not groups else {})})
        return
    rows = [
        (item["kind"], item["label"], item.get("detail"), item["id"]) for group in groups for item in group["items"]
    ]
    if rows:
        table(("kind", "name", "detail", "id"), rows)
    else:
        message(_reason(text, empty=empty))
    _records(told)
    for group in groups:
        if group["more"]:
            message(f"more {group['kind']} entities fit; raise --limit")


def _holding(hunt: Hunt, text: str) -> dict[str, Any]:
    with progress() as tell:
        hunt.records.ready(tell)
    return hunt.records.holding(text)


def _reason(text: str, *, empty: bool) -> str:
    return "nothing is loaded yet" if empty else f"no entity has '{text}' in its names"


def _records(told: dict[str, Any] | None) -> None:
    """Write in how many records the text stands, and why some are in no node or relationship."""
    if not told:
        return
    if not told["records"]:
        line(f"in none of {counted(told['searched'], 'record')}")
        return
    where = f"in {counted(told['records'], 'record')} of {counted(told['files'], 'file')}"
    line(f"{where}; {told['drawn']:,} of them in the graph")
    for reason, records in list(told["not_drawn"].items())[:MOST_REASONS]:
        line(f"  {records:,} not: {reason}")
    for row in told["first"]:
        line(f"  record {row['event_id']}: {row['position']} of {row['file']}")
