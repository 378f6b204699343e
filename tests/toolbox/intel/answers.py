"""Answers in the providers' documented forms, written by hand, and what carries requests to them in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from graphhunt.settings import load_settings
from graphhunt.toolbox.intel.keys import Keys
from graphhunt.toolbox.intel.state import State
from graphhunt.toolbox.intel.tilookup import TILookup
from graphhunt.toolbox.intel.wire import Wire

SECRET = "canary-key-5f1c"

ENV = {
    f"GRAPHHUNT_INTEL_{name}": SECRET
    for name in (
        "OTX_KEY", "XFORCE_ID", "XFORCE_KEY", "VIRUSTOTAL_KEY", "ABUSEIPDB_KEY", "GREYNOISE_KEY", "PULSEDIVE_KEY",
        "AZSTI_TENANT_ID", "AZSTI_CLIENT_ID", "AZSTI_CLIENT_SECRET", "AZSTI_WORKSPACE_ID",
    )
}  # fmt: skip
"""A key of every provider but TAXII."""

Handler = Callable[[httpx.Request], httpx.Response]


class Net:
    """Carries requests to a handler and keeps them; names resolve to one public address."""

    def __init__(self, handler: Handler, addresses: list[str] | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self.resolved: list[str] = []
        self._handler = handler
        self._addresses = ["93.184.215.14"] if addresses is None else addresses

    def wire(self, timeout: float = 10.0) -> Wire:
        def carry(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return self._handler(request)

        async def resolve(host: str) -> list[str]:
            self.resolved.append(host)
            return self._addresses

        return Wire(httpx.MockTransport(carry), resolve, timeout)


def json(data: Any, status: int = 200) -> Handler:
    return lambda request: httpx.Response(status, json=data)


def lookup(net: Net, *, env: dict[str, str] | None = None, state: State | None = None, **settings: Any) -> TILookup:
    """Make a `TILookup` that asks a net."""
    known = load_settings({}, **{"intel_enabled": True, **settings})
    return TILookup(settings=known, keys=Keys(env=ENV if env is None else env), wire=net.wire(), state=state or State())


VIRUSTOTAL = {
    "data": {
        "id": "8.8.4.4", "type": "ip_address",
        "links": {"self": "https://www.virustotal.com/api/v3/ip_addresses/8.8.4.4"},
        "attributes": {
            "last_analysis_stats": {"harmless": 60, "malicious": 5, "suspicious": 1, "undetected": 20, "timeout": 0},
            "reputation": -11, "tags": ["scanner"], "last_analysis_date": 1767225600,
        },
    }
}  # fmt: skip
OTX = {
    "indicator": "8.8.4.4", "type": "IPv4", "reputation": 0,
    "pulse_info": {"count": 2, "pulses": [
        {"id": "1", "name": "Botnet nodes", "tags": ["bot"], "references": ["https://a.example/1"]},
        {"id": "2", "name": "SSH guessing", "tags": [], "references": []},
    ]},
}  # fmt: skip
XFORCE_IP = {
    "ip": "8.8.4.4",
    "score": 7.1,
    "cats": {"Spam": 71},
    "reason": "Regional",
    "reasonDescription": "…",
    "tags": [],
}
XFORCE_URL = {"result": {"url": "bad.org", "cats": {"Phishing": True}, "score": 4.3}, "tags": []}
XFORCE_HASH = {
    "malware": {"type": "md5", "md5": "0" * 32, "risk": "high",
    "origins": {"external": {"family": ["zeus"]}}}, "tags": [],
}  # fmt: skip
ABUSEIPDB = {
    "data": {
        "ipAddress": "8.8.4.4", "isPublic": True, "ipVersion": 4, "isWhitelisted": False, "abuseConfidenceScore": 80,
        "countryCode": "DE", "usageType": "Data Center/Web Hosting/Transit", "isp": "Some Host",
        "domain": "host.example", "hostnames": ["a.host.example"], "isTor": False, "totalReports": 12,
        "numDistinctUsers": 3, "lastReportedAt": "2026-01-01T00:00:00+00:00",
    }
}  # fmt: skip
ABUSEIPDB_UNREPORTED = {
    "data": {
        "ipAddress": "8.8.4.4", "isPublic": True, "ipVersion": 4, "isWhitelisted": None, "abuseConfidenceScore": 0,
        "countryCode": None, "usageType": None, "isp": "Some Host", "domain": None, "hostnames": [], "isTor": False,
        "totalReports": 0, "numDistinctUsers": 0, "lastReportedAt": None,
    }
}  # fmt: skip
ABUSEIPDB_TOO_MANY = {"errors": [{"detail": "Daily rate limit of 1000 requests exceeded for this endpoint. See "
                                  "headers for additional details.", "status": 429}]}  # fmt: skip
GREYNOISE = {
    "ip": "8.8.4.4", "noise": True, "riot": False, "classification": "malicious", "name": "unknown",
    "link": "https://viz.greynoise.io/ip/8.8.4.4", "last_seen": "2026-01-01", "message": "Success",
}  # fmt: skip
PULSEDIVE = {
    "iid": 53929, "type": "ip", "indicator": "8.8.4.4", "risk": "medium", "stamp_seen": "2026-01-01 00:00:00",
    "threats": [{"tid": 1, "name": "Zeus", "category": "malware"}],
    "riskfactors": [{"rfid": 1, "description": "in a feed"}],
}  # fmt: skip
TOKEN = {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "eyJ0.x"}
SENTINEL_COLUMNS = {
    "Id": "string", "ObservableKey": "string", "ObservableValue": "string", "Confidence": "int",
    "ValidFrom": "datetime", "ValidUntil": "datetime", "Tags": "string", "SourceSystem": "string",
}  # fmt: skip
SENTINEL = {
    "tables": [{
        "name": "PrimaryResult",
        "columns": [{"name": name, "type": kind} for name, kind in SENTINEL_COLUMNS.items()],
        "rows": [
            ["bWlzcA==---indicator--1", "ipv4-addr:value", "8.8.4.4", 90, "2026-01-01T00:00:00Z", None, "[]", "MISP"],
            ["bWlzcA==---indicator--2", "ipv4-addr:value", "8.8.4.4", 20, "2026-01-01T00:00:00Z",
             "2027-01-01T00:00:00Z", "[]", "MISP"],
        ],
    }]
}  # fmt: skip
SENTINEL_PART = SENTINEL | {"error": {"code": "PartialError", "message": "There were some errors when processing "
                            "your query.", "details": [{"code": "EngineError", "message": "…"}]}}  # fmt: skip
