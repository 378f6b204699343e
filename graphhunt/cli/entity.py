"""`graphhunt entity`: one entity with its properties and relations."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, table
from graphhunt.times import dated

_WORDS = "search"
"""Its names once more, in lower case, for looking things up."""


@command
def run(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="user, machine, process, file, ip, domain …", show_default=False)],
    id: Annotated[str, typer.Argument(help="Its id, or a name that only one has.", show_default=False)],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Show an entity: properties, and how many relations of each type it has."""
    with open_case(context, workspace, db) as hunt:
        found = hunt.entity(kind, id)
    if json:
        json_out(dated(found))
        return
    line(f"{found['kind']} {found['label']}")
    properties = found.get("properties", {})
    table(("property", "value"), [(name, _shown(value)) for name, value in dated(properties).items() if name != _WORDS])
    rows = [
        (
            row["relation"],
            "to" if row["outgoing"] else "from",
            row["neighbour_kind"],
            row["relationships"],
            row["neighbours"],
        )
        for row in found["relations"]
    ]
    table(("relation", "direction", "kind", "relations", "entities"), rows)


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(item) for item in value) if isinstance(value, list) else value
