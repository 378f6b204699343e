"""`graphhunt load`: read telemetry into the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from graphhunt.cli.accounting import commonest, words
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import clocks_words, json_out, line, message, progress, prose
from graphhunt.plain import counted

MOST_WARNINGS = 3
"""Files that are named one by one where they have the same warning."""


@command
def run(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, folders and archives.", show_default=False)],
    format: Annotated[str | None, typer.Option("--format", help="Loader to use for all files; see 'plugins'.")] = None,
    strict: Annotated[bool, typer.Option(help="Stop at the first damaged record or unknown file.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name every file that has a warning.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Load files, folders and archives; loading again changes nothing."""
    with open_case(context, workspace, db) as hunt, progress() as tell:
        report = hunt.load(paths, format=format, strict=strict, progress=tell)
    _warn(report["warnings"], verbose=verbose)
    if json:
        json_out(report)
    else:
        _show(report)
    if report["files"] == 0 and report["files_rejected"]:
        raise typer.Exit(1)


def _warn(warnings: list[dict[str, Any]], *, verbose: bool) -> None:
    """Write the warnings, those of one reason as one line where they are many."""
    alike: dict[str, list[str]] = {}
    for warning in warnings:
        alike.setdefault(warning["reason"], []).append(warning["file"])
    for reason, files in alike.items():
        shown = files if verbose or len(files) <= MOST_WARNINGS else files[:1]
        more = f", and {len(files) - 1:,} files more (--verbose names them)" if len(shown) < len(files) else ""
        for file in shown:
            message(f"warning: {file}{more}: {reason}")


def _show(report: dict[str, Any]) -> None:
    skipped = sum(report["events_skipped"].values())
    line(f"{counted(report['events_read'], 'event')} read from {counted(report['files'], 'file')}"
         f" in {report['seconds']:.1f} s ({report['events_per_second']:,} events/s)")  # fmt: skip
    if report["reread"]:
        line(f"{counted(report['reread'], 'record')} of older loaders read again")
    line(f"  {report['events_loaded']:,} loaded, {skipped:,} skipped, {report['events_rejected']:,} rejected")
    for _, text in commonest(report["events_skipped"], "skipped"):
        line(text)
    for text in words(report["accounting"], skipped=False):
        line(text)
    nodes, relationships = sum(report["nodes"].values()), sum(report["relationships"].values())
    line(f"The graph has {counted(nodes, 'node')} and {counted(relationships, 'relationship')}:")
    for part in ("nodes", "relationships"):
        prose(", ".join(f"{count:,} {name}" for name, count in report[part].items()), "  ")
    for text in clocks_words(report):
        line(f"{text}; see: graphhunt coverage")
