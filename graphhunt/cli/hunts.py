"""`graphhunt hunts`: which hunts there are."""

from __future__ import annotations

from typing import Annotated

import typer

from graphhunt.cli.context import JsonOption, command
from graphhunt.cli.show import json_out, line
from graphhunt.errors import UsageError


@command
def run(
    name: Annotated[str | None, typer.Argument(help="Show only this one.", show_default=False)] = None,
    json: JsonOption = False,
) -> None:
    """List the hunts with their parameters and ATT&CK techniques."""
    from graphhunt.hunts.library import hunt_named, hunts

    found = [hunt_named(name)] if name else hunts()
    if not found:
        raise UsageError("there are no hunts")
    if json:
        json_out({"hunts": [info.describe() for info in found]})
        return
    for info in found:
        attack = f"  [{', '.join(info.attack)}]" if info.attack else ""
        line(f"{info.name}: {info.title}{attack}")
        for parameter in info.parameters if name or not info.columns else ():
            default = "required" if parameter.required else f"= {parameter.default}"
            line(f"  {parameter.name} ({parameter.type}) {default}  {parameter.help}".rstrip())
