"""`graphhunt plugins`: the loaders found, and those that failed."""

from __future__ import annotations

from graphhunt.cli.context import JsonOption, command
from graphhunt.cli.show import json_out, table
from graphhunt.sources.loading import plugins


@command
def run(json: JsonOption = False) -> None:
    """List the loaders, where they come from, and why any could not be imported."""
    rows = [
        {
            "name": plugin.name,
            "kind": "loader",
            "target": plugin.target,
            "ok": plugin.error is None,
            "error": plugin.error,
        }
        for plugin in plugins()
    ]
    if json:
        json_out({"plugins": rows})
        return
    table(("name", "kind", "target", "state"), [(r["name"], r["kind"], r["target"], r["error"] or "ok") for r in rows])
