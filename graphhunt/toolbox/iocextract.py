"""Finds indicators of compromise in text and frames, under msticpy's names: `IoCExtract`, `IoCPattern`, `IoCType`.

Defanged indicators are read and returned as they are. What is part of another indicator of a longer kind (the host
of a URL, the name in a path) is not listed again, except domains: the host of a URL is one too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from enum import StrEnum
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import polars as pl

from graphhunt.errors import UsageError
from graphhunt.toolbox import _ioc_patterns as p
from graphhunt.toolbox._frames import require_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class IoCType(StrEnum):
    """Kinds of indicators."""

    unknown = "unknown"
    ipv4 = "ipv4"
    ipv6 = "ipv6"
    dns = "dns"
    url = "url"
    email = "email"
    md5_hash = "md5_hash"
    sha1_hash = "sha1_hash"
    sha256_hash = "sha256_hash"
    file_hash = "file_hash"
    hostname = "hostname"
    windows_path = "windows_path"
    linux_path = "linux_path"
    windows_registry = "windows_registry"
    cve = "cve"
    attack_id = "attack_id"
    mac = "mac"
    bitcoin = "bitcoin"

    @classmethod
    def parse(cls, value: str) -> IoCType:
        """Give the kind of a name; unknown for others."""
        try:
            return cls(str(value).strip().lower())
        except ValueError:
            return cls.unknown


class IoCPattern(NamedTuple):
    """How a kind of indicator is recognised; a smaller priority wins where two kinds match the same text."""

    ioc_type: str
    comp_regex: re.Pattern[str]
    priority: int
    group: str | None


class _Found(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


_OWN = (
    ("url", p.URL, 0), ("windows_path", p.WINDOWS_PATH, 2), ("email", p.EMAIL, 1), ("ipv4", p.IPV4, 1),
    ("ipv6", p.IPV6, 2), ("linux_path", p.LINUX_PATH, 3), ("dns", p.DNS, 4), ("md5_hash", p.hexes(32), 1),
    ("sha1_hash", p.hexes(40), 1), ("sha256_hash", p.hexes(64), 1),
    ("windows_registry", p.WINDOWS_REGISTRY, 1), ("cve", p.CVE, 1), ("attack_id", p.ATTACK_ID, 5), ("mac", p.MAC, 1),
    ("bitcoin", p.BITCOIN, 2),
)  # fmt: skip
_ON_DEMAND = frozenset({"mac", "bitcoin"})
_PATHS = frozenset({"windows_path", "linux_path"})
_SHIELDS = frozenset({"url", "email", "windows_registry", *_PATHS})
"""Kinds whose parts are no indicators of their own; they are looked for even if they aren't asked for."""

_HASHES = {"md5_hash": 32, "sha1_hash": 40, "sha256_hash": 64}


