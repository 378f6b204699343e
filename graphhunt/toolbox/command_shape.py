"""The shape of a command line: what stays when the parts that change from run to run are taken out."""

from __future__ import annotations

import re

_LONGEST = 4096

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), stand_in)
    for pattern, stand_in in (
        (r"\{?\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b\}?", "<guid>"),
        (r"\bs-1-\d+(?:-\d+)+\b", "<sid>"),
        (r"(?<=\\users\\)[^\\\"]+", "<user>"),
        (r"(?<=/home/)[^/\s\"]+", "<user>"),
        (r"(?<=\\temp\\)[^\s\"]+", "<temp>"),
        (r"(?<=/tmp/)[^\s\"]+", "<temp>"),
        (r"\b\d{1,3}(?:\.\d{1,3}){3}\b", "<ip>"),
        (r"(?<![a-z0-9+/=_-])(?=[a-z0-9+/_-]*[0-9+/])[a-z0-9+/_-]{40,}={0,2}(?![a-z0-9+/=_-])", "<encoded>"),
        (r"(?<![a-z0-9+/=_-])[a-z]{80,}={0,2}(?![a-z0-9+/=_-])", "<encoded>"),
        (r"\b0x[0-9a-f]+\b", "<hex>"),
        (r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b|\b[0-9a-f]{16,}\b", "<hex>"),
        (r"\d+", "<n>"),
        (r"\s+", " "),
    )
)

_SERVICE_HOST = re.compile(
    r"\"?(?:(?:[a-z]:\\windows|%systemroot%|%windir%)\\system32\\)?svchost(?:\.exe)?\"?\s+-k\s+(?P<group>\S+)"
    r"(?:\s+-p)?(?:\s+-s\s+(?P<name>\S+))?(?:\s+-p)?\s*"
)
_OF_USER = re.compile(r"_[0-9a-f]{4,16}$")
"""End of the name of a service that every session has of its own."""


def command_shape(command: str) -> str:
    """Fold a command line to what stays from run to run.

    Lower case, with stand-ins for GUIDs, SIDs, users, temporary names, addresses, base64, hexadecimal and
    numbers, and single blanks. Text beyond 4,096 characters is left out. Of a service host of Windows the group and the
    service's name stay; one from another folder isn't folded.
    """
    text = command[:_LONGEST].lower()
    if host := _SERVICE_HOST.fullmatch(text):
        return f"svchost -k {host['group']}" + (f" -s {_OF_USER.sub('', host['name'])}" if host["name"] else "")
    for pattern, stand_in in _RULES:
        text = pattern.sub(stand_in, text)
    return text.strip()
