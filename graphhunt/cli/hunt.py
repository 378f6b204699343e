"""`graphhunt hunt NAME`: run one of the hunts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.assignments import assignments, with_files
from graphhunt.cli.caveats import show_caveats
from graphhunt.cli.context import DbOption, JsonOption, VerboseOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, prose, table
from graphhunt.plain import counted
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
    mode: Annotated[
        str | None,
        typer.Option(help="Of lateral-movement: case, monitor or auto (the default).", show_default=False),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(min=1, help="Of lateral-movement: units shown for each scored day (9).", show_default=False),
    ] = None,
    write: Annotated[bool, typer.Option(help="Write findings to the graph as lm_ properties.")] = True,
    verbose: VerboseOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Run a hunt: lateral-movement lists chains with reasons and records; a question of the library lists rows."""
    asked = {"mode": mode, "budget": budget}
    given = with_files(assignments(param or [])) | {name: value for name, value in asked.items() if value is not None}
    with open_case(context, workspace, db) as hunt:
        found = hunt.ask(name, given, Wishes(limit, write), "hunt", "entity")
    if json:
        json_out(found)
    elif "findings" in found:
        _show_findings(found, verbose=verbose)
    else:
        table(found["columns"], [[_cell(row[column], column) for column in found["columns"]] for row in found["rows"]])
        if "reason" in found:
            message(found["reason"])
        if found["truncated"]:
            message("more exist; raise --limit")


_RECORDS = ("evidence", "event_ids")
"""Columns of the ids of records."""

_MOST = 160
"""Characters of a cell that a table shows; `--json` gives all."""


def _cell(value: Any, column: str = "") -> Any:
    """Give a value as text; of records the first and how many more, so that no row is as high as a page."""
    if isinstance(value, dict):
        return value.get("name") or value.get("id")
    if isinstance(value, str) and len(value) > _MOST:
        return f"{value[:_MOST]} … and {len(value) - _MOST:,} characters more"
    if not isinstance(value, list):
        return value
    if column in _RECORDS and len(value) > 1:
        return f"{value[0]}, {len(value) - 1} more"
    return ", ".join(str(_cell(item)) for item in value)


def _show_findings(found: dict[str, Any], *, verbose: bool) -> None:
    for finding in found["findings"]:
        show_finding(finding)
    if "reason" in found:
        message(found["reason"])
    show_caveats(found, verbose=verbose, more="raise --limit")


def show_finding(finding: dict[str, Any]) -> None:
    """Write one chain as text."""
    p = "" if finding["p"] is None else f", p {finding['p']:.2g}"
    mark = ", significant" if finding["significant"] else ""
    score = "" if finding["score"] is None else f", score {finding['score']:.1f}"
    techniques = ", ".join(finding["techniques"])
    head = f"{finding['rank']}. chain {finding['chain_id']}, class {finding['class']}{score}{p}{mark}"
    line(f"{head}  {techniques}")
    line(f"   {finding['class_meaning']}")
    line(f"   {finding['reasons'][0]}")
    for hop in finding["hops"]:
        line(f"   {hop['start']}  {hop['from']} -> {hop['to']}  {hop['user']}  {', '.join(hop['techniques'])}")
        line(f"      class {hop['class']}, {p_words(hop)}{proof_words(hop)}")
        for reason in hop["reasons"]:
            prose(f"why: {reason}", "      ")
    if finding["more_units"]:
        line(f"   + {finding['more_units']:,} more of the same actor")


def p_words(hop: dict[str, Any]) -> str:
    """Say the p-value of a hop's unit and the one among its kind, with a warning where they tell different things."""
    if hop["p"] is None:
        return ""
    kind = "" if hop["kind_p"] is None else f" ({hop['kind_p']:.2g} among its kind)"
    return f"p {hop['p']:.2g}{kind}{', which differ: take neither alone' if hop['p_differs'] else ''}, "


def proof_words(hop: dict[str, Any]) -> str:
    """Say the id of a hop's logon, where its logs have such ids, how many records prove it, and the first of them."""
    records = hop["evidence"]
    logon = f"logon {hop['logon_id']}; " if hop["logon_id"] else ""
    return f"{logon}{counted(len(records), 'record')}, first {records[0]}" if records else f"{logon}no record"
