"""Pulsedive: risk and threats of an indicator.

References:
    https://pulsedive.com/api/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.errors import WireError
from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity
from graphhunt.toolbox.intel.kinds import ADDRESSES
from graphhunt.toolbox.intel.provider import Provider, part, some
from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_RISKS = {
    "critical": Severity.HIGH, "high": Severity.HIGH, "medium": Severity.WARNING, "low": Severity.INFORMATION,
    "none": Severity.INFORMATION,
}  # fmt: skip


class Pulsedive(Provider):
    """Pulsedive."""

    name = "Pulsedive"
    about = "Pulsedive: risk and threats"
    kinds = frozenset({*ADDRESSES, "dns", "hostname", "url"})
    limit = Limit(10, 60, 50)

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask for an indicator; one that isn't known is not found."""
        params = {"indicator": asked.safe, "key": self._keys["key"]}
        reply = await client.get("https://pulsedive.com/api/info.php", params=params)
        error = part(reply.data, "error")
        if reply.status == 404 or (error and "not found" in str(error).lower()):
            return NOTHING
        if error:
            raise WireError("the provider answered with an error")
        risk = str(part(reply.data, "risk") or "")
        details = {
            "risk": risk, "type": part(reply.data, "type"), "stamp_seen": part(reply.data, "stamp_seen"),
            "threats": [part(each, "name") for each in some(part(reply.data, "threats"))],
            "riskfactors": [part(each, "description") for each in some(part(reply.data, "riskfactors"))],
        }  # fmt: skip
        iid = part(reply.data, "iid")
        reference = f"https://pulsedive.com/indicator/?iid={iid}" if isinstance(iid, int) else ""
        return Answer(bool(risk), _RISKS.get(risk, Severity.UNKNOWN), details, reference, reply.data)


PROVIDER = Pulsedive
"""The provider."""
