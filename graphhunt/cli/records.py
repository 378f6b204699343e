"""`graphhunt records`: search all records that were loaded, in the graph or not."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, progress, table
from graphhunt.plain import counted
from graphhunt.times import dated, iso

_MOST_WHAT = 160
"""Characters of a record's fields that a line shows."""


@command
def run(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            help='Words, "in quotes", -without, a|b, field:value, an event id, T1021.006, 10.0.0.5:80, 10.0.0.0/24, '
            "port>1024, since:, until:, around:TIME±10m.",
            show_default=False,
        ),
    ],
    limit: Annotated[int, typer.Option(min=1, max=500, help="Most records.")] = 100,
    after: Annotated[
        str | None, typer.Option(help="Go on after the record with this id, the last one of the page before.")
    ] = None,
    session: Annotated[bool, typer.Option(help="Put the records of a logon session together.")] = False,
    quiet: Annotated[
        bool, typer.Option(help="Leave out the kinds of the setting noise_kinds, and count them.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Search all records that were loaded, in the graph or not; with facts on how to narrow the search."""
    with open_case(context, workspace, db) as hunt:
        with progress() as tell:
            hunt.records.ready(tell)
        found = hunt.records.find(query, quiet=quiet, by_session=session, limit=limit, cursor=after)
        empty = not hunt.workspace.events()
    if json:
        json_out(dated(_plain(found, empty=empty), times={"time", "start", "end"}))
        return
    _listed(found)
    if not found["total"]:
        message("nothing is loaded yet" if empty else f"0 of {counted(found['searched'], 'record')} fit")
        for row in found["without"] if not empty else ():
            message(f"without {row['clause']}: {counted(row['total'], 'record')}")
        return
    line(f"{len(found['items']):,} of {found['total']:,} records that fit, of {found['searched']:,} that were loaded")
    if found["hidden"]:
        message(f"{counted(found['hidden'], 'record')} of kinds that say little left out")
    if found["next_cursor"]:
        message(f"more: --after {found['next_cursor']}")


def _plain(found: dict[str, Any], *, empty: bool) -> dict[str, Any]:
    return {**found, **({"reason": "nothing is loaded yet"} if empty else {})}


def _listed(found: dict[str, Any]) -> None:
    """Write the records, each session's under its head."""
    groups = found.get("groups")
    for key, group in groups.items() if groups else ():
        name = group["session"] or "unknown"
        accounts = ", ".join(group["accounts"]) or "unknown"
        line(f"{group['machine']} · session {name} · {accounts} · {counted(group['records'], 'record')}, "
             f"{counted(group['leads'], 'lead')}")  # fmt: skip
        _table([item for item in found["items"] if str(item["group"]) == key])
    if not groups and found["items"]:
        _table(found["items"])


def _table(items: list[dict[str, Any]]) -> None:
    rows = [
        (
            iso(item["time"]), item["machine"], ("▲ " if item["lead"] else "") + item["code"], item["account"],
            item["session"], " ".join(f"{name} {value}" for name, value in item["fields"].items())[:_MOST_WHAT],
            item["event_id"],
        )
        for item in items
    ]  # fmt: skip
    table(("time", "machine", "kind", "account", "session", "what", "id"), rows)
