"""`graphhunt users`, `tokens` and `audit`: who may use the server. Secrets never stand on the command line."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from graphhunt.accounts import Accounts
from graphhunt.cli.context import JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, table
from graphhunt.errors import UsageError
from graphhunt.times import iso

app = typer.Typer(no_args_is_help=True, help="People who may use the server.")
tokens = typer.Typer(no_args_is_help=True, help="Tokens for scripts.")

Name = Annotated[str, typer.Argument(help="The user's name.", show_default=False)]
Roles = Annotated[list[str], typer.Option("--role", help="reader, analyst, loader or admin; may be repeated.")]


@contextmanager
def _accounts(context: typer.Context, workspace: Path | None) -> Iterator[Accounts]:
    with open_case(context, workspace, None) as hunt:
        accounts = Accounts(hunt.workspace.path / "access.db")
        try:
            yield accounts
        finally:
            accounts.close()


def _password() -> str:
    """Ask for a password twice, or read its line from standard input when that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise UsageError("the two passwords differ")
    return first


@app.command("add")
@command
def add_user(context: typer.Context, name: Name, role: Roles, workspace: WorkspaceOption = None) -> None:
    """Add a person; the password is asked for, or read from standard input."""
    with _accounts(context, workspace) as accounts:
        accounts.add_user(name, _password(), role)
    message(f"added {name}")


@app.command("list")
@command
def list_users(context: typer.Context, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List the people."""
    with _accounts(context, workspace) as accounts:
        found = accounts.users()
    if json:
        json_out({"users": [{**user, "created": iso(user["created"])} for user in found]})
        return
    table(("name", "roles", "state"), [
        (user["name"], ", ".join(user["roles"]), "shut out" if user["disabled"] else "") for user in found
    ])  # fmt: skip


@app.command("password")
@command
def set_password(context: typer.Context, name: Name, workspace: WorkspaceOption = None) -> None:
    """Give a person another password; their sessions end."""
    with _accounts(context, workspace) as accounts:
        accounts.set_password(name, _password())
    message(f"changed the password of {name}")


@app.command("roles")
@command
def set_roles(context: typer.Context, name: Name, role: Roles, workspace: WorkspaceOption = None) -> None:
    """Give a person other roles."""
    with _accounts(context, workspace) as accounts:
        accounts.set_roles(name, role)
    message(f"changed the roles of {name}")


@app.command("disable")
@command
def disable(
    context: typer.Context,
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let the person in again.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Shut a person out, with all sessions and tokens, or let them in again."""
    with _accounts(context, workspace) as accounts:
        accounts.set_disabled(name, disabled=not undo)
    message(f"{name} is {'let in' if undo else 'shut out'}")


@app.command("remove")
@command
def remove(context: typer.Context, name: Name, workspace: WorkspaceOption = None) -> None:
    """Remove a person and their tokens; what they wrote stays."""
    with _accounts(context, workspace) as accounts:
        accounts.remove_user(name)
    message(f"removed {name}")


@tokens.command("create")
@command
def create_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is for.", show_default=False)],
    scope: Annotated[list[str], typer.Option("--scope", help="read, annotate, load or admin; may be repeated.")],
    owner: Annotated[str | None, typer.Option(help="User it stands for; the script itself when not given.")] = None,
    days: Annotated[int, typer.Option(help="Days it lives.")] = 90,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a token and write it to standard output, this once."""
    with _accounts(context, workspace) as accounts:
        if owner is not None and accounts.user(owner) is None:
            raise UsageError(f"there is no user {owner!r}")
        key, token = accounts.make_token(name, scope, owner or f"script {name}", days)
    line(token)
    message(f"token {key}; it is not kept and can't be shown again")


@tokens.command("list")
@command
def list_tokens(context: typer.Context, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List the tokens, without the secret part."""
    with _accounts(context, workspace) as accounts:
        found = [t | {"created": iso(t["created"]), "expires": iso(t["expires"])} for t in accounts.tokens()]
    if json:
        json_out({"tokens": found})
        return
    names = ("id", "name", "owner", "expires")
    table((*names, "scopes", "state"), [
        (*(t[name] for name in names), ", ".join(t["scopes"]), "revoked" if t["revoked"] else "") for t in found
    ])  # fmt: skip


@tokens.command("revoke")
@command
def revoke_token(
    context: typer.Context,
    token_id: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    workspace: WorkspaceOption = None,
) -> None:
    """Make a token worthless."""
    with _accounts(context, workspace) as accounts:
        accounts.revoke(token_id)
    message(f"revoked {token_id}")


@command
def audit(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="Most lines, newest first.")] = 100,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show the audit log of the server: who changed or took away what."""
    with _accounts(context, workspace) as accounts:
        found = [row | {"time": iso(row["time"])} for row in accounts.audit(limit)]
    if json:
        json_out({"audit": found})
        return
    names = ("time", "who", "via", "action", "status", "target", "detail", "address")
    table(names, [tuple(row[name] for name in names) for row in found])
