"""Turn the values of log fields into the words facts use: text, numbers, accounts, times, hashes.

Every function takes whatever a log may hold in a field (attacker text, wrong types, placeholders) and gives
a clean value or None; none raises for content.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

Get = Callable[[str], object]
"""Reads one field of a record by name; None when it is absent."""

PID_MAX = 0xFFFF_FFFF
PORT_MAX = 0xFFFF
INT_MAX = 0x7FFF_FFFF_FFFF_FFFF
_NOTHING = frozenset(
    {
        "",
        "-",
        "n/a",
        "null",
        "(null)",
        "%%1793",
        "<unknown process>",
        "&lt;unknown process&gt;",
        "&lt unknown process&gt",
    }
)
_LONGEST_NOTHING = max(map(len, _NOTHING))
_FIRST_OF_NOTHING = frozenset(first for word in _NOTHING for first in (word[:1], word[:1].upper()))
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - arithmetic on times that are UTC by definition
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DIGITS = re.compile(r"\d{9,20}(?:\.\d{1,9})?")
_ROOTS = {
    "HKEY_LOCAL_MACHINE\\": "HKLM\\", "HKEY_USERS\\": "HKU\\", "HKEY_CURRENT_USER\\": "HKCU\\",
    "HKEY_CLASSES_ROOT\\": "HKCR\\", "HKEY_CURRENT_CONFIG\\": "HKCC\\", "\\REGISTRY\\MACHINE\\": "HKLM\\",
    "\\REGISTRY\\USER\\": "HKU\\", "MACHINE\\": "HKLM\\", "USER\\": "HKU\\",
}  # fmt: skip
_ROOT_MOST = max(map(len, _ROOTS))
_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmp6"}
_MAPPED = "::ffff:"
_INTERNET = 2
_INTERNET_6 = (10, 23)
"""Linux' number of the family, and Windows' own."""
_NULL_SID = "S-1-0-0"
_ALGORITHMS = {"MD5": 32, "SHA1": 40, "SHA256": 64, "IMPHASH": 32}
_INDENT_MOST = 16
_GUID_MOST = 64
_VALUE = re.compile(r"[^\r\n]*")
_HEXADECIMAL = frozenset("0123456789abcdef")


def text(value: object) -> str | None:
    """Give a field's text without surrounding space; None for placeholders and for what isn't a scalar."""
    if value.__class__ is not str:
        if value is None or isinstance(value, (dict, list, tuple)):
            return None
        value = ("true" if value else "false") if isinstance(value, bool) else str(value)
    clean: str = value.strip()  # a str by now; the class test above is the fast one
    return None if len(clean) <= _LONGEST_NOTHING and clean.lower() in _NOTHING else clean


def number(value: object, most: int = INT_MAX) -> int | None:
    """Read a whole number written in decimal or as 0x hexadecimal; None if it isn't within 0 to `most`."""
    if value.__class__ is not int:
        clean = text(value)
        if clean is None or len(clean) > 20:
            return None
        try:
            value = int(clean, 16) if clean[:2] in ("0x", "0X") else int(clean)
        except ValueError:
            return None
    return value if 0 <= value <= most else None


def pid(value: object) -> int | None:
    """Read a process id, decimal or hexadecimal; None for 0, which no started process has."""
    return number(value, PID_MAX) or None


def port(value: object) -> int | None:
    """Read a port; None for 0."""
    return number(value, PORT_MAX) or None


def guid(value: object) -> str | None:
    """Normalise a GUID to lower case in braces; None for all-zero ones, and for what is far too long to be one."""
    clean = text(value)
    return _guid(clean) if clean and len(clean) <= _GUID_MOST else None


@lru_cache(maxsize=16384)
def _guid(clean: str) -> str | None:
    digits = clean.strip("{}").lower()
    return f"{{{digits}}}" if digits.strip("0-") else None


def logon_id(value: object) -> str | None:
    """Normalise a LogonId to lower-case hexadecimal; None if empty, zero or no 64-bit number."""
    stated = number(value)
    return hex(stated) if stated else None


def sid(value: object) -> str | None:
    """Give a SID; None for the null SID, which Windows writes for nobody."""
    clean = text(value)
    return None if clean == _NULL_SID else clean


