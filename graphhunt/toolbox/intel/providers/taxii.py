"""TAXII 2.1: the indicators of a collection, fetched page by page once; what is looked up isn't told to the server.

References:
    https://docs.oasis-open.org/cti/taxii/v2.1/os/taxii-v2.1-os.html
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from graphhunt.errors import WireError
from graphhunt.toolbox.intel.answer import Answer
from graphhunt.toolbox.intel.indicators import SCHEMA, IndicatorList, arranged
from graphhunt.toolbox.intel.kinds import ADDRESSES, HASHES
from graphhunt.toolbox.intel.provider import Provider, part
from graphhunt.toolbox.intel.providers.local_list import answer_of
from graphhunt.toolbox.intel.read_stix import table_of
from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_TYPE = "application/taxii+json;version=2.1"
_PAGE = 500
_MOST_PAGES = 200


class Taxii(Provider):
    """A collection of a TAXII 2.1 server; `root` is the address of its API root."""

    name = "TAXII"
    about = "TAXII 2.1: the indicators of a collection"
    kinds = frozenset({*ADDRESSES, *HASHES, "dns", "hostname", "url", "email"})
    limit = Limit(60, 60, 1000)
    needs = ("root", "collection", "user", "password")

    def __init__(self, keys: Any) -> None:
        super().__init__(keys)
        self._indicators: IndicatorList | None = None

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Match an indicator against the collection."""
        if self._indicators is None:
            objects = await self._objects(client)
            rows, _ = table_of(objects, self._keys["collection"])
            self._indicators = IndicatorList(arranged(rows) if rows.height else pl.DataFrame(schema=SCHEMA))
        return answer_of(self._indicators, asked)

    async def _objects(self, client: Client) -> list[Any]:
        """Fetch the collection's indicators."""
        root = self._keys["root"].rstrip("/")
        url = f"{root}/collections/{quote(self._keys['collection'], safe='')}/objects/"
        pair = f"{self._keys['user']}:{self._keys['password']}"
        headers = {"Accept": _TYPE, "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        found: list[Any] = []
        wanted = {"match[type]": "indicator", "limit": str(_PAGE)}
        params = wanted
        for _ in range(_MOST_PAGES):
            reply = await client.get(url, headers=headers, params=params)
            objects, following = part(reply.data, "objects"), part(reply.data, "next")
            if reply.status == 404:
                raise WireError("there is no such collection")
            found += objects if isinstance(objects, list) else []
            if part(reply.data, "more") is not True:
                return found
            params = {**wanted, **_following(following, reply.added_last, params)}
        raise WireError(f"the collection has more than {_MOST_PAGES} pages")


def _following(following: Any, added_last: str | None, before: Mapping[str, str]) -> dict[str, str]:
    """Give the parameter that asks for the page after one; servers may name it, or the time it begins after."""
    if isinstance(following, str) and following:
        return {"next": following}
    if added_last is None or before.get("added_after") == added_last:
        raise WireError("the collection has more than the server says how to ask for")
    return {"added_after": added_last}


PROVIDER = Taxii
"""The provider."""
