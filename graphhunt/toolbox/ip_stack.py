"""`IPStackLookup`: places of addresses asked of the service ipstack.

References:
    https://ipstack.com/documentation
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from graphhunt.errors import OneByOneError, UsageError, WireError
from graphhunt.settings import Settings, load_settings
from graphhunt.toolbox.entities import GeoLocation
from graphhunt.toolbox.geo_lookup import GeoIpLookup
from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity, Status, cleaned
from graphhunt.toolbox.intel.asking import Desk, Leaving, asked_of
from graphhunt.toolbox.intel.keys import Keys
from graphhunt.toolbox.intel.kinds import ADDRESSES, address_of
from graphhunt.toolbox.intel.provider import Provider, part
from graphhunt.toolbox.intel.state import Limit, State
from graphhunt.toolbox.intel.wire import Wire, require_httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_ROOT = "https://api.ipstack.com"
_TOGETHER = 50
_SINGLY = frozenset({"batch_not_supported_on_plan", "function_access_restricted"})
"""Types of errors (303 and 105) of a plan that has no look-up of several addresses."""


class _IpStack(Provider):
    """The service."""

    name = "IPStack"
    about = "ipstack: places of addresses"
    kinds: ClassVar[frozenset[str]] = ADDRESSES
    limit = Limit(5, 1, 3000)

    def __init__(self, keys: Mapping[str, str], together: int = 1) -> None:
        super().__init__(keys)
        self.together = together

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask for one address."""
        data = await self._asked([asked], client)
        return NOTHING if data is None else _answer(data)

    async def lookup_together(self, asked: Sequence[Asked], client: Client) -> list[Answer | None]:
        """Ask for several addresses."""
        data = await self._asked(asked, client)
        places = data if isinstance(data, list) else []
        found = {str(address_of(str(part(place, "ip")))): place for place in places}
        return [_answer(found[one.safe]) if one.safe in found else None for one in asked]

    async def _asked(self, asked: Sequence[Asked], client: Client) -> Any:
        """Give what the service says of addresses; None if it knows nothing."""
        addresses = ",".join(one.safe for one in asked)
        reply = await client.get(f"{_ROOT}/{addresses}", params={"access_key": self._keys["key"], "output": "json"})
        if part(reply.data, "success") is False:
            why = f"ipstack refused: error {part(reply.data, 'error', 'code')}"
            if len(asked) > 1 and part(reply.data, "error", "type") in _SINGLY:
                raise OneByOneError(why)
            raise WireError(why)
        return None if reply.status == 404 else reply.data


def _answer(data: Any) -> Answer:
    found = part(data, "latitude") is not None or part(data, "country_code") is not None
    return Answer(found, Severity.INFORMATION, raw=data)


class IPStackLookup(GeoIpLookup):
    """Asks ipstack; private addresses are never sent.

    Args:
        api_key: The key; that of the environment or the file of keys when not given.
        bulk_lookup: Ask for up to 50 addresses in one request, which paid plans allow; with other plans, and when not
            given, each is a request, five at a time. Each address counts towards the day's budget either way.
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
        self._provider = _IpStack(key, _TOGETHER if bulk_lookup else 1)
        self._desk = Desk(wire or Wire(), state or State())

    def leaving(self, addresses: Iterable[str]) -> list[Leaving]:
        """List the addresses that looking them up would tell the service, and those kept back; nobody is asked."""
        return self._desk.leaving((self._provider, asked_of(address)) for address in dict.fromkeys(addresses))

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