def account(value: object) -> tuple[str | None, str | None]:
    r"""Split `DOMAIN\name` into (name, domain); a UPN or bare name stays whole with no domain."""
    clean = text(value)
    if clean is None or "\\" not in clean:
        return clean, None
    domain, _, name = clean.partition("\\")
    return text(name), text(domain)


def ip(value: object) -> str | None:
    """Give an address as written, one of IPv4 without the prefix that maps it into IPv6.

    None for `LOCAL`, which Windows writes for the machine itself.
    """
    clean = text(value)
    if clean is None or clean.upper() == "LOCAL":
        return None
    mapped = clean[: len(_MAPPED)].lower() == _MAPPED and "." in clean
    return clean[len(_MAPPED) :] if mapped else clean


def socket_address(value: object) -> tuple[str, int] | None:
    """Read a socket address in hexadecimal, as Linux and Windows keep it: family, port, address.

    None for other families than those of the internet, and for what is none.
    """
    try:
        data = bytes.fromhex((text(value) or "").removeprefix("0x"))
    except ValueError:
        return None
    family, number = int.from_bytes(data[:2], "little"), int.from_bytes(data[2:4], "big")
    if family == _INTERNET and len(data) >= 8:
        return str(ipaddress.IPv4Address(data[4:8])), number
    if family in _INTERNET_6 and len(data) >= 24:
        return str(ipaddress.IPv6Address(data[8:24])), number
    return None


