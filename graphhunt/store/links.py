"""Which link leads to a database: the server's that an address names, or the workspace's own engine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.store.embedded import EmbeddedLink
from graphhunt.store.server_link import ServerLink

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graphhunt.settings import Settings
    from graphhunt.store.link import Link


def link_to(url: str) -> Callable[[Path, Settings], Link]:
    """Give what connects to a server, or to the embedded engine when the address is empty."""
    if url:
        return lambda workspace, settings: ServerLink(url, settings)
    return EmbeddedLink
