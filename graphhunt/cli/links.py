"""`graphhunt links`: joins that an analyst cut or made, and acts found benign; the casebook keeps them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.case.links import Links
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, table

app = typer.Typer(no_args_is_help=True, help="Joins between incidents, cut or made by hand, and benign acts.")

Reason = Annotated[str, typer.Option(help="Why; kept with the link.")]
Author = Annotated[str | None, typer.Option(help="Who says so; by default the system's user.", show_default=False)]


@app.command("list")
@command
def show(
    context: typer.Context, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None
) -> None:
    """List the links by hand, oldest first."""
    with open_case(context, workspace, db) as hunt:
        rows = _links(hunt).listed()
    if json:
        json_out({"links": rows})
        return
    if not rows:
        line("nobody has cut or joined anything, or found an act benign")
        return
    names = ("id", "verdict", "a", "b", "author", "time", "reason")
    table((*names, "state"), ([*(row[n] for n in names), "" if row["holds"] else "undone"] for row in rows))


@app.command()
@command
def cut(
    context: typer.Context, join: Annotated[str, typer.Argument(help="The inferred join's id.")], reason: Reason = "",
    author: Author = None, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None,
) -> None:  # fmt: skip
    """Cut an inferred join, which graphhunt incidents ID lists: its two sides are incidents apart from then on."""
    with open_case(context, workspace, db) as hunt:
        _told(_links(hunt).cut(join, reason=reason, author=author), json)


@app.command()
@command
def join(
    context: typer.Context, a: Annotated[str, typer.Argument(help="An incident's id, or one of its acts'.")],
    b: Annotated[str, typer.Argument(help="The other one's.")], reason: Reason = "", author: Author = None,
    json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None,
) -> None:  # fmt: skip
    """Join two incidents to one."""
    with open_case(context, workspace, db) as hunt:
        _told(_links(hunt).join(a, b, reason=reason, author=author), json)


@app.command()
@command
def benign(
    context: typer.Context, act: Annotated[str, typer.Argument(help="The act's id.")], reason: Reason = "",
    author: Author = None, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None,
) -> None:  # fmt: skip
    """Find an act benign, which graphhunt incidents ID lists: its leads are no evidence from then on."""
    with open_case(context, workspace, db) as hunt:
        _told(_links(hunt).benign(act, act, reason=reason, author=author), json)


@app.command()
@command
def undo(
    context: typer.Context, link: Annotated[str, typer.Argument(help="The link's id.")], author: Author = None,
    json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None,
) -> None:  # fmt: skip
    """Take a cut, a join, or that an act is benign back."""
    with open_case(context, workspace, db) as hunt:
        _told(_links(hunt).undo(link, author=author), json)


def _links(hunt: Any) -> Links:
    return Links(hunt.workspace.path, lambda: hunt.snapshot)


def _told(row: dict[str, Any], json: bool) -> None:
    if json:
        json_out(row)
    elif row["holds"]:
        line(f"kept as {row['id']}; graphhunt links undo {row['id']} takes it back")
    else:
        line(f"{row['id']} is undone")
