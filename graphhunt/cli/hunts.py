"""`graphhunt hunts`: which hunts there are."""

from __future__ import annotations

from typing import Annotated

import typer

from graphhunt.cli.context import JsonOption, command
from graphhunt.cli.show import json_out, line, message, prose
from graphhunt.questions.registry import question_named, questions


@command
def run(
    name: Annotated[
        str | None, typer.Argument(help="Show only this one, with its parameters.", show_default=False)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also list the questions about single entities that the program asks.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """List the hunts with the ATT&CK techniques they look for."""
    found = [question_named(name, "hunt", "entity")] if name else questions("hunt", "entity")
    if json:
        json_out({"hunts": [info.describe() for info in found]})
        return
    shown = [info for info in found if name or everything or info.kind == "hunt"]
    for info in shown:
        attack = f"  [{', '.join(info.attack)}]" if info.attack else ""
        line(f"{info.name}{attack}")
        prose(info.title, "  ")
        for parameter in info.parameters if name else ():
            default = "required" if parameter.required else f"= {parameter.default}"
            line(f"    {parameter.name} ({parameter.type}) {default}  {parameter.help}".rstrip())
    if not name:
        more = f"{len(found) - len(shown)} questions about single entities: graphhunt hunts --all; "
        message(f"{more if len(shown) < len(found) else ''}parameters of one: graphhunt hunts NAME")
