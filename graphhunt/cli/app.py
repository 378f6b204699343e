"""The application: every command by name, and the options that stand before it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphhunt.cli import (
    analyses,
    analyze,
    config,
    coverage,
    demo,
    enrich,
    entity,
    evaluate,
    evidence,
    export,
    find,
    generate,
    hunt,
    hunts,
    identity,
    load,
    paths,
    plugins,
    query,
    serve,
    status,
    tree,
    users,
    verify,
)
from graphhunt.cli.context import Common

app = typer.Typer(
    name="graphhunt",
    help="Telemetry in, attack paths out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

GROUPS = {
    "Investigate": (paths, hunt, hunts, find, entity, tree, evidence, query, analyze, analyses, enrich, export),
    "Load": (demo, load, status, coverage, generate),
    "Serve": (serve,),
    "Administer": (verify, plugins, config),
}
"""The commands of one file each, as the help shows them."""

for _group, _modules in GROUPS.items():
    for _module in _modules:
        app.command(name=_module.__name__.rsplit(".", 1)[-1], rich_help_panel=_group)(_module.run)
app.add_typer(identity.app, name="identity", rich_help_panel="Investigate")
app.add_typer(users.app, name="users", rich_help_panel="Serve")
app.add_typer(users.tokens, name="tokens", rich_help_panel="Serve")
app.command(name="audit", rich_help_panel="Serve")(users.audit)
app.add_typer(evaluate.app, name="eval", rich_help_panel="Administer")


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"graphhunt {version('graphhunt')}")
        raise typer.Exit


@app.callback()
def before(
    context: typer.Context,
    workspace: Annotated[Path | None, typer.Option(help="Folder of the workspace.")] = None,
    db: Annotated[str | None, typer.Option(help="Neo4j server; without it the embedded engine is used.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Telemetry in, attack paths out."""
    context.obj = Common(workspace, db)
