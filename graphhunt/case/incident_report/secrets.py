"""Secrets in what a report quotes: hashes and tickets keep their first digits, passwords nothing.

What stands on command lines is quoted in reports that are sent to others. Whatever looks like a secret is shortened;
that this sometimes takes something harmless is the lesser harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

KEPT = 8
"""Digits of a hash, key or ticket that stay, so that two of them can be told apart."""

_VALUE = r"(\"[^\"]*\"|'[^']*'|[^\s\"']+)"

_PASSWORDS = re.compile(
    # -p, -pw, /p:, --password=, /pass:, PASSWORD=; `-p` of other programs is a port or path: lost all the same.
    rf"(?i)((?<![\w-])(?:--?|/)p(?:w|wd|ass|assw|assword|assphrase)?(?:[:=]|\s+)|\bpass(?:word|wd|phrase)?\s*[:=]\s*)"
    rf"{_VALUE}"
)
_JOINED = re.compile(r"(?<![\w-])-p(?=[^\s\w-]|\w*[\d!@#$%^&*])([^\s\"':=]{4,})")
"""Programs that take the password right behind `-p` (mysql, 7z)."""

_SECURE = re.compile(rf"(?i)(ConvertTo-SecureString\s+(?:-String\s+)?){_VALUE}")
_NET_USER = re.compile(rf"(?i)(\bnet1?(?:\.exe)?\"?\s+user\s+(?:\"[^\"]+\"|[^\s/]+)\s+)(?!/){_VALUE}")
_NET_USE = re.compile(rf"(?i)(\bnet1?(?:\.exe)?\"?\s+use\s+(?:\w:\s+)?\\\\\S+\s+)(?!/){_VALUE}")
_IN_URL = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s/:@]+:)([^\s/@]+)(?=@)")
_IMPACKET = re.compile(r"((?<![\w\\/])(?:[\w.-]+/)?[\w.-]+:)([^\s@:/\\]+)(?=@[\w.-]+)")
"""`domain/user:password@host`, as Impacket's programs take it."""

_KEYS = re.compile(
    r"(?i)((?:--?|/)(?:rc4|ntlm|hash|hashes|aes|aes128|aes256|aeskey|des|krbtgt|ticket|key|nthash|lmhash)(?:[:=]|\s+)"
    r"\"?)([A-Za-z0-9+/=:_.-]{9,})"
)
_HASHES = re.compile(r"(?<![0-9A-Za-z])([0-9A-Fa-f]{32}(?::[0-9A-Fa-f]{32})?)(?![0-9A-Za-z])")
_TICKETS = re.compile(r"(?<![A-Za-z0-9+/])((?:doI[A-Za-z0-9+/]|YII[A-Za-z0-9+/])[A-Za-z0-9+/=]{60,})")
"""Base64 of a Kerberos credential or ticket: an ASN.1 sequence of some length."""


def masked(text: str) -> str:
    """Give a text without its secrets."""
    for pattern in (_PASSWORDS, _SECURE, _NET_USER, _NET_USE, _IN_URL, _IMPACKET):
        text = pattern.sub(r"\1…", text)
    text = _JOINED.sub("-p…", text)
    text = _KEYS.sub(lambda found: found[1] + _short(found[2]), text)
    return _TICKETS.sub(_first, _HASHES.sub(_first, text))


def hidden(text: str | None) -> str | None:
    """Give a text without its secrets; None where it has none."""
    found = masked(text) if text else text
    return None if found == text else found


def without_password(url: str) -> str:
    """Give an address of the web without the password that stands in it; all else of it stays, so that it is found."""
    return _IN_URL.sub(r"\1…", url)


def _first(found: re.Match[str]) -> str:
    return _short(found[1])


def _short(secret: str) -> str:
    return secret[:KEPT] + "…"


def everywhere(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text within a plain value; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: everywhere(each, change) for key, each in value.items()}
    return [everywhere(each, change) for each in value] if isinstance(value, list | tuple) else value