class IoCExtract:
    """An extractor; each instance has its own kinds.

    Args:
        defanged: Read defanged indicators (`hxxp://a[.]b`) too.
    """

    def __init__(self, defanged: bool = True) -> None:
        self.defanged = defanged
        self._patterns = {kind: IoCPattern(kind, re.compile(text), rank, None) for kind, text, rank in _OWN}

    @property
    def ioc_types(self) -> dict[str, IoCPattern]:
        """Give the kinds with their expressions; a copy."""
        return dict(self._patterns)

    @property
    def ioc_df_types(self) -> list[str]:
        """List the kinds that are looked for in frames by default: all but paths, MAC and bitcoin addresses."""
        return [kind for kind in self._patterns if kind not in _PATHS | _ON_DEMAND]

    def add_ioc_type(
        self,
        ioc_type: str,
        ioc_regex: str,
        priority: int = 0,
        group: str | None = None,
        defang_pattern: str | None = None,
    ) -> None:
        """Add a kind to this instance.

        Args:
            ioc_type: Its name.
            ioc_regex: Its expression.
            priority: Smaller wins where kinds match the same text.
            group: Named group that holds the indicator; the whole match by default.
            defang_pattern: A second expression for its defanged form.

        Raises:
            UsageError: The expression is broken.
        """
        text = f"(?:{ioc_regex})|(?:{defang_pattern})" if defang_pattern else ioc_regex
        try:
            self._patterns[ioc_type] = IoCPattern(ioc_type, re.compile(text), priority, group)
        except re.error as error:
            raise UsageError(f"the expression of {ioc_type} is broken: {error}") from error

    def extract(
        self,
        src: str | None = None,
        data: pd.DataFrame | None = None,
        columns: Iterable[str] | None = None,
        **kwargs: Any,
    ) -> dict[str, set[str]] | pd.DataFrame:
        """Find the indicators of a text, or of a frame's columns.

        Args:
            src: The text.
            data: The frame, instead.
            columns: Its columns.
            **kwargs: `ioc_types` to look for (all but `mac` and `bitcoin`), `include_paths` (paths too; text: True,
                frames: False), `ignore_tlds`, `defanged`.

        Returns:
            For a text a set per kind found; for a frame `IoCType`, `Observable`, `SourceIndex`, `Input`.

        Raises:
            UsageError: Neither text nor frame, or a column isn't there.
        """
        if src is not None:
            found: defaultdict[str, set[str]] = defaultdict(set)
            for one in self._scan(src, **{"include_paths": True, **kwargs}):
                found[one.kind].add(one.text)
            return dict(found)
        if data is None:
            raise UsageError("give a text, or a frame and columns")
        return self.extract_df(data, columns or [], **kwargs)

    def extract_df(self, data: pd.DataFrame, columns: str | Iterable[str], **kwargs: Any) -> pd.DataFrame:
        """Find the indicators of a frame's columns; rows in the order of the frame and the text."""
        wanted = [columns] if isinstance(columns, str) else list(columns)
        require_columns(data, wanted)
        options = {"include_paths": False, **kwargs}
        distinct = {cell for name in wanted for cell in data[name].tolist() if isinstance(cell, str)}
        held = self._held(sorted(distinct), options.get("defanged"))
        known: dict[str, list[tuple[str, str]]] = {}
        rows = []
        for index, *cells in data[wanted].itertuples(name=None):
            for cell in cells:
                if not isinstance(cell, str):
                    continue
                if cell not in known:
                    found = self._scan(cell, held=held[cell], **options)
                    known[cell] = list(dict.fromkeys((one.kind, one.text) for one in found))
                rows += [(kind, text, index, cell) for kind, text in known[cell]]
        return pd.DataFrame(rows, columns=["IoCType", "Observable", "SourceIndex", "Input"])

    def get_ioc_type(self, observable: str) -> str:
        """Name the kind a whole text is; unknown for none."""
        text = p.refanged(observable.strip())
        order = sorted(self._patterns.values(), key=lambda known: known.priority)
        return next((k.ioc_type for k in order if self.validate(text, k.ioc_type)), "unknown")

    def validate(self, input_str: str, ioc_type: str, ignore_tlds: bool = False, defanged: bool | None = None) -> bool:
        """Tell whether a whole text is an indicator of a kind."""
        kind = str(ioc_type)
        if kind == "file_hash":
            return any(self.validate(input_str, name) for name in _HASHES)
        if kind not in self._patterns:
            raise UsageError(f"there is no kind {kind!r}", hint="there are " + ", ".join(self._patterns))
        text = p.refanged(input_str) if (self.defanged if defanged is None else defanged) else input_str
        match = self._patterns[kind].comp_regex.fullmatch(text)
        return match is not None and _is_right(kind, text, ignore_tlds)

    @staticmethod
    def file_hash_type(file_hash: str) -> IoCType:
        """Give the kind of a hash by its length."""
        bare = file_hash.strip()
        fits = [kind for kind, length in _HASHES.items() if len(bare) == length and re.fullmatch(r"[0-9a-fA-F]+", bare)]
        return IoCType(fits[0]) if fits else IoCType.unknown

    def _scan(
        self,
        text: str,
        ioc_types: Iterable[str] | None = None,
        include_paths: bool = True,
        ignore_tlds: bool = False,
        defanged: bool | None = None,
        held: set[str] | None = None,
    ) -> Iterator[_Found]:
        left_out = _ON_DEMAND if include_paths else _ON_DEMAND | _PATHS
        wanted = set(map(str, ioc_types)) if ioc_types else set(self._patterns) - left_out
        if self.defanged if defanged is None else defanged:
            text = p.refanged(text)
        looked_for = wanted | _SHIELDS if held is None else (wanted | _SHIELDS) & held
        kept = _longest(self._matches(text, looked_for, ignore_tlds), self._patterns)
        for one in kept:
            if one.kind in wanted:
                yield one
            if one.kind == "url" and {"dns", "ipv4"} & wanted:
                yield from (host for host in _hosts(one) if host.kind in wanted)

    def _held(self, cells: list[str], defanged: bool | None) -> dict[str, set[str]]:
        """Tell which kinds each text may hold, by what each of them needs: all texts at once, and far cheaper."""
        reads = self.defanged if defanged is None else defanged
        texts = pl.Series([p.refanged(cell) if reads else cell for cell in cells], dtype=pl.String)
        held: dict[str, set[str]] = {cell: set() for cell in cells}
        for kind, known in self._patterns.items():
            need = _NEEDS.get(known.comp_regex.pattern)
            may = texts.str.contains(need).to_list() if need else [True] * len(cells)
            for cell in compress(cells, may):
                held[cell].add(kind)
        return held

    def _matches(self, text: str, kinds: set[str], ignore_tlds: bool) -> Iterator[_Found]:
        for kind, known in self._patterns.items():
            if kind not in kinds or not _may_hold(kind, text):
                continue
            for match in known.comp_regex.finditer(text):
                group = known.group or 0
                value, start = match.group(group), match.start(group)
                for part in _parts(kind, value, text, start):
                    if part and _is_right(kind, part, ignore_tlds):
                        at = text.find(part, start)
                        yield _Found(kind, part, at, at + len(part))


