"""Turns the plain names of analytics' properties in an analyst's Cypher to the names of the current slot.

Works on tokens, as the guard does: names in strings and comments stay. `p.rarity_score` becomes
`coalesce(p.rarity_score__a, p.rarity_score)`, so that a map or a relationship with a property of that name
answers as before, and so does a literal index (`p['rarity_score']`); a key of a pattern (`{rarity_score: 1}`), of a
map and of a projection (`p {.rarity_score}`) becomes the slot's. What a parameter holds is never touched, and a
name that is only known when the statement runs (`p[$name]`, `keys(p)`) is the slot's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graphhunt.errors import QueryError
from graphhunt.queries.tokens import Token, tokens
from graphhunt.schema import NODES, RELATIONSHIPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMES = frozenset({"word", "quoted"})
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_BEFORE_LIST = frozenset(
    {"ALL", "AND", "AS", "BY", "CASE", "CONTAINS", "DISTINCT", "ELSE", "IN", "IS", "LIMIT", "NOT", "ON", "OR", "RETURN",
     "SKIP", "THEN", "UNWIND", "WHEN", "WHERE", "WITH", "XOR"}
)  # fmt: skip
"""Words after which `[` begins a list and not an index."""


class _Edit(NamedTuple):
    """Text to put between two positions."""

    start: int
    end: int
    text: str


def rename(cypher: str, names: Mapping[str, str]) -> str:
    """Give a statement with the names turned; a text that isn't closed stays as it is."""
    if not names or not any(name in cypher for name in names):
        return cypher
    try:
        found = list(tokens(cypher))
    except QueryError:
        return cypher  # the guard refuses it with the reason
    for edit in sorted(_edits(found, names), reverse=True):
        cypher = cypher[: edit.start] + edit.text + cypher[edit.end :]
    return cypher


def _edits(found: list[Token], names: Mapping[str, str]) -> Iterator[_Edit]:
    opened: list[int] = []
    for index, token in enumerate(found):
        if token.kind == "punct" and token.text in _OPEN:
            opened.append(index)
        elif token.kind == "punct" and token.text in _CLOSE and opened:
            opened.pop()
        edit = _edit(found, index, opened, names)
        if edit:
            yield edit


def _edit(found: list[Token], index: int, opened: list[int], names: Mapping[str, str]) -> _Edit | None:
    token = found[index]
    name = token.text.strip("`'\"")
    new = names.get(name)
    if new is None or not index:
        return None
    before, after = found[index - 1].text, found[index + 1].text if index + 1 < len(found) else ""
    if token.kind == "string":
        return _index(found, index, new) if (before, after) == ("[", "]") else None
    if token.kind not in _NAMES:
        return None
    if before == ".":
        return _access(found, index, opened, new)
    is_key = after == ":" and before in {"{", ","} and opened and found[opened[-1]].text == "{"
    return _Edit(token.start, _end(token), new) if is_key and not _is_schemas(found, opened, name) else None


def _index(found: list[Token], index: int, new: str) -> _Edit | None:
    """Turn `base['name']`; a list of one text stays."""
    token, base = found[index], found[index - 2] if index >= 2 else None
    if base is None or not _ends_value(base) or _of_parameter(found, index - 2):
        return None
    if base.kind in _NAMES and not (index >= 3 and found[index - 3].text == "."):
        either = f"coalesce({base.text}['{new}'], {base.text}[{token.text}])"
        return _Edit(base.start, _end(found[index + 1]), either)
    return _Edit(token.start, _end(token), f"'{new}'")


def _access(found: list[Token], index: int, opened: list[int], new: str) -> _Edit | None:
    """Turn `base.name`, or `.name` of a projection."""
    token = found[index]
    base = found[index - 2] if index >= 2 else None
    if base is None or _of_parameter(found, index - 2):
        return None
    if base.text in {"{", ","}:
        holder = found[opened[-1] - 1] if opened and opened[-1] else None
        if holder is None or holder.kind not in _NAMES:
            return None
        return _Edit(found[index - 1].start, _end(token), f"{new}: {_either(holder.text, new, token.text)}")
    if base.kind in _NAMES and not (index >= 3 and found[index - 3].text == "."):
        return _Edit(base.start, _end(token), _either(base.text, new, token.text))
    return _Edit(token.start, _end(token), new)


def _ends_value(token: Token) -> bool:
    """Tell whether a token can be the last of what an index is taken of."""
    if token.kind == "word":
        return token.upper not in _BEFORE_LIST
    return token.kind in {"quoted", "param"} or token.text in _CLOSE


def _of_parameter(found: list[Token], index: int) -> bool:
    """Tell whether the value that ends here was taken out of a parameter, such as `$rows[0].first`."""
    while index >= 0:
        token = found[index]
        if token.text == "]":
            index = _opening(found, index) - 1
        elif token.kind in _NAMES and index and found[index - 1].text == ".":
            index -= 2
        else:
            return token.kind == "param"
    return False


def _opening(found: list[Token], index: int) -> int:
    """Give where the bracket that closes here was opened; 0 if nowhere."""
    depth = 0
    for at in range(index, -1, -1):
        if found[at].kind == "punct":
            depth += (found[at].text in _CLOSE) - (found[at].text in _OPEN)
        if depth == 0:
            return at
    return 0


def _either(base: str, new: str, old: str) -> str:
    return f"coalesce({base}.{new}, {base}.{old})"


def _is_schemas(found: list[Token], opened: list[int], name: str) -> bool:
    """Tell whether the pattern around a key names a kind that has a property of this name by itself."""
    start = opened[-2] if len(opened) > 1 else 0
    words = {token.text.strip("`") for token in found[start : opened[-1]] if token.kind in _NAMES}
    kinds = [RELATIONSHIPS[word].properties for word in words if word in RELATIONSHIPS]
    kinds += [NODES[word].properties for word in words if word in NODES]
    return any(name in properties for properties in kinds)


def _end(token: Token) -> int:
    return token.start + len(token.text)
