"""Searches for indicators where they may be: cheap questions to many texts at once before dear ones to single texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.toolbox import _ioc_patterns as p

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Mapping

_HASH_LENGTHS = (32, 40, 64)
_NEEDS = {
    p.URL: "://", p.EMAIL: "@", p.IPV4: r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", p.IPV6: ":[0-9A-Fa-f]{0,4}:",
    p.WINDOWS_PATH: r"[A-Za-z]:\\|\\\\|%\\", p.LINUX_PATH: r"/[\w.+@%~-]+/", p.DNS: r"\.(?:xn--|[^\W\d_]{2})",
    p.WINDOWS_REGISTRY: r"(?i)hk[a-z_]+:?\\|\\registry\\", p.CVE: "(?i)cve-", p.ATTACK_ID: r"TA?\d{4}",
    **{p.hexes(length): f"[0-9A-Fa-f]{{{length}}}" for length in _HASH_LENGTHS},
}  # fmt: skip
"""What a text has at least that an own expression finds something in; without look-around, so that polars knows it."""

_NEEDS_TLD = rf"(?i)\.(?:xn--|[a-z]*[^\x00-\x7f]|(?:[a-z]{{2}}|{'|'.join(sorted(p.TLDS))})(?:[^a-z0-9_]|$))"
"""What a text has at least that holds a domain with a top-level domain in use (see `has_tld`)."""


def refanged_all(texts: list[str]) -> list[str]:
    """Write the defanged indicators of texts as they are."""
    column = pl.Series(texts, dtype=pl.String)
    changed = list(texts)
    for number in column.str.contains(p.DEFANGED).arg_true().to_list():
        changed[number] = p.refanged(texts[number])
    return changed


def may_hold(texts: list[str], kinds: Mapping[str, str], any_tld: bool) -> dict[str, Iterable[int]]:
    """Give the numbers of the texts that may hold each kind.

    Args:
        texts: The texts, refanged.
        kinds: Expressions by kind; one that isn't known here may find something in every text.
        any_tld: Domains may end in anything.
    """
    column = pl.Series(texts, dtype=pl.String)
    needs = _NEEDS if any_tld else _NEEDS | {p.DNS: _NEEDS_TLD}
    return {
        kind: column.str.contains(needs[pattern]).arg_true().to_list() if pattern in needs else range(len(texts))
        for kind, pattern in kinds.items()
    }


def searched(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Give the matches of an expression in a text from left to right."""
    return _paths(pattern, text) if pattern.pattern == p.WINDOWS_PATH else pattern.finditer(text)


def _paths(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Find Windows paths by trying only where one may begin: a drive, a server or a variable before a backslash."""
    end = 0
    at = text.find("\\")
    while at >= 0:
        before = text[at - 1] if at else ""
        start = at - 2 if before == ":" else text.rfind("%", 0, at - 1) if before == "%" else at
        match = pattern.match(text, start) if start >= end else None
        if match is not None:
            yield match
            end = match.end()
        at = text.find("\\", max(at + 1, end))
