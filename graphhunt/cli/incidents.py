"""`graphhunt incidents`: what belongs together of an intrusion, best first, or one of them told step by step."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.case.incident_work import IncidentWork
from graphhunt.cli.context import DbOption, JsonOption, VerboseOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, prose, table
from graphhunt.errors import UsageError
from graphhunt.incidents.casework import work_words
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
    every: Annotated[bool, typer.Option("--all", help="Also those that are closed or benign.")] = False,
    name: Annotated[str | None, typer.Option(help="Call the incident ID so.", show_default=False)] = None,
    assignee: Annotated[str | None, typer.Option(help="Who works on the incident ID.", show_default=False)] = None,
    status: Annotated[
        str | None, typer.Option(help="How far that is: new, in_work or closed.", show_default=False)
    ] = None,
    verdict: Annotated[
        str | None, typer.Option(help="What it is: malicious, benign or unclear.", show_default=False)
    ] = None,
    note: Annotated[str | None, typer.Option(help="Why; kept with the verdict.", show_default=False)] = None,
    undo: Annotated[
        str | None, typer.Option(help="Take this statement back, which --history lists.", show_default=False)
    ] = None,
    history: Annotated[bool, typer.Option(help="List who stated what of the incident ID, and when.")] = False,
    author: Annotated[
        str | None, typer.Option(help="Who says so; by default the system's user.", show_default=False)
    ] = None,
    write: Annotated[bool, typer.Option(help="Write them to the graph as incident_ properties.")] = False,
    verbose: VerboseOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """List incidents: acts joined by what caused what, ranked by one score; with an ID tell one step by step.

    With a name, assignee, status or verdict that is stated of the incident ID; an empty text takes it back.
    """
    said = {"name": name, "assignee": assignee, "status": status, "verdict": verdict, "note": note}
    if undo is not None or history or any(value is not None for value in said.values()):
        with open_case(context, workspace, db) as hunt:
            _work(hunt.casework, incident, said, undo, author, json)
        return
    asked = {"since": since, "until": until, "budget": budget, "cut": cut, "id": incident, "all": every or None}
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


def _work(
    casework: IncidentWork, incident: str | None, said: dict[str, str | None], undo: str | None, author: str | None,
    json: bool,
) -> None:  # fmt: skip
    """State something of an incident, take that back, or list what was stated."""
    if undo is not None:
        row = casework.undo(undo, author=author)
        json_out(row) if json else line(f"{row['id']} is undone")
        return
    if incident is None:
        raise UsageError("no incident is named", hint="graphhunt incidents lists them with their ids")
    if all(value is None for value in said.values()):
        rows = casework.history(incident)
        json_out({"changes": rows}) if json else _show_history(rows)
        return
    work = casework.state(incident, said, author=author)
    if json:
        json_out(work)
        return
    prose(f"kept as {work['change']}; graphhunt incidents --undo {work['change']} takes it back")
    prose(work_words(work))


def _show_history(rows: list[dict[str, Any]]) -> None:
    if not rows:
        line("nobody has stated anything of it")
        return
    told = (", ".join(f"{field}: {text}" for field, text in row["said"].items()) for row in rows)
    table(
        ("id", "time", "author", "said", "state"),
        ([row["id"], row["time"], row["author"], text, "" if row["holds"] else f"undone by {row['undone_by']}"]
         for row, text in zip(rows, told, strict=True)),
    )  # fmt: skip


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
    held, scope, done = found["held_back"], found["scope"], found["left_out"]
    said = [found["reason"]] if "reason" in found else []
    if held:
        said.append(f"{counted(held, 'more incident')} over the line held back; raise --budget")
    if done:
        why = ", ".join(f"{number} {reason}" for reason, number in done.items())
        said.append(f"{counted(sum(done.values()), 'incident')} left out: {why}; --all lists them")
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
    if words := work_words(item["work"]):
        prose(words, "   ")
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
        proof = f"{counted(step['evidence']['total'], 'record')}, first {step['evidence']['ids'][0]}"
        line(f"        {proof}" + (f"; not malicious: graphhunt links benign {step['id']}" if step["leads"] else ""))
    for link in told["links"]:
        if link["confidence"] in _UNDONE_BY:
            said = plain(link["sentence"]) if "sentence" in link else f"inferred: {link['reason']}"
            prose(said + (f"; {_UNDONE_BY[link['confidence']]} {link['id']}" if link["id"] else ""), "   ")


_UNDONE_BY = {"inferred": "cut with: graphhunt links cut", "by hand": "undo with: graphhunt links undo"}
"""How links that no record tells are taken away, by how sure they are."""
