"""AlienVault OTX: the pulses of its community that name an indicator.

References:
    https://otx.alienvault.com/api
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity
from graphhunt.toolbox.intel.kinds import ADDRESSES, HASHES
from graphhunt.toolbox.intel.provider import Provider, number, part, some
from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_SECTIONS = {"ipv4": "IPv4", "ipv6": "IPv6", "dns": "domain", "hostname": "hostname", "url": "url"}
_ROOT = "https://otx.alienvault.com"


class Otx(Provider):
    """AlienVault OTX."""

    name = "OTX"
    about = "AlienVault OTX: pulses of its community"
    kinds = frozenset({*ADDRESSES, *HASHES, "dns", "hostname", "url"})
    subtypes = frozenset({"geo", "passive_dns", "malware", "url_list", "analysis"})
    limit = Limit(100, 60, 10_000)

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask for the general section, or the one named as subtype."""
        section = _SECTIONS.get(asked.kind, "file")
        path = f"/indicator/{section.lower()}/{quote(asked.safe, safe='')}"
        url = f"{_ROOT}/api/v1/indicators/{section}/{quote(asked.safe, safe='')}/{asked.subtype or 'general'}"
        reply = await client.get(url, headers={"X-OTX-API-KEY": self._keys["key"]})
        if reply.status == 404:
            return NOTHING
        if asked.subtype:
            return Answer(True, Severity.INFORMATION, {}, _ROOT + path, reply.data)
        pulses = some(part(reply.data, "pulse_info", "pulses"))
        count = int(number(part(reply.data, "pulse_info", "count"))) or len(pulses)
        if not count:
            return Answer(False, Severity.INFORMATION, {"pulse_count": 0}, _ROOT + path, reply.data)
        details = {
            "pulse_count": count, "names": [part(pulse, "name") for pulse in pulses],
            "tags": [part(pulse, "tags") for pulse in pulses],
            "references": [part(pulse, "references") for pulse in pulses],
        }  # fmt: skip
        return Answer(True, Severity.HIGH if count > 1 else Severity.WARNING, details, _ROOT + path, reply.data)


PROVIDER = Otx
"""The provider."""
