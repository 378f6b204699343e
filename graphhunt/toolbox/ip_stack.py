"""`IPStackLookup`: places of addresses asked of the service ipstack.

References:
    https://ipstack.com/documentation
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from graphhunt.errors import UsageError, WireError
from graphhunt.settings import Settings, load_settings
from graphhunt.toolbox.entities import GeoLocation
from graphhunt.toolbox.geo_lookup import GeoIpLookup
from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity, Status, cleaned
from graphhunt.toolbox.intel.asking import Desk, asked_of
from graphhunt.toolbox.intel.keys import Keys
from graphhunt.toolbox.intel.kinds import ADDRESSES
from graphhunt.toolbox.intel.provider import Provider, part
from graphhunt.toolbox.intel.state import Limit, State
from graphhunt.toolbox.intel.wire import Wire, require_httpx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_ROOT = "https://api.ipstack.com"


class _IpStack(Provider):
    """The service."""

    name = "IPStack"
    about = "ipstack: places of addresses"
    kinds: ClassVar[frozenset[str]] = ADDRESSES
    limit = Limit(5, 1, 3000)

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask for one address."""
        reply = await client.get(f"{_ROOT}/{asked.safe}", params={"access_key": self._keys["key"], "output": "json"})
        if reply.status == 404:
            return NOTHING
        if part(reply.data, "success") is False:
            raise WireError(f"ipstack refused: error {part(reply.data, 'error', 'code')}")
        found = part(reply.data, "latitude") is not None or part(reply.data, "country_code") is not None
        return Answer(found, Severity.INFORMATION, raw=reply.data)


class IPStackLookup(GeoIpLookup):
    """Asks ipstack; private addresses are never sent.

    Args:
        api_key: The key; that of the environment or the file of keys when not given.
        bulk_lookup: Kept for msticpy's sake: addresses are asked for one by one, five at a time, within the budget.
        settings: Settings; nothing is asked while `intel_enabled` is off.
        wire: The client.
        state: Answers and budgets.

    Raises:
        UsageError: There is no key.
    """

    _terms = "The terms are those of ipstack (https://ipstack.com/terms)."

    def __init__(
        self,
        api_key: str | None = None,
        bulk_lookup: bool = False,
        *,
        settings: Settings | None = None,
        wire: Wire | None = None,
        state: State | None = None,
    ) -> None:
        self._settings = settings or load_settings()
        key = {"key": api_key} if api_key else Keys(self._settings.intel_keys or None).of("ipstack", ("key",))
        if key is None:
            raise UsageError("there is no key of ipstack", hint="set GRAPHHUNT_INTEL_IPSTACK_KEY")
        self.bulk_lookup = bulk_lookup
        self._provider = _IpStack(key)
        self._desk = Desk(wire or Wire(), state or State())

    def _places(self, addresses: Sequence[str]) -> dict[str, tuple[Any, GeoLocation]]:
        if not self._settings.intel_enabled:
            raise UsageError("ipstack isn't asked: threat intelligence is off", hint="switch on intel_enabled")
        require_httpx()
        distinct = list(dict.fromkeys(addresses))
        found = self._desk.ask((self._provider, asked_of(address)) for address in distinct)
        return {
            address: (cleaned(result.answer.raw), _location(cleaned(result.answer.raw)))
            for address, result in zip(distinct, found, strict=True)
            if result.status is Status.OK
        }


def _location(raw: Any) -> GeoLocation:
    north, east = part(raw, "latitude"), part(raw, "longitude")
    asn, owner = part(raw, "connection", "asn"), part(raw, "connection", "isp")
    return GeoLocation(
        CountryCode=part(raw, "country_code"), CountryName=part(raw, "country_name"), State=part(raw, "region_name"),
        City=part(raw, "city"), Latitude=float(north) if isinstance(north, int | float) else None,
        Longitude=float(east) if isinstance(east, int | float) else None,
        Asn=f"AS{asn} {owner or ''}".strip() if asn else None,
    )  # fmt: skip
