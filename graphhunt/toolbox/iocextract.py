"""Finds indicators of compromise in text and frames, under msticpy's names: `IoCExtract`, `IoCPattern`, `IoCType`.

Defanged indicators are read and returned as they are. What is part of another indicator of a longer kind (the host
of a URL, the name in a path) is not listed again, except domains: the host of a URL is one too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox import _ioc_patterns as p
from graphhunt.toolbox._frames import as_str, require_columns, whole
from graphhunt.toolbox._ioc_search import may_hold, refanged_all, searched

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


class _Asked(NamedTuple):
    """What is looked for.

    Attributes:
        wanted: Kinds to give.
        first: Kinds that tell of one of them.
        any_tld: Whether domains may end in anything.
        refang: Whether defanged indicators are read.
        ranks: By kind, which of two that cover the same text is right: the smaller.
    """

    wanted: set[str]
    first: set[str]
    any_tld: bool
    refang: bool
    ranks: dict[str, tuple[int, int]]


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

_AFTER_HOST = re.compile(r"[/?#]")

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
            asked = self._asked(**{"include_paths": True, **kwargs})
            text = p.refanged(as_str(src)) if asked.refang else as_str(src)
            for one in self._scan(text, asked, [kind for kind in self._patterns if _MARKS.get(kind, "") in text]):
                found[one.kind].add(one.text)
            return dict(found)
        if data is None:
            raise UsageError("give a text, or a frame and columns")
        return self.extract_df(data, columns or [], **kwargs)

    def extract_df(self, data: pd.DataFrame, columns: str | Iterable[str], **kwargs: Any) -> pd.DataFrame:
        """Find the indicators of a frame's columns; rows in the order of the frame and the text."""
        wanted = [columns] if isinstance(columns, str) else list(columns)
        require_columns(data, wanted)
        columns_of_cells = [
            [whole(cell) if isinstance(cell, str) else None for cell in data[name].tolist()] for name in wanted
        ]
        texts = sorted({cell for cells in columns_of_cells for cell in cells if cell is not None})
        known = self._found_in(texts, **{"include_paths": False, **kwargs})
        rows = [
            (kind, text, index, cell)
            for index, *cells in zip(data.index.tolist(), *columns_of_cells, strict=True)
            for cell in cells
            if cell is not None
            for kind, text in known.get(cell, ())
        ]
        return pd.DataFrame(rows, columns=["IoCType", "Observable", "SourceIndex", "Input"])

    def get_ioc_type(self, observable: str) -> str:
        """Name the kind a whole text is; unknown for none."""
        text = p.refanged(as_str(observable).strip())
        order = sorted(self._patterns.values(), key=lambda known: known.priority)
        return next((k.ioc_type for k in order if self.validate(text, k.ioc_type)), "unknown")

    def validate(self, input_str: str, ioc_type: str, ignore_tlds: bool = False, defanged: bool | None = None) -> bool:
        """Tell whether a whole text is an indicator of a kind."""
        kind = str(ioc_type)
        if kind == "file_hash":
            return any(self.validate(input_str, name) for name in _HASHES)
        if kind not in self._patterns:
            raise UsageError(f"there is no kind {kind!r}", hint="there are " + ", ".join(self._patterns))
        given = as_str(input_str)
        text = p.refanged(given) if (self.defanged if defanged is None else defanged) else given
        match = self._patterns[kind].comp_regex.fullmatch(text)
        return match is not None and _is_right(kind, text, ignore_tlds)

    @staticmethod
    def file_hash_type(file_hash: str) -> IoCType:
        """Give the kind of a hash by its length."""
        bare = as_str(file_hash).strip()
        fits = [kind for kind, length in _HASHES.items() if len(bare) == length and re.fullmatch(r"[0-9a-fA-F]+", bare)]
        return IoCType(fits[0]) if fits else IoCType.unknown

    def _found_in(self, texts: list[str], **kwargs: Any) -> dict[str, list[tuple[str, str]]]:
        """Find the indicators of many different texts; texts without any are left out.

        What each kind needs at least is looked for in all texts at once, which is far cheaper than its expression.
        """
        asked = self._asked(**kwargs)
        read = refanged_all(texts) if asked.refang else texts
        may = may_hold(read, {kind: known.comp_regex.pattern for kind, known in self._patterns.items()}, asked.any_tld)
        at = sorted(set().union(*(numbers for kind, numbers in may.items() if kind in asked.first)))
        held: dict[int, list[str]] = {number: [] for number in at}
        for kind, numbers in may.items():
            for number in numbers:
                if number in held:
                    held[number].append(kind)
        found = ((number, self._scan(read[number], asked, kinds)) for number, kinds in held.items())
        return {
            texts[number]: list(dict.fromkeys((one.kind, one.text) for one in several))
            for number, several in found
            if several
        }

    def _asked(
        self,
        ioc_types: Iterable[str] | None = None,
        include_paths: bool = True,
        ignore_tlds: bool = False,
        defanged: bool | None = None,
    ) -> _Asked:
        """Settle what is looked for."""
        left_out = _ON_DEMAND if include_paths else _ON_DEMAND | _PATHS
        wanted = set(map(str, ioc_types)) if ioc_types else set(self._patterns) - left_out
        first = wanted | {"url"} if {"dns", "ipv4"} & wanted else wanted
        ranks = {kind: (known.priority, number) for number, (kind, known) in enumerate(self._patterns.items())}
        return _Asked(wanted, first, ignore_tlds, self.defanged if defanged is None else defanged, ranks)

    def _scan(self, text: str, asked: _Asked, held: Iterable[str]) -> list[_Found]:
        """Find the indicators of a text that is refanged, of kinds that it may hold.

        The kinds that only hide others are looked for where there is something to hide.
        """
        found = list(self._matches(text, [kind for kind in held if kind in asked.first], asked.any_tld))
        if not found:
            return found
        found += self._matches(text, [kind for kind in held if kind in _SHIELDS - asked.first], asked.any_tld)
        kept = []
        for one in _longest(found, asked.ranks):
            if one.kind in asked.wanted:
                kept.append(one)
            if one.kind == "url":
                kept += [host for host in _hosts(one) if host.kind in asked.wanted]
        return kept

    def _matches(self, text: str, kinds: Iterable[str], any_tld: bool) -> Iterator[_Found]:
        for kind in kinds:
            known = self._patterns[kind]
            for match in searched(known.comp_regex, text):
                group = known.group or 0
                value, start = match.group(group), match.start(group)
                for part in _parts(kind, value, text, start):
                    if part and _is_right(kind, part, any_tld):
                        at = text.find(part, start)
                        yield _Found(kind, part, at, at + len(part))


