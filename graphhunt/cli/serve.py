"""`graphhunt serve`: the browser workspace."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message

if TYPE_CHECKING:
    from graphhunt.hunt import Hunt


@command
def run(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Serve the browser workspace on this machine; prints the address with its one-time token."""
    with open_case(context, workspace, db) as hunt:
        serve(hunt, port, open_browser=open_browser, as_json=json)


def serve(hunt: Hunt, port: int = 0, *, open_browser: bool = False, fragment: str = "", as_json: bool = False) -> None:
    """Serve until interrupted, on loopback only.

    Args:
        hunt: What is shown.
        port: Port; 0 takes a free one.
        open_browser: Open the page.
        as_json: Write the address as JSON.
        fragment: Put behind the address, such as the view to begin with.
    """
    import secrets
    import socket

    import uvicorn

    from graphhunt.api.app import create_app

    token = secrets.token_urlsafe(32)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/?token={token}{fragment}"
    hunt.store  # noqa: B018 - start the engine before the address is shown
    if as_json:
        json_out({"url": address})
    else:
        line(address)
    sys.stdout.flush()
    message("serving on this machine only; Ctrl+C ends it")
    if open_browser:
        import webbrowser

        webbrowser.open(address)
    page = create_app(hunt, token=token, folder=hunt.workspace.path)
    config = uvicorn.Config(
        page, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run(sockets=[listener])
