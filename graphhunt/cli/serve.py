"""`graphhunt serve`: the browser workspace."""

from __future__ import annotations

import ipaddress
import secrets
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
import uvicorn

from graphhunt.accounts import Accounts
from graphhunt.api.access import LOOPBACK_HOSTS, PROXY_HINT
from graphhunt.api.app import create_app
from graphhunt.api.bodies import HEAD_BYTES
from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.opening import SECONDS, browser
from graphhunt.cli.show import json_out, line, message
from graphhunt.errors import UsageError
from graphhunt.questions.registry import questions
from graphhunt.sources.loading import loaders

if TYPE_CHECKING:
    from graphhunt.hunt import Hunt

_FOR_REQUESTS = (
    "graphhunt.questions.coverage",
    "graphhunt.store.digest",
    "graphhunt.entities",
    "graphhunt.case.export",
    "graphhunt.evidence.ingest",
    "graphhunt.lateral.paths._frames",
    "graphhunt.store.filled",
    "graphhunt.store.payload",
    "graphhunt.store.sync",
    "networkx",
    "pandas",
    "scipy.sparse",
    "sklearn.cluster",
    "sklearn.decomposition",
    "sklearn.ensemble",
    "sklearn.feature_extraction.text",
)
"""What commands import only when they need it."""


@command
def run(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on; any but loopback needs users.")] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Name by which browsers reach the server.", show_default=False)
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain (PEM).", show_default=False)] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key (PEM).", show_default=False)] = None,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Listen beyond loopback without TLS, such as behind a proxy.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Serve the browser workspace: on this machine with a one-time token, or for the users of the workspace."""
    door = Door(host, port, tuple(allow_host or ()), tls_cert, tls_key, plain_http)
    with open_case(context, workspace, db) as hunt:
        serve(hunt, door, open_browser=open_browser, as_json=json)


class Door(NamedTuple):
    """Where a server listens, and under which names."""

    host: str = "127.0.0.1"
    port: int = 0
    names: tuple[str, ...] = ()
    cert: Path | None = None
    key: Path | None = None
    plain: bool = False

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def check(self, folder: Path) -> None:
        """Refuse to open beyond this machine without users, or without TLS unless that is asked for.

        Raises:
            UsageError: It must not open, with what to do.
        """
        if (self.cert is None) != (self.key is None):
            raise UsageError("--tls-cert and --tls-key belong together")
        if self.local:
            return
        if not _has_admin(folder):
            raise UsageError(
                f"listening on {self.host} needs users, and the workspace has none who is an admin",
                hint="graphhunt users add NAME --role admin",
            )
        if self.cert is None and not self.plain:
            raise UsageError(
                f"listening on {self.host} without TLS would send passwords in the clear",
                hint="give --tls-cert and --tls-key, or --plain-http behind a proxy that has them, whose address "
                "the setting trusted_proxies names",
            )
        if not self.names and self.host in ("0.0.0.0", "::"):  # noqa: S104 - refused, not opened
            raise UsageError("say by which name browsers reach the server", hint="--allow-host NAME")

    def warning(self, proxies: list[str]) -> str | None:
        """Say what such a server will refuse; None if nothing is to be said."""
        if not self.plain or self.cert is not None or proxies:
            return None
        return f"warning: no proxy is trusted, so changes from pages opened through TLS are refused; {PROXY_HINT}"

    def listen(self) -> socket.socket:
        """Open the port.

        Raises:
            UsageError: It can't be opened.
        """
        try:
            family, _, _, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()  # whoever opens the address as soon as it is shown waits, and isn't refused
        except OSError as error:
            raise UsageError(f"can't listen on {self.host} port {self.port}: {error.strerror}") from error
        return listener

    def address(self, listener: socket.socket, token: str | None, fragment: str) -> str:
        """Give the address of the page, with the token where there is one."""
        name = self.names[0] if self.names else f"[{self.host}]" if ":" in self.host else self.host
        query = f"?token={token}" if token else ""
        return f"{'https' if self.cert else 'http'}://{name}:{listener.getsockname()[1]}/{query}{fragment}"


def _has_admin(folder: Path) -> bool:
    accounts = Accounts(folder / "access.db")
    try:
        return any("admin" in user["roles"] and not user["disabled"] for user in accounts.users())
    finally:
        accounts.close()


def serve(
    hunt: Hunt, door: Door | int = 0, *, open_browser: bool = False, fragment: str = "", as_json: bool = False
) -> None:
    """Serve until interrupted.

    Args:
        hunt: What is shown.
        door: Where to listen; a number is a port on loopback.
        open_browser: Open the page.
        as_json: Write the address as JSON.
        fragment: Put behind the address, such as the view to begin with.

    Raises:
        UsageError: The server must not listen there, or can't.
    """
    door = Door(port=door) if isinstance(door, int) else door
    door.check(hunt.workspace.path)
    proxies = trusted(hunt.settings.trusted_proxies)
    if warning := door.warning(proxies):
        message(warning)
    token = secrets.token_urlsafe(32) if door.local else None
    with door.listen() as listener:
        address = door.address(listener, token, fragment)
        with hunt.opening():
            import_for_requests()
        hunt.store  # noqa: B018 - the engine must run before the address is shown
        _show(address, door, as_json=as_json)
        names = {*LOOPBACK_HOSTS, door.host, *door.names}
        page = create_app(hunt, token=token, folder=hunt.workspace.path, hosts=names)
        # A search should not be the first to read a million names.
        threading.Thread(target=page.state.names.take, args=(hunt.snapshot,), daemon=True).start()
        config = server_config(page, door, proxies)

        def opening(used: Callable[[], None]) -> str:
            code = page.state.access.new_link_token(SECONDS, used) if door.local else None
            return door.address(listener, code, fragment)

        with browser(hunt.workspace.path, opening) if open_browser else nullcontext():
            server = uvicorn.Server(config)
            page.state.ending = lambda: server.should_exit
            server.run(sockets=[listener])


def server_config(page: Any, door: Door, proxies: list[str]) -> uvicorn.Config:
    """Say how the server runs: no log of addresses, bounded heads, and nobody's word on who they are but a proxy's."""
    return uvicorn.Config(
        page, log_config=None, log_level="warning", access_log=False, server_header=False,
        ssl_certfile=door.cert, ssl_keyfile=door.key,
        http="h11", h11_max_incomplete_event_size=HEAD_BYTES,
        proxy_headers=bool(proxies), forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=3,  # whoever watches a job would hold the server up
    )  # fmt: skip


def trusted(proxies: str) -> list[str]:
    """Read the addresses and networks of trusted proxies.

    Raises:
        UsageError: One is neither.
    """
    found = [item.strip() for item in proxies.split(",") if item.strip()]
    for item in found:
        try:
            ipaddress.ip_network(item)
        except ValueError:
            raise UsageError(f"the setting trusted_proxies has {item!r}, which is no address or network") from None
    return found


def import_for_requests() -> None:
    """Import what requests use: they run on many threads, which must not race for modules that are half made."""
    for name in _FOR_REQUESTS:
        import_module(name)
    questions()
    loaders()


def _show(address: str, door: Door, *, as_json: bool) -> None:
    if as_json:
        json_out({"url": address})
    else:
        line(address)
    sys.stdout.flush()
    message(f"serving {'on this machine only' if door.local else 'the users of this workspace'}; Ctrl+C ends it")
