"""AbuseIPDB: reports of abuse by an address within 90 days.

References:
    https://docs.abuseipdb.com/#check-endpoint
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity
from graphhunt.toolbox.intel.kinds import ADDRESSES
from graphhunt.toolbox.intel.provider import Provider, number, part
from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_SHOWN = (
    "abuseConfidenceScore", "totalReports", "numDistinctUsers", "lastReportedAt", "isWhitelisted", "countryCode",
    "usageType", "isp", "domain", "hostnames", "isTor",
)  # fmt: skip


class AbuseIpdb(Provider):
    """AbuseIPDB."""

    name = "AbuseIPDB"
    about = "AbuseIPDB: reports of abuse by addresses"
    kinds = ADDRESSES
    limit = Limit(60, 60, 1000)

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask for the reports on an address."""
        reply = await client.get(
            "https://api.abuseipdb.com/api/v2/check", headers={"Key": self._keys["key"]},
            params={"ipAddress": asked.safe, "maxAgeInDays": "90"},
        )  # fmt: skip
        told = part(reply.data, "data")
        if reply.status == 404 or not isinstance(told, dict):
            return NOTHING
        score, reports = number(told.get("abuseConfidenceScore")), number(told.get("totalReports"))
        severity = Severity.HIGH if score >= 75 else Severity.WARNING if score >= 25 else Severity.INFORMATION
        reference = f"https://www.abuseipdb.com/check/{asked.safe}"
        return Answer(
            score > 0 or reports > 0, severity, {name: told.get(name) for name in _SHOWN}, reference, reply.data
        )


PROVIDER = AbuseIpdb
"""The provider."""
