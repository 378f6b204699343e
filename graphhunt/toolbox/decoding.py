"""Commands in clear: what an encoded PowerShell command says, as text and as facts; nothing is ever run.

`-EncodedCommand` under any prefix of its name, base64 within what comes out (UTF-16 or UTF-8, also of gzip or deflate),
strings joined from pieces and back-ticks that hide words. What can't be decoded stays as it is, with the reason.

References: ATT&CK T1027, T1059.001, T1562.001; Microsoft, about_PowerShell_exe (EncodedCommand).
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import NamedTuple

from graphhunt.toolbox._base64_text import decoded_bytes, text_of

MAX_DEPTH = 8
"""Levels of base64 within base64."""

MAX_TEXT = 1 << 20
"""Characters that are looked at, and bytes that come out of a compressed part."""

_OPTION = re.compile(r"(?:^|[\s\"'])[-/]([A-Za-z]{1,14})[\s:]+[\"']?([A-Za-z0-9+/]{16,}={0,2})")
_INNER = re.compile(r"['\"]([A-Za-z0-9+/]{16,}={0,2})['\"]")
_JOINED = re.compile(r"(?<=\w)['\"][ \t]{0,20}\+[ \t]{0,20}['\"](?=\w)")
_URL = re.compile(r"\bhttps?://[^\s'\"`<>(){};|]{1,2000}", re.IGNORECASE)
_PATH = re.compile(r"['\"](/[\w./-]{1,200})['\"]")

_FACTS = (
    ("script_log_off", re.compile(r"scriptblocklogging")),
    ("amsi_off", re.compile(r"amsiinitfailed|amsicontext|amsiscanbuffer")),
    ("fetches", re.compile(r"webclient|webrequest|downloadstring|downloaddata|downloadfile|\biwr\b|httpclient")),
    ("runs", re.compile(r"\biex\b|invoke-expression|scriptblock\]::create")),
    ("loads", re.compile(r"virtualalloc|createthread|reflection\.assembly\]::load")),
)
"""What a script does that matters, by words that stand in it."""


class Decoded(NamedTuple):
    """An encoded command in clear.

    Attributes:
        text: What it says, with strings joined and nested parts in clear.
        facts: What it does, as names: `script_log_off`, `amsi_off`, `fetches`, `runs`, `loads`.
        urls: Addresses that it names.
        reason: Why the text isn't in clear; None where it is.
    """

    text: str
    facts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    reason: str | None = None


@lru_cache(maxsize=4096)
def decoded(command: str) -> Decoded | None:
    """Decode the encoded command on a command line; None if there is none.

    Args:
        command: The command line, as recorded.
    """
    for option, token in _OPTION.findall(command[:MAX_TEXT]):
        if "encodedcommand".startswith(option.lower()) or option.lower() == "ec":
            return _script(token)
    return None


def _script(token: str) -> Decoded:
    text = _clear(token)
    if text is None:
        return Decoded(token, reason="it is no base64 of text")
    clear = _nested(text.replace("`", ""), 1)
    clear = _JOINED.sub("", clear)
    lowered = clear.lower()
    facts = tuple(name for name, words in _FACTS if words.search(lowered))
    return Decoded(clear, facts, _urls(clear))


def _clear(token: str) -> str | None:
    """Give the text behind a token, also a compressed one; None if it is no text."""
    binary = decoded_bytes(token)
    if binary is None:
        return None
    found = text_of(binary, utf16=True) or text_of(_inflated(binary), utf16=True)
    return found.text[:MAX_TEXT] if found else _wide(binary)


def _wide(binary: bytes) -> str | None:
    """Read UTF-16 that is mostly ASCII: control characters in it hide nothing from PowerShell."""
    text = binary.decode("utf-16-le", "ignore")
    plain = sum(char.isascii() for char in text)
    return text[:MAX_TEXT] if plain > len(text) / 2 else None


def _inflated(binary: bytes) -> bytes:
    """Give the content of gzip or deflate, as far as it goes; nothing if it is neither."""
    for bits in (31, 15, -15):
        try:
            content = zlib.decompressobj(wbits=bits).decompress(binary, MAX_TEXT)
        except zlib.error:
            continue
        if content:
            return content
    return b""


def _nested(text: str, depth: int) -> str:
    """Put what base64 in quotes says in its place."""
    if depth >= MAX_DEPTH:
        return text

    def clear(match: re.Match[str]) -> str:
        found = _clear(match[1])
        return match[0] if found is None else f"'{_nested(found, depth + 1)}'"

    return _INNER.sub(clear, text)[:MAX_TEXT]


def _urls(text: str) -> tuple[str, ...]:
    """List the addresses in a script, each once; one path that stands alone belongs to the one that has none."""
    found = list(dict.fromkeys(url.rstrip(".,") for url in _URL.findall(text)))
    paths = list(dict.fromkeys(_PATH.findall(text)))
    if len(found) == len(paths) == 1 and found[0].count("/") == 2:
        return (found[0] + paths[0],)
    return tuple(found)
