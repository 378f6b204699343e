"""`graphhunt paths`: time-respecting attack paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from graphhunt.cli.caveats import show_caveats
from graphhunt.cli.context import DbOption, JsonOption, VerboseOption, WorkspaceOption, command, open_case
from graphhunt.cli.hunt import proof_words
from graphhunt.cli.show import json_out, line, message, prose
from graphhunt.graph.weights import CHOSEN


@command
def run(  # the options are the contract's
    context: typer.Context,
    from_: Annotated[str | None, typer.Option("--from", help="Machine or address to begin at.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Machine or address to end at.")] = None,
    user: Annotated[str | None, typer.Option("--user", help="Keep paths with a hop by this account.")] = None,
    since: Annotated[str | None, typer.Option(help="Earliest logon, ISO 8601 (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Latest logon, ISO 8601 (UTC).")] = None,
    max_hops: Annotated[int, typer.Option(min=1, help="Most hops of a path.")] = 6,
    max_dwell: Annotated[str, typer.Option(help="Longest stay on a machine between two hops.")] = "24h",
    skew: Annotated[str, typer.Option(help="Tolerance for clocks that differ.")] = "0s",
    within_session: Annotated[
        bool, typer.Option("--within-session", help="Leave a machine only while the session that arrived is open.")
    ] = False,
    min_certainty: Annotated[
        float, typer.Option(min=0, max=1, help="Least certainty of a logon's source: 0.4 takes what is only possible.")
    ] = CHOSEN,
    rank: Annotated[
        bool,
        typer.Option("--rank", help="Say of each hop its class, chain and why; the order is the hunt's either way."),
    ] = False,
    edges: Annotated[
        str, typer.Option("--edges", help="observed logons, possible rights of a loaded directory, or both.")
    ] = "observed",
    scanners: Annotated[str | None, typer.Option(help="Machines that scan, with commas: suppressed by name.")] = None,
    help_desk: Annotated[str | None, typer.Option(help="Accounts of the help desk, likewise.")] = None,
    k: Annotated[int, typer.Option("--k", min=1, help="Most paths to list.")] = 20,
    verbose: VerboseOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Find chains of remote logons in which every hop follows the one before it in time, in the hunt's order."""
    with open_case(context, workspace, db) as hunt:
        found = hunt.paths(
            from_=from_,
            to=to,
            user=user,
            since=since,
            until=until,
            max_hops=max_hops,
            max_dwell=max_dwell,
            k=k,
            skew=skew,
            within_session=within_session,
            min_certainty=min_certainty,
            rank=rank,
            scanners=scanners,
            help_desk=help_desk,
            edges=edges,
        )
    if json:
        json_out(found)
        return
    for number, path in enumerate(found["paths"], 1):
        _show(number, path)
    if not found["paths"]:
        message(found["reason"])
    show_caveats(found, verbose=verbose, more="raise --k or narrow the search")


def _show(number: int, path: dict[str, Any]) -> None:
    names = [path["hops"][0]["from"], *(hop["to"] for hop in path["hops"])]
    line(f"{number}. {' -> '.join(names)}   {_place(path)}")
    for hop in path["hops"]:
        how = _how(hop)
        if hop["kind"] == "possible":
            line(f"   possible  {hop['from']} -> {hop['to']}  {hop['user'] or ''}  {how}")
            continue
        source = "" if hop["confidence"] == "observed" else f", source {hop['confidence']}"
        line(f"   {hop['start']}  {hop['from']} -> {hop['to']}  {hop['user']}  {how}{source}")
        klass = f"class {hop['class']}, " if hop.get("class") else ""
        unscored = "" if hop.get("scored", True) else "not scored by the hunt, "
        line(f"      {klass}{unscored}{proof_words(hop)}")
        for text in _doubts(hop):
            prose(text, "      ")
    for reason in path["reasons"]:
        prose(f"why: {reason}", "   ")


def _place(path: dict[str, Any]) -> str:
    """Say what gives a path its place: its score, without a baseline its class."""
    klass = f"class {path['class']}" if path.get("class") else ""
    if path["score"] is None:
        return klass or "not scored"
    return f"{klass}, score {path['score']:.2f}" if klass else f"score {path['score']:.2f}"


def _how(hop: dict[str, Any]) -> str:
    if hop["technique"]:
        return f"{hop['technique']} {hop['technique_name']}"
    if hop["technique_name"]:
        return str(hop["technique_name"])
    return "logon" if hop["logon_type"] is None else f"logon type {hop['logon_type']}"


def _doubts(hop: dict[str, Any]) -> Iterator[str]:
    """Say what led to a hop and whether that is proved, and what else than its technique it may have been."""
    if hop["cause_how"] not in {None, "none"}:
        switched = "; another account's credentials were used" if hop["credential_switch"] else ""
        yield f"led to by: {hop['cause_reason']} ({'proved' if hop['cause_proved'] else 'inferred'}){switched}"
    if hop["alternatives"] and hop["technique_level"] != "clear":
        yield f"or it was: {', '.join(hop['alternatives'])}"
