"""`graphhunt config`: the settings in force."""

from __future__ import annotations

from graphhunt.cli.context import JsonOption, command
from graphhunt.cli.show import json_out, table
from graphhunt.settings import MASK, load_settings, settings_table


@command
def run(json: JsonOption = False) -> None:
    """List every setting, its value and where to set it; secrets are masked."""
    known = load_settings()
    rows = []
    for setting in settings_table():
        value = getattr(known, setting.name)
        shown = (MASK if value else "") if setting.secret else value
        rows.append({"name": setting.name, "value": shown, "env": setting.env, "help": setting.help})
    if json:
        json_out({"settings": rows})
        return
    table(("setting", "value", "environment", "meaning"), [tuple(row.values()) for row in rows])