_NEEDS = {
    p.URL: "://", p.EMAIL: "@", p.IPV4: r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", p.IPV6: ":[0-9A-Fa-f]{0,4}:",
    p.WINDOWS_PATH: r"[A-Za-z]:\\|\\\\|%\\", p.LINUX_PATH: r"/[\w.+@%~-]+/", p.DNS: r"\.(?:xn--|[^\W\d_]{2})",
    p.WINDOWS_REGISTRY: r"(?i)hk[a-z_]+:?\\|\\registry\\", p.CVE: "(?i)cve-", p.ATTACK_ID: r"TA?\d{4}",
    **{p.hexes(length): f"[0-9A-Fa-f]{{{length}}}" for length in _HASHES.values()},
}  # fmt: skip
"""What a text has at least that an own expression of a kind is found in."""

_MARKS = {
    "url": "://", "email": "@", "dns": ".", "ipv4": ".", "ipv6": ":", "windows_path": "\\", "linux_path": "/",
    "windows_registry": "\\", "attack_id": "T",
}  # fmt: skip


def _parts(kind: str, value: str, text: str, start: int) -> list[str]:
    """Cut what was found to what it is, or to the several that it is."""
    if kind == "url":
        return p.trimmed_url(value)
    if kind in {"windows_path", "windows_registry"}:
        return [p.trimmed_path(value, text, start, kind == "windows_registry")]
    return [value]


def _may_hold(kind: str, text: str) -> bool:
    """Spare a costly search where a mark that the kind needs is missing."""
    return _MARKS.get(kind, "") in text


def _is_right(kind: str, text: str, ignore_tlds: bool) -> bool:
    if kind == "ipv4":
        return p.is_ipv4(text)
    if kind == "ipv6":
        return p.is_ipv6(text)
    if kind in {"dns", "email"}:
        return p.has_tld(text.rpartition("@")[2], ignore_tlds)
    return True


def _longest(found: Iterable[_Found], patterns: dict[str, IoCPattern]) -> list[_Found]:
    """Keep what isn't inside another match; by priority where two cover the same text."""
    order = sorted(found, key=lambda one: (one.start, -one.end, patterns[one.kind].priority))
    kept: list[_Found] = []
    end = -1
    for one in order:
        if one.end > end:
            kept.append(one)
            end = one.end
    return kept


def _hosts(url: _Found) -> Iterator[_Found]:
    """Give the host of a URL as a domain or address."""
    authority = re.split(r"[/?#]", url.text.split("://", 1)[1], maxsplit=1)[0].rpartition("@")[2]
    host = authority.partition(":")[0].rstrip(".")
    if p.is_ipv4(host):
        yield _Found("ipv4", host, url.start, url.end)
    elif "." in host:
        yield _Found("dns", host.lower(), url.start, url.end)
