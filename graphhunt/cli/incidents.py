"""`graphhunt incidents`: what belongs together of an intrusion, best first, or one of them told step by step."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.context import DbOption, JsonOption, VerboseOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, prose
from graphhunt.incidents.sentences import plain
from graphhunt.plain import counted
from graphhunt.questions.question import Wishes


@command
def run(
    context: typer.Context,
    incident: Annotated[
        str | None, typer.Argument(help="Tell this one step by step: its id, an older id, or an act's.", metavar="[ID]")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Evidence from this time on, ISO 8601 (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Evidence before this time.")] = None,
    budget: Annotated[
        int | None, typer.Option(min=1, help="Units of reading per day of records.", show_default="9")
    ] = None,
    cut: Annotated[
        str | None, typer.Option(help="Leave out these inferred joins this once, by id, with commas.")
    ] = None,
    write: Annotated[bool, typer.Option(help="Write them to the graph as incident_ properties.")] = False,
    verbose: VerboseOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """List incidents: acts joined by what caused what, ranked by one score; with an ID tell one step by step."""
    asked = {"since": since, "until": until, "budget": budget, "cut": cut, "id": incident}
    with open_case(context, workspace, db) as hunt:
        given = {name: value for name, value in asked.items() if value is not None}
        found = hunt.ask("incidents", given, Wishes(write=write), "hunt")
    if json:
        json_out(
            found["incident"] if incident else {key: found[key] for key in found if key not in ("rows", "columns")}
        )
    elif incident:
        _show_story(found["incident"])
    else:
        show_incidents(found, verbose=verbose)


def show_incidents(found: dict[str, Any], *, verbose: bool = False) -> None:
    """Write the list as text: those over the line, then the best below it, and what was looked at."""
    for item in found["items"]:
        _show(item)
    if found["below"]:
        line("Below the line:")
    for item in found["below"]:
        _show(item)
    for text in _caveats(found, verbose=verbose):
        message(text)


def _caveats(found: dict[str, Any], *, verbose: bool) -> list[str]:
    """Say why there is none, what was held back, and what was looked at."""
    held, scope = found["held_back"], found["scope"]
    said = [found["reason"]] if "reason" in found else []
    if held:
        said.append(f"{counted(held, 'more incident')} over the line held back; raise --budget")
    said += found["notes"]
    if not verbose:
        return [*said, "a score orders what to read first; graphhunt incidents ID tells one"]
    looked = ", ".join(f"{number:,} {what}" for what, number in scope["looked_at"].items())
    return [
        *said,
        f"looked at {looked}",
        *(f"not seen: {text}" for text in scope["missing"].values()),
        scope["meaning"],
    ]


def _show(item: dict[str, Any]) -> None:
    line(f"{item['rank']}. incident {item['id']}   score {item['score']:.1f}, class {item['class']}")
    prose(plain(item["title"]), "   ")
    kinds = ", ".join(f"{kind.replace('_', ' ')} {n}" for kind, n in item["kinds"].items())
    line(
        f"   {item['start']} to {item['end']}; {counted(item['acts'], 'act')}, {counted(item['units'], 'unit')} to read"
    )
    prose(f"evidence: {kinds}", "   ")
    if item["consistent_with"]:
        prose(f"consistent with {', '.join(item['consistent_with'])}: seen by network sensors alone", "   ")


def _show_story(told: dict[str, Any]) -> None:
    """Write one incident as text, act by act, each with the first of its records."""
    _show(told)
    line("   score: " + ", ".join(f"{part['what'].replace('_', ' ')} {part['adds']:+.1f}" for part in told["adds"]))
    for sentence in told["not_seen"]:
        prose(f"not seen: {plain(sentence)}", "   ")
    for step in told["steps"]:
        line(f"   {step['time']}  {step['machine']}  {step['account'] or ''}")
        for sentence in step["sentences"]:
            mark = "!" if sentence["lead"] else " "
            prose(f"{mark} {plain(sentence)}", "      ")
        line(f"        {counted(step['evidence']['total'], 'record')}, first {step['evidence']['ids'][0]}")
    for link in told["links"]:
        if link["confidence"] in _UNDONE_BY:
            said = plain(link["sentence"]) if "sentence" in link else f"inferred: {link['reason']}"
            prose(said + (f"; {_UNDONE_BY[link['confidence']]} {link['id']}" if link["id"] else ""), "   ")


_UNDONE_BY = {"inferred": "cut with: graphhunt links cut", "by hand": "undo with: graphhunt links undo"}
"""How links that no record tells are taken away, by how sure they are."""
