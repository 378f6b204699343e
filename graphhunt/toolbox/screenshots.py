"""Pictures of pages, taken by a browser of this machine: `screenshot` under msticpy's name.

Off unless it is allowed. The browser reaches one host only, at the address that was looked up and found to be a
public one; whatever else the page asks for, redirects included, has no address for it.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from graphhunt.errors import AccessError, LoadError, UsageError
from graphhunt.settings import bare_environment
from graphhunt.toolbox._network import require_network
from graphhunt.toolbox.domain_utils import host_of, url_components

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
"""Programs that are tried; the variable CHROMIUM names another one."""

_SIZE = "1280,1024"
_SECONDS = 60


class Screenshot(NamedTuple):
    """A picture of a page: `content` is a PNG, as a response's would be."""

    content: bytes
    url: str

    def _repr_png_(self) -> bytes:
        return self.content


def screenshot(
    url: str,
    api_key: str | None = None,
    sleep: float = 0.05,
    max_progress: int = 100,
    *,
    allow_network: bool | None = None,
) -> Screenshot:
    """Take a picture of a page with a browser of this machine; no online service sees the URL.

    Args:
        url: An http or https URL, or a domain.
        api_key: Accepted for compatibility: there is no service that needs one.
        sleep: Accepted for compatibility.
        max_progress: Accepted for compatibility.
        allow_network: Whether the page may be fetched; what the setting `allow_network` says when not given.

    Raises:
        AccessError: The network isn't allowed, or the host has an address that isn't a public one.
        UsageError: The text isn't an http or https URL.
        LoadError: There is no browser, the host has no address, or no picture came of it.
    """
    del api_key, sleep, max_progress
    require_network("fetching pages", allow_network)
    parts = url_components(url)
    if parts["scheme"] not in {"", "http", "https"}:
        raise UsageError(f"{url!r} isn't an http or https URL")
    host = host_of(url).lower()
    address = _public_address(host)
    page = url.strip() if parts["scheme"] else f"http://{url.strip()}"
    return Screenshot(_taken(_browser(), page, host, address), page)


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet's, and not of this machine, its network or a special use."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return found.is_global and not found.is_multicast


def _public_address(host: str) -> str:
    """Look a host up; give the first of its addresses when all are public."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise LoadError(f"the host has no address: {error}", where=host) from error
    addresses = [str(one[4][0]) for one in found]
    if refused := [one for one in addresses if not is_public(one)]:
        raise AccessError(f"{refused[0]} isn't a public address", where=host)
    return addresses[0]


def _browser() -> str:
    named = os.environ.get("CHROMIUM", "")
    found = next((path for name in (named, *BROWSERS) if name and (path := shutil.which(name))), None)
    if found is None:
        raise LoadError("there is no browser to take the picture", hint="install Chromium, or name it in CHROMIUM")
    return found


def _taken(browser: str, page: str, host: str, address: str) -> bytes:
    """Run the browser once, in a folder of its own."""
    at = f"[{address}]" if ":" in address else address
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        picture = Path(folder) / "page.png"
        command = [
            browser, "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--disable-extensions",
            "--no-proxy-server", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            f"--user-data-dir={folder}/profile",
            f"--host-resolver-rules=MAP {host} {at}, MAP * ~NOTFOUND", f"--window-size={_SIZE}",
            f"--screenshot={picture}", *(["--no-sandbox"] if os.geteuid() == 0 else []), "--", page,
        ]  # fmt: skip
        try:
            subprocess.run(  # noqa: S603 - the browser found above
                command, env=bare_environment(), capture_output=True, timeout=_SECONDS, check=False, cwd=folder
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LoadError(f"the browser gave no picture: {error}", where=page) from error
        if not picture.is_file():
            raise LoadError("the browser gave no picture", where=page)
        return picture.read_bytes()
