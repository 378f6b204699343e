"""Whether functions of the toolbox may ask the network: only where the user said so."""

from __future__ import annotations

from graphhunt.errors import AccessError
from graphhunt.settings import load_settings


def require_network(what: str, allow_network: bool | None) -> None:
    """Refuse to ask the network unless it is allowed.

    Args:
        what: What would be done, as the error says it.
        allow_network: Whether it may; what the setting `allow_network` says when None.

    Raises:
        AccessError: It may not.
    """
    if not (load_settings().allow_network if allow_network is None else allow_network):
        raise AccessError(f"{what} isn't allowed", hint="give allow_network=True or set GRAPHHUNT_ALLOW_NETWORK")