_MARKS = {
    "url": "://", "email": "@", "dns": ".", "ipv4": ".", "ipv6": ":", "windows_path": "\\", "linux_path": "/",
    "windows_registry": "\\", "attack_id": "T",
}  # fmt: skip
"""What a text has at least that holds a kind."""


def _parts(kind: str, value: str, text: str, start: int) -> list[str]:
    """Cut what was found to what it is, or to the several that it is."""
    if kind == "url":
        return p.trimmed_url(value)
    if kind in {"windows_path", "windows_registry"}:
        return [p.trimmed_path(value, text, start, kind == "windows_registry")]
    return [value]


def _is_right(kind: str, text: str, ignore_tlds: bool) -> bool:
    if kind == "ipv4":
        return p.is_ipv4(text)
    if kind == "ipv6":
        return p.is_ipv6(text)
    if kind in {"dns", "email"}:
        return p.has_tld(text.rpartition("@")[2], ignore_tlds)
    return True


def _longest(found: list[_Found], ranks: dict[str, tuple[int, int]]) -> list[_Found]:
    """Keep what isn't inside another match; by rank where two cover the same text."""
    if len(found) == 1:
        return found
    order = sorted(found, key=lambda one: (one.start, -one.end, ranks[one.kind]))
    kept: list[_Found] = []
    end = -1
    for one in order:
        if one.end > end:
            kept.append(one)
            end = one.end
    return kept


def _hosts(url: _Found) -> Iterator[_Found]:
    """Give the host of a URL as a domain or address."""
    authority = _AFTER_HOST.split(url.text.split("://", 1)[1], maxsplit=1)[0].rpartition("@")[2]
    host = authority.partition(":")[0].rstrip(".")
    if p.is_ipv4(host):
        yield _Found("ipv4", host, url.start, url.end)
    elif "." in host:
        yield _Found("dns", host.lower(), url.start, url.end)
