"""GreyNoise Community: whether an address scans the internet, or is a known service.

References:
    https://docs.greynoise.io/reference/get_v3-community-ip
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity
from graphhunt.toolbox.intel.provider import Provider, part
from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_SEVERITIES = {
    "malicious": Severity.HIGH, "suspicious": Severity.WARNING, "unknown": Severity.WARNING,
    "benign": Severity.INFORMATION,
}  # fmt: skip
_SHOWN = ("noise", "riot", "classification", "name", "last_seen", "message")


class GreyNoise(Provider):
    """GreyNoise."""

    name = "GreyNoise"
    about = "GreyNoise Community: scanners of the internet and known services"
    kinds = frozenset({"ipv4"})
    limit = Limit(10, 60, 50)

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask for an address; one that was not observed is not found."""
        url = f"https://api.greynoise.io/v3/community/{asked.safe}"
        reply = await client.get(url, headers={"key": self._keys["key"]})
        if reply.status == 404:
            return NOTHING
        word = str(part(reply.data, "classification") or "")
        details = {name: part(reply.data, name) for name in _SHOWN}
        severity = _SEVERITIES.get(word, Severity.UNKNOWN)
        return Answer(bool(word), severity, details, str(part(reply.data, "link") or ""), reply.data)


PROVIDER = GreyNoise
"""The provider."""
