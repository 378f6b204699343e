"""Parts of domain names and URLs, and reverse look-ups, under msticpy's names.

The parts come from the text alone, with the public suffix list that the package `publicsuffixlist` holds; only
`ip_rev_resolve` asks the system's resolver.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pandas as pd
from publicsuffixlist import PublicSuffixList

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import as_str
from graphhunt.toolbox._network import require_network

_NO_HOST = re.compile(r"[\s\x00-\x20\x7f<>\"'`{}|\\^%,;()*]")
"""What no name of a host holds."""


def dns_components(domain: str) -> dict[str, str]:
    """Split a domain, or the host of a URL, into `subdomain`, `domain` and `suffix` (the public one, as `co.uk`).

    An ending that isn't on the public suffix list is none: `suffix` is empty then.

    Raises:
        UsageError: The text is neither a domain nor a URL.
    """
    host = host_of(domain)
    labels = [label for label in host.split(".") if label]
    if len(labels) < 2 or _is_address(host):
        return {"subdomain": "", "domain": host, "suffix": ""}
    width = len(public_suffix(host).split(".")) if public_suffix(host) else 0
    rest = labels[: len(labels) - width]
    return {
        "subdomain": ".".join(rest[:-1]),
        "domain": rest[-1] if rest else "",
        "suffix": ".".join(labels[len(rest) :]),
    }


def url_components(url: str) -> dict[str, str | int | None]:
    """Split a URL, or a domain, into `scheme`, `auth`, `host`, `port`, `path`, `query`, `fragment`.

    `port` is a number, None where none is given; other absent parts are empty. An IPv6 host has its brackets.

    Raises:
        UsageError: The text isn't a URL.
    """
    parts, port = _split(url)
    host = parts.hostname or ""
    return {
        "scheme": parts.scheme, "auth": parts.netloc.rpartition("@")[0], "host": f"[{host}]" if ":" in host else host,
        "port": port, "path": parts.path, "query": parts.query, "fragment": parts.fragment,
    }  # fmt: skip


def host_of(text: str) -> str:
    """Give the host of a URL, or a domain itself, in its own spelling, without brackets and a closing dot.

    Raises:
        UsageError: The text is neither.
    """
    bare = as_str(text).strip()
    if _is_address(bare):
        return bare
    parts, _ = _split(bare)
    name = parts.hostname or ""
    at = parts.netloc.lower().rfind(name)
    return parts.netloc[at : at + len(name)].rstrip(".")


def public_suffix(host: str) -> str:
    """Give the public suffix that a host's name ends with; empty where its ending isn't on the list."""
    return _list().publicsuffix(host.rstrip(".").lower()) or ""


@lru_cache(maxsize=1)
def _list() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True, accept_unknown=False)


def _split(url: str) -> tuple[SplitResult, int | None]:
    bare = as_str(url).strip()
    try:
        parts = urlsplit(bare if "://" in bare else f"//{bare}")
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} isn't a URL: {error}") from error
    if _NO_HOST.search(parts.hostname or ""):
        raise UsageError(f"{url!r} isn't a URL: no host is called {parts.hostname!r}")
    return parts, port


def ip_rev_resolve(ip_address: str, *, allow_network: bool | None = None) -> dict[str, Any]:
    """Ask for the names of an address (PTR).

    Args:
        ip_address: The address.
        allow_network: Whether the resolver may be asked; what the setting `allow_network` says when not given.

    Returns:
        `qname` (the reverse name asked for), `rdtype` (PTR), `response` (status), `rrset` (the names, none if
        there are none).

    Raises:
        UsageError: The text isn't an address.
        AccessError: The network isn't allowed.
    """
    try:
        address = ipaddress.ip_address(as_str(ip_address).strip())
    except ValueError as error:
        raise UsageError(f"{ip_address!r} isn't an address") from error
    require_network("asking for names", allow_network)
    asked = {"qname": address.reverse_pointer, "rdtype": "PTR"}
    try:
        name, aliases, _ = socket.gethostbyaddr(str(address))
    except OSError as error:
        return {**asked, "response": f"no answer: {error}", "rrset": []}
    names = [n for n in dict.fromkeys([name, *aliases]) if n != address.reverse_pointer]
    return {**asked, "response": "found", "rrset": names}


def ip_rev_resolve_df(ip_address: str, *, allow_network: bool | None = None) -> pd.DataFrame:
    """Give `ip_rev_resolve` as a frame of one row."""
    return pd.DataFrame([ip_rev_resolve(ip_address, allow_network=allow_network)])


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
