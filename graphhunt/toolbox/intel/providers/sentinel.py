"""Microsoft Sentinel: the indicators of a workspace, asked by the query interface of Log Analytics.

References:
    https://learn.microsoft.com/azure/azure-monitor/logs/api/overview
    https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
    https://learn.microsoft.com/azure/azure-monitor/reference/tables/threatintelindicators
    https://learn.microsoft.com/azure/sentinel/work-with-stix-objects-indicators
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from graphhunt.errors import WireError
from graphhunt.times import iso
from graphhunt.toolbox.intel.answer import Answer, Severity
from graphhunt.toolbox.intel.kinds import ADDRESSES, HASHES
from graphhunt.toolbox.intel.provider import Provider, number, part
from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_LOGIN = "https://login.microsoftonline.com"
_ROOT = "https://api.loganalytics.azure.com"
_SCOPE = "https://api.loganalytics.io/.default"
"""What a token is asked for: the documented resource, which isn't named as the endpoint is."""
_QUERY = (
    "ThreatIntelIndicators{span} | where ObservableValue =~ {value}"
    " | summarize arg_max(TimeGenerated, *) by Id | where IsActive and IsDeleted == false"
    " | project Id, ObservableKey, ObservableValue, Confidence, ValidFrom, ValidUntil, Tags, SourceSystem | take 20"
)
_NONE = Answer(False, Severity.INFORMATION)


class Sentinel(Provider):
    """Microsoft Sentinel."""

    name = "AzSTI"
    about = "Microsoft Sentinel: the indicators of your workspace"
    kinds = frozenset({*ADDRESSES, *HASHES, "dns", "hostname", "url", "email"})
    limit = Limit(180, 30, 10_000)
    needs = ("tenant_id", "client_id", "client_secret", "workspace_id")

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask the table of indicators for a value."""
        token = await self._token(client)
        url = f"{_ROOT}/v1/workspaces/{quote(self._keys['workspace_id'], safe='')}/query"
        query = _QUERY.format(value=literal(asked.safe), span=_span(asked))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        reply = await client.post(url, orjson.dumps({"query": query}), headers=headers)
        if part(reply.data, "error") is not None:  # of status 200: not all of the workspace was searched
            raise WireError("the workspace gave a part of the answer only")
        rows = _rows(reply.data)
        if not rows:
            return _NONE
        surest = max(number(row.get("Confidence")) for row in rows)
        severity = Severity.HIGH if surest >= 75 else Severity.WARNING if surest >= 30 else Severity.INFORMATION
        best = max(rows, key=lambda row: number(row.get("Confidence")))
        details = {"indicators": len(rows), **{name: best.get(name) for name in best if name != "Id"}}
        return Answer(True, severity, details, str(best.get("Id") or ""), reply.data)

    async def _token(self, client: Client) -> str:
        """Ask for a token of the application."""
        keys = self._keys
        form = urlencode({
            "grant_type": "client_credentials", "client_id": keys["client_id"],
            "client_secret": keys["client_secret"], "scope": _SCOPE,
        })  # fmt: skip
        url = f"{_LOGIN}/{quote(keys['tenant_id'], safe='')}/oauth2/v2.0/token"
        reply = await client.post(url, form.encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
        token = part(reply.data, "access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise WireError("the sign-in gave no token")
        return token


def literal(value: str) -> str:
    r"""Write a text as a literal of the query language: in quotes, with \ before quotes and backslashes."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'


def _span(asked: Asked) -> str:
    """Give the conditions for a span of time."""
    pairs = zip((">=", "<="), asked.span, strict=True)
    return "".join(f" | where TimeGenerated {sign} datetime({iso(at)})" for sign, at in pairs if at is not None)


def _rows(data: Any) -> list[dict[str, Any]]:
    tables = part(data, "tables")
    table = tables[0] if isinstance(tables, list) and tables else None
    columns, rows = part(table, "columns"), part(table, "rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return []
    names = [str(part(column, "name")) for column in columns]
    return [dict(zip(names, row, strict=False)) for row in rows if isinstance(row, list)]


PROVIDER = Sentinel
"""The provider."""
