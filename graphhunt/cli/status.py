"""`graphhunt status`: what the workspace holds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.accounting import file_rows, older_words, words
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import clocks_words, doubt_words, json_out, line, prose, table
from graphhunt.plain import counted


@command
def run(
    context: typer.Context,
    digest: Annotated[bool, typer.Option("--digest", help="Compute the canonical digest of the graph.")] = False,
    problems: Annotated[bool, typer.Option("--problems", help="List what records say that can't be.")] = False,
    files: Annotated[bool, typer.Option("--files", help="Say of each file what became of its records.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Show what is loaded: events, files, nodes, relationships."""
    with open_case(context, workspace, db) as hunt:
        state = hunt.status(digest=digest, problems=problems, files=files)
    if json:
        json_out(state)
        return
    line(f"workspace {state['workspace']}, engine {state['engine']}")
    line(f"{counted(state['events'], 'event')} from {counted(state['files'], 'file')}, {state['rejected']:,} rejected")
    _records(state, files=files)
    for part in ("nodes", "relationships"):
        prose(f"{part}: " + (", ".join(f"{count:,} {name}" for name, count in state[part].items()) or "none"))
    for text in clocks_words(state):
        line(f"{text}; see: graphhunt coverage")
    _doubts(state, listed=problems)
    for query in state["queries"]:
        how = "was asked to end and still runs" if query["ending"] else "runs"
        line(f"query of {query['who']} since {query['since']}: {how}")
    for name in ("reason", "digest"):
        if name in state:
            line(f"{name}: {state[name]}")
    if said := state.get("statements"):
        line(f"{counted(said['count'], 'statement')} of analysts about identities: {said['digest']}")


def _doubts(state: dict[str, Any], *, listed: bool) -> None:
    """Print how many doubts there are, or each."""
    for text in doubt_words(state["doubts"]):
        line(text)
    if state["doubts"] and not listed:
        line("see: graphhunt status --problems")
    if not listed:
        return
    if not state["problems"]:
        prose(_none(state))
    for row in state["problems"] or ():
        prose(f"{row['time'] or '-'} {row['subject']}: {row['text']} [{', '.join(row['evidence']) or 'no record'}]")


def _none(state: dict[str, Any]) -> str:
    """Say that there is no problem, and among what was looked; or that nobody has looked yet."""
    if state["problems"] is None:
        return "problems: not looked for, as no graph has been made of the records yet"
    nodes, rels = (sum(state[part].values()) for part in ("nodes", "relationships"))
    return (
        f"problems: none among {counted(nodes, 'node')} and {counted(rels, 'relationship')}: nothing ends before it"
        " starts, acts outside its session or process, or has a name or address that other records deny"
    )


def _records(state: dict[str, Any], *, files: bool) -> None:
    """Write what became of the records; of each file too if that is wanted."""
    found = state["accounting"]
    for text in (*older_words(state["older"]), *words(found)):
        line(text)
    if files:
        columns = ("file", "loader", "read", "drawn", "evidence only", "skipped", "rejected")
        table(columns, file_rows(found.get("files", [])))
