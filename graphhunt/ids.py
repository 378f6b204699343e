"""Canonical keys and content hashes: pure functions, the same on every machine."""

from __future__ import annotations

import hashlib
import ipaddress

_LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
_EMPTY = frozenset({"", "-", "n/a", "null", "(null)", "%%1793", "<unknown process>"})


def digest(*parts: str | bytes, size: int = 16) -> str:
    """Hash parts into a hexadecimal key of `size` bytes (BLAKE2b).

    Each part is preceded by its length, so `("ab", "c")` and `("a", "bc")` differ.
    """
    h = hashlib.blake2b(digest_size=size)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        h.update(len(data).to_bytes(8, "little"))
        h.update(data)
    return h.hexdigest()


def blank(value: str | None) -> str | None:
    """Give the value stripped, or None where the source wrote a placeholder for nothing."""
    if value is None:
        return None
    value = value.strip()
    return None if value.lower() in _EMPTY else value


def short_host(name: str) -> str:
    """Fold a host name: lower case, without the domain and trailing dollar or dot.

    An address in place of a name stays whole.
    """
    name = name.strip().strip("\\").rstrip(".").lower()
    if address(name):
        return address(name) or name
    return name.split(".", 1)[0].rstrip("$")


def address(value: str | None) -> str | None:
    """Normalise an IP address; None if it isn't one.

    IPv4-mapped IPv6 addresses (`::ffff:10.0.0.1`) become IPv4; scope ids (`%12`) are dropped.
    """
    if not value:
        return None
    try:
        ip = ipaddress.ip_address(value.strip().strip("[]").split("%", 1)[0])
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.compressed


def scope(value: str) -> str:
    """Classify a normalised address: loopback, link-local, unspecified, multicast, private or public."""
    ip = ipaddress.ip_address(value)
    for name, test in (
        ("unspecified", ip.is_unspecified),
        ("loopback", ip.is_loopback),
        ("link-local", ip.is_link_local),
        ("multicast", ip.is_multicast),
        ("private", ip.is_private),
    ):
        if test:
            return name
    return "public"


def domain_name(value: str) -> str:
    """Fold a DNS name: lower case, IDNA form, no trailing dot."""
    value = value.strip().rstrip(".").lower()
    if value.isascii():
        return value
    try:
        return value.encode("idna").decode("ascii")
    except UnicodeError:
        return value


def logon_id(value: str | int | None) -> str | None:
    """Normalise a LogonId to lower-case hexadecimal (`0x3e7`); None if empty or zero."""
    if value is None:
        return None
    text = str(value).strip().lower()
    try:
        number = int(text, 16) if text.startswith("0x") else int(text)
    except ValueError:
        return None
    return hex(number) if number else None


def guid(value: str | None) -> str | None:
    """Normalise a GUID to lower case in braces; None for empty and all-zero ones."""
    text = blank(value)
    if text is None:
        return None
    text = "{" + text.strip("{}").lower() + "}"
    return None if not text.strip("{}-0") else text


def file_name(path: str) -> str:
    """Give the last component of a Windows or POSIX path, in lower case."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].lower()


def is_local_name(name: str) -> bool:
    """Tell whether a host name means the machine itself."""
    return name.lower() in _LOOPBACK_NAMES