def is_address(value: str | None) -> bool:
    """Tell whether a text is an IP address, maybe with a scope or in brackets."""
    try:
        ipaddress.ip_address((value or "").strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def hexadecimal(value: object) -> str | None:
    """Give a status or access mask as lower-case hexadecimal; other texts stay as written."""
    if value.__class__ is int and value >= 0:
        return hex(value)
    clean = text(value)
    if clean is None:
        return None
    return clean.lower() if clean[:2] in ("0x", "0X") else clean


def protocol(value: object) -> str | None:
    """Name an IP protocol in lower case; a number without a common name stays a number."""
    clean = text(value)
    return None if clean is None else _PROTOCOLS.get(clean, clean.lower())


def boolean(value: object) -> bool | None:
    """Read `true` or `false`."""
    clean = text(value)
    return None if clean is None else {"true": True, "false": False}.get(clean.lower())


def flag(value: object) -> bool | None:
    """Read a truth value as network logs write it: true and false, T and F."""
    clean = text(value)
    return None if clean is None else {"t": True, "true": True, "f": False, "false": False}.get(clean.lower())


def hashes(value: object) -> dict[str, Any]:
    """Read Sysmon's `SHA1=…,MD5=…` into lower-case hashes by fact field; a hash of zeros means none."""
    clean = text(value)
    found: dict[str, str] = {}
    for part in clean.split(",") if clean else ():
        name, _, digits = part.partition("=")
        name, digits = name.strip().upper(), digits.strip().lower()
        if _ALGORITHMS.get(name) == len(digits) and digits.strip("0") and _HEXADECIMAL.issuperset(digits):
            found[name.lower()] = digits
    return found


def digest(value: object, length: int) -> str | None:
    """Read a hash of so many hexadecimal digits in lower case; one of zeros means none."""
    if value.__class__ is not str or len(value) != length:
        return None
    digits: str = value.lower()
    return digits if digits.strip("0") and _HEXADECIMAL.issuperset(digits) else None


def registry_key(key: object, name: object = None) -> str | None:
    r"""Give a registry key as Sysmon writes it (`HKLM\…`, `HKU\…`), with the value's name, if any, below it."""
    clean, value = text(key), text(name)
    if clean is None:
        return None
    upper = clean[:_ROOT_MOST].upper()
    root = next((long for long in _ROOTS if upper.startswith(long)), None)
    short = f"{_ROOTS[root]}{clean[len(root) :]}" if root else clean
    return f"{short}\\{value}" if value else short


def content_hashes(value: object) -> dict[str, Any]:
    """Read Sysmon's hashes without the import hash, for facts about any file."""
    found = hashes(value)
    found.pop("imphash", None)
    return found


def micros(value: object) -> tuple[int, bool] | None:
    """Read an ISO 8601 time or an epoch number into (µs since the epoch, whether it states its zone).

    A time without a zone is taken as UTC; the caller decides what its zone is.
    """
    if value.__class__ is not str:
        return _epoch(value)
    return _written(value) if 9 <= len(value) <= 40 else None


@lru_cache(maxsize=4096)
def _written(value: str) -> tuple[int, bool] | None:
    """Read a time that is a text; many records share theirs, to the second or to the millisecond."""
    clean = value.strip()
    if _DIGITS.fullmatch(clean):
        return _epoch(float(clean) if "." in clean else int(clean))
    read = _iso(clean)
    if read:
        return read
    return next((_iso(form(found)) for pattern, form in _FORMS if (found := pattern.fullmatch(clean))), None)


def _iso(value: str) -> tuple[int, bool] | None:
    if len(value) < 19:
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return None
    zoned = when.tzinfo is not None
    time = (when - (_EPOCH if zoned else _NAIVE_EPOCH)) // _MICROSECOND
    return (time, zoned) if time > 0 else None


def _epoch(value: object) -> tuple[int, bool] | None:
    """Read an epoch number; its size tells seconds, milliseconds and microseconds apart."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1e8 <= value < 1e20:
        return None
    if value >= 1e17:
        return int(value) // 1000, True
    scale = 1_000_000 if value < 1e11 else 1_000 if value < 1e14 else 1
    return round(value * scale), True


def _by_month(found: re.Match[str]) -> str:
    """Write a time such as `Mar 2, 2026 8:26:00 AM` as ISO 8601; a month that isn't one gives no time."""
    month, day, year, hour, rest, half = found.groups()
    hours = int(hour) % 12 + (12 if half == "PM" else 0) if half else int(hour)
    return f"{year}-{_MONTHS.find(month) // 3 + 1:02d}-{int(day):02d}T{hours:02d}:{rest}"


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    # Portals: `Mar 2, 2026 8:26:00 AM`, `Mar 2, 2026 @ 08:07:00.123`.
    (
        re.compile(r"([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),?(?: @)? (\d{1,2}):(\d\d:\d\d(?:\.\d{1,9})?)(?: ([AP]M))?"),
        _by_month,
    ),
    # `2026-03-02 08:31:00.123 +0000 UTC`, `2026-03-02 17:18:00.123 +09:00`.
    (
        re.compile(r"(\S{10}) (\S{8,18}) ([+-]\d\d:?\d\d)(?: [A-Z]{3,5})?"),
        lambda found: f"{found[1]}T{found[2]}{found[3]}",
    ),
)
"""Other forms that a time is written in, and what each is in ISO 8601."""


def choice(times: dict[str, int], chosen: str | None) -> dict[str, Any]:
    """Give a fact's `times` and `time_field`, where there was anything to choose from."""
    return {"times": times, "time_field": chosen} if len(times) > 1 else {}


def stated_times(get: Get, *names: str) -> dict[str, int]:
    """Read the times of a record that are stated, by name."""
    read = {name: micros(get(name)) for name in names}
    return {name: time[0] for name, time in read.items() if time}


def find(name: str, message: str | None, most: int = 16384, *, before: str = "\n") -> str | None:
    """Find `name: value` or `name = value`, standing first in its line, in a message's beginning.

    The first one counts, as attacker text (command lines, window titles) only follows the ids in a message;
    and only the beginning is searched, as scripts make messages of megabytes.

    Args:
        name: The name as written.
        message: The rendered message.
        most: How many characters of it are searched.
        before: What else than the message's start may stand before the name and its indentation.
    """
    at = message.find(name, 0, most) if message else -1
    while message and at >= 0:
        end = at + len(name)
        lead = message[max(0, at - _INDENT_MOST) : at].rstrip(" \t")
        rest = message[end : end + _INDENT_MOST].lstrip(" \t")
        if (not lead or lead[-1] in before) and rest[:1] in (":", "="):
            start = message.index(rest[0], end) + 1
            value = _VALUE.match(message, start)
            return text(value[0]) if value else None
        at = message.find(name, end, most)
    return None
