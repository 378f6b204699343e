"""`graphhunt hunt NAME`: run one of the hunts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.assignments import assignments, with_files
from graphhunt.cli.context import DbOption, JsonOption, VerboseOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, prose, table
from graphhunt.questions.question import Wishes


@command
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A hunt as `graphhunt hunts` lists it.", show_default=False)],
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", help="Parameter as NAME=VALUE; NAME=@FILE takes a file's text."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most findings or rows to list.", show_default=False)] = None,
    write: Annotated[bool, typer.Option(help="Write findings to the graph as lm_ properties.")] = True,
    verbose: VerboseOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Run a hunt: lateral-movement lists chains with reasons and records; a question of the library lists rows."""
    given = with_files(assignments(param or []))
    with open_case(context, workspace, db) as hunt:
        found = hunt.ask(name, given, Wishes(limit, write), "hunt", "entity")
    if json:
        json_out(found)
    elif "findings" in found:
        _show_findings(found, verbose=verbose)
    else:
        table(found["columns"], [[_cell(row[column]) for column in found["columns"]] for row in found["rows"]])
        if "reason" in found:
            message(found["reason"])
    if found["truncated"]:
        message("more exist; raise --limit")


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("name") or value.get("id")
    return ", ".join(str(_cell(item)) for item in value) if isinstance(value, list) else value


def _show_findings(found: dict[str, Any], *, verbose: bool) -> None:
    for finding in found["findings"]:
        show_finding(finding)
    show_blind_spots(found, verbose=verbose)
    if "reason" in found:
        message(found["reason"])
    show_scope(found)
    if "run" in found:
        message(f"lm_ properties of {found['written']:,} logons written as {found['run']}")
    show_suppressed(found["suppressed"])
    for note in found["notes"]:
        message(note)


def show_scope(found: dict[str, Any]) -> None:
    """Say what was scored, and what a score means where any is shown."""
    from graphhunt.lateral.scope import scope_words

    scope = found.get("scope")
    for text in scope_words(scope) if scope else ():
        message(text)
    meaning = scope["meaning"] if scope else found.get("meaning")
    if meaning and (found.get("findings") or found.get("paths")):
        message(meaning)


def show_suppressed(suppressed: list[dict[str, Any]]) -> None:
    """Name the suppression lists that applied."""
    for one in suppressed:
        message(
            f"suppressed by the list '{one['list']}': {one['logons']:,} logons, highest score "
            f"{one['highest_score']:.1f} ({one['reason']})"
        )


def show_finding(finding: dict[str, Any]) -> None:
    """Write one chain as text."""
    p = "" if finding["p"] is None else f", p {finding['p']:.2g}"
    mark = ", significant" if finding["significant"] else ""
    techniques = ", ".join(finding["techniques"])
    head = f"{finding['rank']}. chain {finding['chain_id']}, class {finding['class']}, score {finding['score']:.1f}"
    line(f"{head}{p}{mark}  {techniques}")
    line(f"   {finding['reasons'][0]}")
    for hop in finding["hops"]:
        line(f"   {hop['start']}  {hop['from']} -> {hop['to']}  {hop['user']}  {', '.join(hop['techniques'])}")
        line(f"      class {hop['class']}, logon {hop['logon_id']}; {evidence_words(hop)}")
        for reason in hop["reasons"]:
            prose(f"why: {reason}", "      ")


def evidence_words(hop: dict[str, Any]) -> str:
    """Say how many records prove a hop, and the first of them."""
    records = hop["evidence"]
    return f"{len(records)} records, first {records[0]}" if records else "no record"


def show_blind_spots(found: dict[str, Any], *, verbose: bool = False) -> None:
    """Say in one line what could not be seen of an answer's machines; with `verbose`, a line for each thing."""
    if not found["not_seen"]:
        return
    more = "" if verbose else "; see --verbose, or: graphhunt coverage"
    message(f"not seen: {found['not_seen']}{more}")
    times: dict[tuple[str, str], list[str]] = {}
    for spot in found["blind_spots"] if verbose else ():
        when = f"{spot['start'][:16]} to {spot['end'][:16]}" if spot["start"] else ""
        times.setdefault((spot["machine"], spot["effect"]), []).append(when)
    for (machine, effect), spans in times.items():
        message(f"  {machine}: {effect}{': ' if spans[0] else ''}{', '.join(spans)}")
