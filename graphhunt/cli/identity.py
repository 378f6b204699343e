r"""`graphhunt identity`: what analysts state about which spellings are one machine or account."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, table

app = typer.Typer(no_args_is_help=True, help="Which spellings are one machine or account, as analysts state it.")

First = Annotated[str, typer.Argument(help="A spelling as records have it: a host's name, DOMAIN\\name, a SID.")]
Second = Annotated[str, typer.Argument(help="The other spelling.")]
As = Annotated[
    str | None,
    typer.Option("--as", help="machine or account; by default what the spelling looks like.", show_default=False),
]
Reason = Annotated[str, typer.Option(help="Why; kept with the statement.")]
Preview = Annotated[bool, typer.Option("--preview", help="Say only which records would be another's.")]
Author = Annotated[str | None, typer.Option(help="Who says so; by default the system's user.", show_default=False)]


@app.command("list")
@command
def show(
    context: typer.Context, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None
) -> None:
    """List the statements, oldest first."""
    with open_case(context, workspace, db) as hunt:
        rows = hunt.identity.statements()
    if json:
        json_out({"statements": rows})
        return
    if not rows:
        line("nobody has stated anything about identities")
        return
    names = ("id", "verdict", "entity", "a", "b", "start", "end", "author", "time", "reason")
    table((*names, "state"), ([*(row[n] for n in names), "" if row["standing"] else "taken back"] for row in rows))


@app.command()
@command
def join(
    context: typer.Context, a: First, b: Second, kind: As = None, reason: Reason = "", author: Author = None,
    preview: Preview = False, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None,
) -> None:  # fmt: skip
    """State that two spellings are one; it goes by what the first is called."""
    with open_case(context, workspace, db) as hunt:
        if preview:
            _would(hunt.identity.preview("join", a, b, entity=kind), json)
            return
        _told(hunt.identity.join(a, b, entity=kind, reason=reason, author=author), json)


@app.command()
@command
def apart(
    context: typer.Context, a: First, b: Second, kind: As = None, reason: Reason = "", author: Author = None,
    preview: Preview = False, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None,
) -> None:  # fmt: skip
    """State that the second spelling isn't what the first one is."""
    with open_case(context, workspace, db) as hunt:
        if preview:
            _would(hunt.identity.preview("apart", a, b, entity=kind), json)
            return
        _told(hunt.identity.same_not(a, b, entity=kind, reason=reason, author=author), json)


@app.command()
@command
def split(
    context: typer.Context, a: First,
    since: Annotated[str | None, typer.Option(help="First moment of the other one.", show_default=False)] = None,
    until: Annotated[str | None, typer.Option(help="Moment after the other one.", show_default=False)] = None,
    kind: As = None, reason: Reason = "", author: Author = None,
    preview: Preview = False, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None,
) -> None:  # fmt: skip
    """State that a spelling means another machine or account for some time."""
    with open_case(context, workspace, db) as hunt:
        if preview:
            _would(hunt.identity.preview("split", a, start=since, end=until, entity=kind), json)
            return
        _told(hunt.identity.split(a, since, until, entity=kind, reason=reason, author=author), json)


@app.command()
@command
def undo(
    context: typer.Context, statement: Annotated[str, typer.Argument(help="The statement's id.")],
    reason: Reason = "", author: Author = None,
    preview: Preview = False, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None,
) -> None:  # fmt: skip
    """Take a statement back."""
    with open_case(context, workspace, db) as hunt:
        if preview:
            _would(hunt.identity.preview("undo", statement), json)
            return
        _told(hunt.identity.undo(statement, reason=reason, author=author), json)


def _told(row: dict[str, Any], json: bool) -> None:
    if json:
        json_out(row)
    else:
        line(f"stated as {row['id']}; the graph follows it")


def _would(moves: list[dict[str, Any]], json: bool) -> None:
    """Say what a statement would change; nothing is stated."""
    if json:
        json_out({"moves": moves})
    elif moves:
        names = ("entity", "before", "after", "records")
        table((*names, "first record"), ([*(move[n] for n in names), move["evidence"][0]] for move in moves))
    else:
        line("no record would be another's")
