"""The application: every command by name, and the options that stand before it.

A command's module is imported when the command is called, so that no command waits for what another one needs; the
modules themselves import at their top.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version as installed
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from graphhunt.cli.context import Common


class Entry(NamedTuple):
    """A command of the table: where the help lists it and as what, and the function or group in its module."""

    panel: str
    summary: str
    where: str

    def load(self, name: str) -> TyperCommand | TyperGroup:
        """Import the command."""
        module, _, attribute = self.where.partition(":")
        found = getattr(import_module(f"graphhunt.cli.{module}"), attribute or "run")
        alone = typer.Typer()
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=name)
        else:
            alone.command(name)(found)
        loaded = get_group(alone).commands[name]
        assert isinstance(loaded, TyperCommand | TyperGroup)
        return loaded


def _entries(panel: str, **summaries: str) -> dict[str, Entry]:
    """Give the entries of commands that have a module of their name."""
    return {name: Entry(panel, summary, name) for name, summary in summaries.items()}


COMMANDS = {
    **_entries(
        "Investigate",
        incidents="List incidents: acts joined by what caused what, ranked by one score; with an ID tell one step by "
        "step.",
        report="Write an incident up: what happened, how far it went, what to do first, and the records that prove it.",
        story="Tell the story of a machine, an account or an address: who came, what ran, talked outside and changed.",
        paths="Find chains of remote logons in which every hop follows the one before it in time, in the hunt's order.",
        hunt="Run a hunt: lateral-movement lists chains with reasons and records; a question of the library lists "
        "rows.",
        hunts="List the hunts with the ATT&CK techniques they look for.",
        find="Find entities by a piece of any of their names, and say how many records hold the text.",
        records="Search all records that were loaded, in the graph or not; with facts on how to narrow the search.",
        entity="Show an entity: properties, and how many relations of each type it has.",
        tree="Show a process with its ancestors and descendants.",
        evidence="Show an original record, with the file and position it came from.",
        networks="List networks that are inside, and addresses that are outside or unknown, each with the reason.",
        decode="Decode the encoded PowerShell command on a command line, and say what it does.",
        query="Run read-only Cypher; writing, files, the network and administration are refused.",
        analyze="Run analytics on the graph and write their results back as properties.",
        analyses="List the analytics with their parameters and the properties they write.",
        enrich="Write what lists, databases and services know of single entities to the graph; alone it lists the "
        "enrichers.",
        export="Write the graph: json, graphml, csv, or observed sessions as BloodHound's opengraph.",
    ),
    "links": Entry("Investigate", "Joins between incidents, cut or made by hand, and benign acts.", "links:app"),
    "identity": Entry(
        "Investigate", "Which spellings are one machine or account, as analysts state it.", "identity:app"
    ),
    **_entries(
        "Load",
        demo="Write a small intrusion as event logs, load them, find the lateral movement, and show it.",
        load="Load files, folders and archives; loading again changes nothing.",
        reread="Read the kept records of older loaders again, as if their files were loaded now; `load` does so by "
        "itself.",
        status="Show what is loaded: events, files, nodes, relationships.",
        coverage="Show per machine which channels are loaded, from when to when, and the blind spots.",
        generate="Write event logs of a synthetic enterprise, and truth.json beside them.",
    ),
    **_entries(
        "Serve",
        serve="Serve the browser workspace: on this machine with a one-time token, or for the users of the workspace.",
    ),
    "audit": Entry("Serve", "Show the audit log of the server: who changed or took away what.", "users:audit"),
    "users": Entry("Serve", "People who may use the server.", "users:app"),
    "tokens": Entry("Serve", "Tokens for scripts.", "users:tokens"),
    **_entries(
        "Administer",
        verify="Compare every file and record with its hash, and name what is damaged; exit code 1 if anything is.",
        plugins="List the loaders, where they come from, and why any could not be imported.",
        config="List every setting, its value and where to set it; secrets are masked.",
    ),
    "eval": Entry("Administer", "Measure the hunt for lateral movement on labelled data.", "evaluate:app"),
}
"""Every command. A summary is the first sentence of the command's own help, which a test compares."""


def commands() -> dict[str, TyperCommand | TyperGroup]:
    """Give every command, imported."""
    return {name: entry.load(name) for name, entry in COMMANDS.items()}


class Commands(TyperGroup):
    """The commands of the table: listed by it, and imported when called."""

    def __init__(self, **given: Any) -> None:
        listed = {
            name: TyperCommand(name, short_help=entry.summary, rich_help_panel=entry.panel)
            for name, entry in COMMANDS.items()
        }
        super().__init__(**{**given, "commands": listed})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that the words call."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed if name is None else COMMANDS[name].load(name), rest


app = typer.Typer(
    name="graphhunt",
    cls=Commands,
    help="Telemetry in, attack paths out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"graphhunt {installed('graphhunt')}")
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
