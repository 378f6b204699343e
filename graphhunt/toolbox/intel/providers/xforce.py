"""IBM X-Force Exchange: scores of addresses and URLs, and malware by hash.

References:
    https://api.xforce.ibmcloud.com/doc/
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity
from graphhunt.toolbox.intel.kinds import ADDRESSES, HASHES
from graphhunt.toolbox.intel.provider import Provider, number, part
from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_ROOT = "https://api.xforce.ibmcloud.com"
_PAGE = "https://exchange.xforce.ibmcloud.com"
_RISKS = {"high": Severity.HIGH, "medium": Severity.WARNING, "low": Severity.INFORMATION}


class XForce(Provider):
    """IBM X-Force Exchange."""

    name = "XForce"
    about = "IBM X-Force Exchange: reputation of addresses and URLs, malware by hash"
    kinds = frozenset({*ADDRESSES, *HASHES, "dns", "hostname", "url"})
    limit = Limit(10, 10, 160)
    needs = ("id", "key")

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask for the reputation of an address or URL, or the malware of a hash."""
        pair = f"{self._keys['id']}:{self._keys['key']}"
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        value = quote(asked.safe, safe="")
        section = "malware" if asked.kind in HASHES else "ipr" if asked.kind in ADDRESSES else "url"
        reply = await client.get(f"{_ROOT}/{section}/{value}", headers=headers)
        if reply.status == 404:
            return NOTHING
        page = {"ipr": "ip"}.get(section, section)
        reference = f"{_PAGE}/{page}/{value}"
        return _malware(reply.data, reference) if section == "malware" else _scored(reply.data, reference)


def _malware(data: Any, reference: str) -> Answer:
    risk = str(part(data, "malware", "risk") or "")
    families = part(data, "malware", "origins", "external", "family") or part(data, "malware", "family")
    details = {"risk": risk, "family": families, "type": part(data, "malware", "type")}
    return Answer(bool(risk), _RISKS.get(risk.lower(), Severity.UNKNOWN), details, reference, data)


def _scored(data: Any, reference: str) -> Answer:
    """Read a score of 0 to 10; 10 is worst, and null means nobody rated it."""
    found = part(data, "result") or data
    score = part(found, "score")
    details = {
        "score": score, "cats": part(found, "cats"), "reason": part(found, "reason"),
        "reasonDescription": part(found, "reasonDescription"),
    }  # fmt: skip
    if score is None:
        return Answer(False, Severity.UNKNOWN, details, reference, data)
    rated = number(score)
    severity = Severity.HIGH if rated >= 7 else Severity.WARNING if rated >= 4 else Severity.INFORMATION
    return Answer(True, severity, details, reference, data)


PROVIDER = XForce
"""The provider."""
