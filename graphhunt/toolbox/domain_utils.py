"""Parts of domain names and URLs, and reverse look-ups, under msticpy's names.

The parts come from the text alone; only `ip_rev_resolve` asks the system's resolver.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from graphhunt.errors import UsageError

SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gen", "go", "gob", "gov", "govt", "gv", "ltd", "me", "mil", "net",
                          "ne", "nhs", "nic", "or", "org", "plc", "police", "sch"})  # fmt: skip
"""Labels that, before a country's, belong to the public suffix."""


def dns_components(domain: str) -> dict[str, str]:
    """Split a domain into `subdomain`, `domain` and `suffix` (a country's with its second level, as `co.uk`)."""
    labels = [label for label in domain.strip().rstrip(".").split(".") if label]
    if len(labels) < 2 or _is_address(domain):
        return {"subdomain": "", "domain": domain.strip().rstrip("."), "suffix": ""}
    width = 2 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2].lower() in SECOND_LEVEL else 1
    return {
        "subdomain": ".".join(labels[: -width - 1]), "domain": labels[-width - 1], "suffix": ".".join(labels[-width:]),
    }  # fmt: skip


def url_components(url: str) -> dict[str, str]:
    """Split a URL into `scheme`, `auth`, `host`, `port`, `path`, `query`, `fragment`; absent parts are empty.

    Raises:
        UsageError: The text isn't a URL.
    """
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} isn't a URL: {error}") from error
    auth = parts.netloc.rpartition("@")[0]
    return {
        "scheme": parts.scheme, "auth": auth, "host": parts.hostname or "", "port": "" if port is None else str(port),
        "path": parts.path, "query": parts.query, "fragment": parts.fragment,
    }  # fmt: skip


def ip_rev_resolve(ip_address: str) -> dict[str, Any]:
    """Ask for the names of an address (PTR).

    Returns:
        `qname` (the reverse name asked for), `rdtype` (PTR), `response` (status), `rrset` (the names, none if
        there are none).

    Raises:
        UsageError: The text isn't an address.
    """
    try:
        address = ipaddress.ip_address(ip_address.strip())
    except ValueError as error:
        raise UsageError(f"{ip_address!r} isn't an address") from error
    asked = {"qname": address.reverse_pointer, "rdtype": "PTR"}
    try:
        name, aliases, _ = socket.gethostbyaddr(str(address))
    except OSError as error:
        return {**asked, "response": f"no answer: {error}", "rrset": []}
    names = [n for n in dict.fromkeys([name, *aliases]) if n != address.reverse_pointer]
    return {**asked, "response": "found", "rrset": names}


def ip_rev_resolve_df(ip_address: str) -> pd.DataFrame:
    """Give `ip_rev_resolve` as a frame of one row."""
    return pd.DataFrame([ip_rev_resolve(ip_address)])


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return True
