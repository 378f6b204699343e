"""The client that providers ask through: to public addresses only, over TLS, with little patience and little room.

A host's name is resolved once, every address is checked, and the connection goes to one of those checked; the
certificate must be the name's. Redirects are errors. Nothing here is logged, since addresses and headers hold keys.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson

from graphhunt.errors import PauseError, UsageError, WireError
from graphhunt.toolbox.intel.kinds import address_of
from graphhunt.toolbox.intel.leaving import public

if TYPE_CHECKING:
    import httpx

TIMEOUT = 10.0
"""Seconds for one request, from the look-up of the host's name to the answer's last byte."""

LARGEST = 2 * 2**20
"""Bytes an answer may have."""

_LONGEST_PAUSE = 86_400.0
_DEPTH = 200

Resolver = Callable[[str], Awaitable[list[str]]]
"""Gives the addresses of a host's name."""


class Reply(NamedTuple):
    """An answer of status 200 with its JSON; 404 with its JSON where it has one.

    `added_last` is the header of TAXII that says when the last object of a page was added.
    """

    status: int
    data: Any
    added_last: str | None = None


async def resolve(host: str) -> list[str]:
    """Ask the system for the addresses of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Wire:
    """The client.

    Args:
        transport: What carries requests; a network transport of httpx when not given.
        resolver: Gives addresses of names; the system's when not given.
        timeout: Seconds for one request.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        resolver: Resolver = resolve,
        timeout: float = TIMEOUT,
    ) -> None:
        self._given = transport
        self._transport = transport
        self._resolver = resolver
        self._timeout = timeout

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Reply:
        """Ask for the JSON at an address.

        Raises:
            WireError: There is none; PauseError if the provider wants a pause.
        """
        return await self._ask("GET", f"{url}?{urlencode(params)}" if params else url, dict(headers or {}), b"")

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a body and read the JSON that comes back.

        Raises:
            WireError: There is none; PauseError if the provider wants a pause.
        """
        return await self._ask("POST", url, dict(headers or {}), body)

    async def close(self) -> None:
        """Close connections."""
        if self._transport is not None and self._given is None:
            await self._transport.aclose()
            self._transport = None

    async def _ask(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(method, url, headers, body)
        except TimeoutError:
            raise WireError(f"no whole answer within {self._timeout:g} s") from None
        except (OSError, ssl.SSLError) as error:
            raise WireError(f"the connection failed: {type(error).__name__}") from None

    async def _exchange(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        import httpx

        host, target = await self._checked(url)
        sent = {"Host": host, "Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "graphhunt"}
        extensions = {
            "sni_hostname": host,
            "timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._timeout),
        }
        request = httpx.Request(method, target, headers=sent | headers, content=body or None, extensions=extensions)
        try:
            response = await self._carrier().handle_async_request(request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise WireError(f"the connection failed: {type(error).__name__}") from None
        try:
            return await _reply(response)
        except httpx.HTTPError as error:
            raise WireError(f"the answer broke off: {type(error).__name__}") from None
        finally:
            await response.aclose()

    def _carrier(self) -> httpx.AsyncBaseTransport:
        import httpx

        if self._transport is None:
            self._transport = httpx.AsyncHTTPTransport(verify=ssl.create_default_context(), trust_env=False)
        return self._transport

    async def _checked(self, url: str) -> tuple[str, str]:
        """Give a URL's host, and the URL with one of its addresses, all of them checked, in the host's place."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise WireError("not an address of a provider") from None
        if parts.scheme != "https" or not host or "@" in parts.netloc or port not in (None, 443):
            raise WireError("providers are asked by https://HOST/ alone")
        try:
            found = [host] if address_of(host) else await self._resolver(host)
        except (OSError, UnicodeError):
            raise WireError("the provider's name has no address") from None
        addresses = [address_of(each) for each in found]
        if not addresses or not all(address and public(address) for address in addresses):
            raise WireError("the provider's name leads to an address that is not public")
        at = f"[{found[0]}]" if ":" in found[0] else found[0]
        return host, parts._replace(netloc=at).geturl()


def require_httpx() -> None:
    """Say how to install what the client needs.

    Raises:
        UsageError: It isn't installed.
    """
    try:
        import httpx  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise UsageError("asking providers needs the package httpx", hint="pip install graphhunt[intel]") from error


async def _reply(response: httpx.Response) -> Reply:
    status = response.status_code
    if 300 <= status < 400:
        raise WireError("the provider sent elsewhere (redirect), which is not followed")
    if status == 429:
        raise PauseError(_pause(response.headers.get("retry-after")))
    if status in (401, 403):
        raise WireError(f"the provider refused the key or the request ({status})")
    if status not in (200, 404):
        raise WireError(f"the provider answered {status}")
    body = await _body(response)
    try:
        return Reply(status, _parsed(body), response.headers.get("x-taxii-date-added-last"))
    except ValueError:
        if status == 404:
            return Reply(404, None)
        raise WireError("the answer isn't JSON") from None


async def _body(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise WireError("the answer is packed, which was not asked for")
    found = bytearray()
    async for chunk in response.aiter_bytes():  # not packed, so these are the bytes as they came
        found += chunk
        if len(found) > LARGEST:
            raise WireError(f"the answer is larger than {LARGEST} bytes")
    return bytes(found)


def _parsed(body: bytes) -> Any:
    """Read JSON of an object or list that isn't nested deeply."""
    data = orjson.loads(body)
    if not isinstance(data, dict | list) or _deep(data):
        raise ValueError
    return data


def _deep(data: Any) -> bool:
    layer = [data]
    for _ in range(_DEPTH):
        layer = [each for one in layer for each in (one.values() if isinstance(one, dict) else one)]
        layer = [each for each in layer if isinstance(each, dict | list)]
        if not layer:
            return False
    return True


def _pause(told: str | None) -> float:
    """Read how many seconds a provider wants; a minute where it doesn't say so in digits."""
    with suppress(ValueError):
        return min(max(float(told or ""), 1.0), _LONGEST_PAUSE)
    return 60.0
