"""`graphhunt coverage`: what the loaded logs can show, and what they can't."""

from __future__ import annotations

from typing import Any

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import clocks_apart, corrected_words, drifted, json_out, line, message, skew_words
from graphhunt.plain import counted


@command
def run(
    context: typer.Context, json: JsonOption = False, workspace: WorkspaceOption = None, db: DbOption = None
) -> None:
    """Show per machine which channels are loaded, from when to when, and the blind spots."""
    with open_case(context, workspace, db) as hunt:
        found = hunt.coverage()
    if json:
        json_out(found)
        return
    if "reason" in found:
        message(found["reason"])
    for machine in found["machines"]:
        _show(machine)
    for place in found["unseen"]:
        line(f"{place['machine']}: {place['effect']}")
    for row in found["corrected"]:
        line(corrected_words(row))
    apart = clocks_apart(found["clock_skew"])
    for pair in [*apart, *(pair for pair in found["clock_skew"] if drifted(pair) and pair not in apart)]:
        line(skew_words(pair))


def _show(machine: dict[str, Any]) -> None:
    line(f"{machine['machine']}  {machine['first']} to {machine['last']}")
    for channel in machine["channels"]:
        line(f"  {channel['channel']}: {counted(channel['events'], 'event')} in {counted(channel['hours'], 'hour')}")
    for what, effect in machine["missing"].items():
        line(f"  no {what}: {effect}")
    for time in machine["cleared"]:
        line(f"  a log was cleared at {time}: what it held before is lost")
    for gap in machine["silent"][:5]:
        line(f"  silent from {gap['start']} to {gap['end']}")
    if len(machine["silent"]) > 5:
        line(f"  and {len(machine['silent']) - 5} more silent times")
