"""VirusTotal, version 3: how many engines call an indicator malicious.

References:
    https://docs.virustotal.com/reference/overview
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity
from graphhunt.toolbox.intel.kinds import ADDRESSES, HASHES
from graphhunt.toolbox.intel.provider import Provider, number, part, some
from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

ROOT = "https://www.virustotal.com/api/v3"
_PAGE = "https://www.virustotal.com/gui"
_PAGES = {"ip_addresses": "ip-address", "domains": "domain", "urls": "url", "files": "file"}


class VirusTotal(Provider):
    """VirusTotal."""

    name = "VirusTotal"
    about = "VirusTotal: verdicts of many engines"
    kinds = frozenset({*ADDRESSES, *HASHES, "dns", "hostname", "url"})
    limit = Limit(4, 60, 500)

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask for the object of an indicator."""
        section, name = place(asked.kind, asked.safe)
        reply = await client.get(f"{ROOT}/{section}/{name}", headers={"x-apikey": self._keys["key"]})
        if reply.status == 404:
            return NOTHING
        return _answer(reply.data, f"{_PAGE}/{_PAGES[section]}/{name}")


def place(kind: str, value: str) -> tuple[str, str]:
    """Give the collection an indicator is in, and its name there."""
    if kind in HASHES:
        return "files", value
    if kind in ADDRESSES:
        return "ip_addresses", quote(value, safe="")
    if kind == "url":
        return "urls", base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
    return "domains", quote(value, safe="")


def _answer(data: Any, reference: str) -> Answer:
    told = part(data, "data", "attributes")
    stats = part(told, "last_analysis_stats")
    bad, odd = int(number(part(stats, "malicious"))), int(number(part(stats, "suspicious")))
    engines = sum(int(number(count)) for count in stats.values()) if isinstance(stats, dict) else 0
    details = {
        "verbose_msg": f"{bad} of {engines} engines call it malicious, {odd} suspicious", "positives": bad,
        "suspicious": odd, "total": engines, "reputation": part(told, "reputation"), "tags": some(part(told, "tags")),
        "names": some(part(told, "names")), "scan_date": part(told, "last_analysis_date"),
    }  # fmt: skip
    severity = Severity.HIGH if bad > 1 else Severity.WARNING if bad or odd else Severity.INFORMATION
    return Answer(isinstance(told, dict), severity, details, reference, data)


PROVIDER = VirusTotal
"""The provider."""
