"""Which values may be told to a service: nothing private, nothing of the user's own domains, no password."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from graphhunt.toolbox.intel.kinds import ADDRESSES, HASHES, NAMES, address_of

if TYPE_CHECKING:
    from collections.abc import Iterable

INNER = ("local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "localdomain", "home.arpa",
         "in-addr.arpa", "ip6.arpa", "test", "invalid", "example")  # fmt: skip
"""Endings that no public name has."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def kept_back(value: str, kind: str, own_domains: Iterable[str] = ()) -> str | None:
    """Say why a value must not leave; None if it may.

    Args:
        value: The indicator.
        kind: Its kind.
        own_domains: Domains of the user's own; what is below them is own too.
    """
    if kind in HASHES:
        return None
    if kind in ADDRESSES:
        return _address(value)
    if kind == "url":
        return _url(value, own_domains)
    if kind in NAMES or kind == "email":
        return _name(value.rpartition("@")[2], own_domains)
    return f"values of the kind {kind} are never sent"


def public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address, and one written inside it, is of the public internet."""
    inner = inside(address)
    if inner is not None:
        return public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Give the IPv4 address that an IPv6 one stands for (mapped, 6to4, Teredo, NAT64); None if there is none."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _address(value: str) -> str | None:
    address = address_of(value.strip("[]"))
    if address is None:
        return "not an address"
    return None if public(address) else "an address that is not public"


def _url(value: str, own_domains: Iterable[str]) -> str | None:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return "not a URL"
    if parts.username is not None or parts.password is not None:
        return "a URL with a name or password in it"
    return _name(host, own_domains) if address_of(host) is None else _address(host)


def _name(value: str, own_domains: Iterable[str]) -> str | None:
    name = value.strip().rstrip(".").lower()
    if "." not in name or name.rpartition(".")[2].isdigit():
        return "a name without a public domain"
    if any(below(name, ending) for ending in INNER):
        return "a name of an inner network"
    if any(below(name, own) for own in own_domains):
        return "a name in a domain of your own"
    return None


def below(name: str, domain: str) -> bool:
    """Tell whether a name is a domain or stands below it."""
    own = domain.strip().strip(".").lower()
    return bool(own) and (name == own or name.endswith(f".{own}"))
