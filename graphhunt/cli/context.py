"""What every command shares: the workspace, the database, and how errors end a command."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, ParamSpec, TypeVar

import typer

from graphhunt.cli.faults import FAILED, STOPPED, output_gone
from graphhunt.cli.show import message
from graphhunt.errors import GraphhuntError, UsageError

if TYPE_CHECKING:
    from graphhunt.hunt import Hunt

P = ParamSpec("P")
T = TypeVar("T")


class Common(NamedTuple):
    """Options that may stand before the command as well as after it."""

    workspace: Path | None = None
    db: str | None = None


WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Folder of the workspace (GRAPHHUNT_WORKSPACE).", show_default=False)
]
DbOption = Annotated[
    str | None,
    typer.Option("--db", help="Neo4j server, bolt:// or neo4j:// (GRAPHHUNT_DB); password from the environment.",
                 show_default=False),
]  # fmt: skip
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say all that was scored and how, and what the logs could not show.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to stdout.")]


def open_case(context: typer.Context, workspace: Path | None, db: str | None) -> Hunt:
    """Open the hunt that the options name; those after the command win."""
    common = context.obj if isinstance(context.obj, Common) else Common()
    return open_at(workspace or common.workspace, db or common.db)


def open_at(workspace: Path | None, db: str | None) -> Hunt:
    """Open a hunt."""
    from graphhunt.opening import open_hunt  # so that help, and words that are wrong, don't wait for it

    return open_hunt(workspace, db)


def command(function: Callable[P, T]) -> Callable[P, T]:
    """End a command with a message and exit code 1 (2 for wrong usage) instead of a traceback."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except GraphhuntError as error:
            message(f"error: {error}")
            raise typer.Exit(2 if isinstance(error, UsageError) else FAILED) from error
        except KeyboardInterrupt as error:
            message("stopped")
            raise typer.Exit(STOPPED) from error
        except BrokenPipeError as error:
            # Typer takes any broken pipe for a reader who has gone, and says nothing.
            if output_gone():
                raise typer.Exit(FAILED) from error
            raise RuntimeError("a pipe to another process broke") from error

    return guarded
