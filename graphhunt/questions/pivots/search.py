"""Search over all kinds of entities by a piece of any of their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.questions.pivots.reading import Reader, run
from graphhunt.questions.pivots.views import describe

KINDS = (
    "User", "Machine", "IP", "Process", "File", "Domain", "URL", "Service", "ScheduledTask", "Share",
    "RegistryKey", "Alert", "Realm",
)  # fmt: skip
"""The kinds that can be searched, in the order in which results are shown."""

MAX_TEXT = 500
"""Characters of a search text that count."""

_BY_NAME = {kind.lower(): kind for kind in KINDS} | {"host": "Machine", "account": "User", "task": "ScheduledTask"}
_PREFIX = re.compile(r"\s*([a-zA-Z]+)\s*:\s*(.*)", re.DOTALL)


def split_prefix(text: str) -> tuple[str | None, str]:
    r"""Split `kind:user name` or `user: name` into the kind and the rest; no kind if there is no prefix.

    A drive (`c:\windows`) and a URL (`http://`) are no prefix.
    """
    match = _PREFIX.fullmatch(text)
    if not match:
        return None, text.strip()
    word, rest = match.group(1).lower(), match.group(2)
    if word == "kind":
        word, _, rest = rest.strip().partition(" ")
        return kind_named(word), rest.strip()
    return (_BY_NAME[word], rest.strip()) if word in _BY_NAME else (None, text.strip())


def kind_named(name: str) -> str:
    """Give the kind of a name in any case; `host`, `account` and `task` are understood.

    Raises:
        UsageError: if there is no such kind.
    """
    kind = _BY_NAME.get(name.strip().lower())
    if kind is None:
        raise UsageError(f"There is no kind of entity named {name!r}.", hint="one of " + ", ".join(KINDS))
    return kind


def search(store: Reader, text: str, kinds: Iterable[str] | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """Find entities by a piece of their names, addresses, hashes or command lines; case does not matter.

    Args:
        store: The graph.
        text: What to look for; `kind:user name` or `user:name` looks among one kind only.
        kinds: Kinds to look among; all when None.
        limit: Most results per kind.

    Returns:
        One group per kind with any result, in the order of KINDS: `kind`, `items` (best first, each with
        `rank` 0 for a whole name, 1 for its beginning, 2 for a part) and `more` (True if there are others).

    Raises:
        UsageError: if a kind does not exist.
    """
    prefix, rest = split_prefix(text[:MAX_TEXT])
    wanted = {prefix} if prefix else {kind_named(kind) for kind in kinds or KINDS}
    if not rest:
        return []
    groups = (_group(store, kind, rest.lower(), limit) for kind in KINDS if kind in wanted)
    return [group for group in groups if group["items"]]


def _group(store: Reader, kind: str, text: str, limit: int) -> dict[str, Any]:
    return ranked(kind, run(store, f"search/{kind.lower()}", text=text, limit=limit + 1), text, limit)


def ranked(kind: str, rows: Sequence[dict[str, Any]], text: str, limit: int) -> dict[str, Any]:
    """Give the group of a kind from its rows of `node` and `rank`, of which there may be one more than `limit`."""
    items = [describe(row["node"]) | {"rank": _rank(row, text)} for row in rows[:limit]]
    return {"kind": kind, "items": sorted(items, key=lambda item: item["rank"]), "more": len(rows) > limit}


def _rank(row: dict[str, Any], text: str) -> int:
    """Rank a hit; a label equal to the text is a whole name even where other names come before it."""
    node = row["node"]
    names = {str(node.get("name", "")).lower(), str(node["id"]).lower()}
    return 0 if text in names else int(row["rank"])


def search_list(store: Reader, texts: Sequence[str], limit: int = 500) -> dict[str, Any]:
    """Find the best entity for each line of a pasted list.

    Returns:
        `items`: the entities found, once each; `missing`: the lines that nothing was found for;
        `truncated`: True when there were more lines than `limit`.
    """
    lines = list(dict.fromkeys(line for text in texts if (line := text.strip())))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    missing: list[str] = []
    for line in lines[:limit]:
        hits = [item for group in search(store, line, limit=3) for item in group["items"]]
        if not hits:
            missing.append(line)
            continue
        best = min(hits, key=lambda item: item["rank"])
        found[best["kind"], best["id"]] = best
    return {"items": list(found.values()), "missing": missing, "truncated": len(lines) > limit}
