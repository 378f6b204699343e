"""`graphhunt demo`: a small intrusion, loaded, found and shown."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from graphhunt.cli.caveats import show_caveats
from graphhunt.cli.context import DbOption, JsonOption, command, open_at
from graphhunt.cli.incidents import show_incidents
from graphhunt.cli.load import _show as show_load
from graphhunt.cli.paths import _show as show_path
from graphhunt.cli.serve import serve
from graphhunt.cli.show import json_out, line, message, progress
from graphhunt.lab.generator import generate_demo
from graphhunt.questions.question import Wishes


@command
def run(
    seed: Annotated[int, typer.Option(help="Another seed makes another intrusion.")] = 1,
    serve_page: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the browser workspace after; never with --json.")
    ] = True,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = False,
    json: JsonOption = False,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Keep the demo in this folder.", show_default=False)
    ] = None,
    db: DbOption = None,
) -> None:
    """Write a small intrusion as event logs, load them, find the lateral movement, and show it."""
    folder = workspace or Path(tempfile.mkdtemp(prefix="graphhunt-demo-"))
    try:
        with open_at(folder, db) as hunt:
            message("writing event logs of a small company, with an intrusion in them …")
            generate_demo(hunt.workspace.path / "demo-logs", seed=seed)
            with progress() as tell:
                report = hunt.load(hunt.workspace.path / "demo-logs", progress=tell)
            found = hunt.ask("incidents", {}, Wishes(), "hunt")
            _tell(report, hunt.paths(k=3), found, json=json)
            if serve_page and not json:
                serve(hunt, port, open_browser=open_browser, fragment="#/incidents")
    finally:
        if workspace is None:
            shutil.rmtree(folder, ignore_errors=True)


def _tell(report: dict[str, Any], found: dict[str, Any], incidents: dict[str, Any], *, json: bool) -> None:
    if json:
        listed = {name: incidents[name] for name in ("items", "below", "held_back", "left_out", "scope")}
        json_out({"load": report, **found, "incidents": listed})
        return
    show_load(report)
    line()
    line("The most unusual chains of remote logons:")
    for number, path in enumerate(found["paths"], 1):
        show_path(number, path)
    show_caveats(found, more="graphhunt paths lists more")
    line()
    line("The incidents, best first:")
    show_incidents(incidents)
