"""Kinds of indicators: which one a text is, and the one spelling by which it is looked up."""

from __future__ import annotations

import ipaddress
import re
from functools import cache

from graphhunt.toolbox._ioc_patterns import refanged
from graphhunt.toolbox.iocextract import IoCExtract

ADDRESSES = frozenset({"ipv4", "ipv6"})
HASHES = frozenset({"md5_hash", "sha1_hash", "sha256_hash"})
NAMES = frozenset({"dns", "hostname"})
KINDS = frozenset({*ADDRESSES, *HASHES, *NAMES, "url", "email"})
"""Kinds that are looked up."""

_BY_LENGTH = {32: "md5_hash", 40: "sha1_hash", 64: "sha256_hash"}
_HEX = re.compile(r"[0-9a-fA-F]+")
_AUTHORITY = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)(.*)$", re.DOTALL)
_WORDS = {"ip": "", "ipaddress": "", "file_hash": "", "domain": "dns", "fqdn": "dns", "md5": "md5_hash",
          "sha1": "sha1_hash", "sha256": "sha256_hash"}  # fmt: skip
"""Other names of kinds; those without a kind of their own are told by the text."""


def kind_of(text: str) -> str:
    """Tell the kind of an indicator; `unknown` for none."""
    bare = refanged(text.strip())
    if _HEX.fullmatch(bare) and len(bare) in _BY_LENGTH:
        return _BY_LENGTH[len(bare)]
    address = address_of(bare)
    if address is not None:
        return f"ipv{address.version}"
    found = _extractor().get_ioc_type(bare)
    return found if found in KINDS else "unknown"


def given_kind(text: str, kind: str | None) -> str:
    """Give the kind that a caller named, or tell it by the text where none or a general one is named."""
    word = str(kind).strip().lower() if kind is not None else ""
    known = _WORDS.get(word, word)
    return known or kind_of(text)


def fits(text: str, kind: str) -> bool:
    """Tell whether a text is an indicator of a kind."""
    if kind in NAMES:
        return bool(text) and not any(c.isspace() or c in "/\\@:" for c in text)
    return kind_of(text) == kind


def normal(text: str, kind: str) -> str:
    """Give the spelling an indicator is looked up by: lower case but for a URL's path, an address at its shortest."""
    bare = refanged(text.strip())
    if kind in ADDRESSES:
        address = address_of(bare)
        return str(address) if address is not None else bare.lower()
    if kind == "url":
        parts = _AUTHORITY.match(bare)
        return parts.group(1).lower() + parts.group(2) if parts else bare
    return bare.rstrip(".").lower() if kind in NAMES else bare.lower()


def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address; None if the text isn't one."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@cache
def _extractor() -> IoCExtract:
    return IoCExtract()
