"""Cypher as a list of tokens: enough to find parameters, columns and forbidden words, and not more.

Strings, comments and back-quoted names are recognised as such, so that a word inside them never counts as a
keyword. The server parses; this only looks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from graphhunt.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATTERN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>//[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]*|/\*.*?\*/)
    | (?P<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    | (?P<quoted>`(?:``|[^`])*`)
    | (?P<param>\$(?:[^\W\d]\w*|\d+|`(?:``|[^`])*`))
    | (?P<word>[^\W\d]\w*)
    | (?P<number>0[xX][0-9a-fA-F_]+ | 0[oO][0-7_]+
        | \d[\d_]*(?:\.(?!\.)\d[\d_]*)?(?:[eE][+-]?\d+)? | \.\d[\d_]*(?:[eE][+-]?\d+)?)
    | (?P<punct>\.\.|<=|>=|<>|=~|\+=|->|<-|\|\||::|[^\w\s'"`])
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of Cypher: its kind, its text as written, and where it starts."""

    kind: str
    text: str
    start: int

    @property
    def upper(self) -> str:
        """The text in capitals, as keywords are compared."""
        return self.text.upper()


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, without spaces and comments.

    Raises:
        QueryError: A string, comment or quoted name isn't closed.
    """
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None or _opens_comment(match):
            raise QueryError("a string, comment or quoted name isn't closed", where=f"line {line_of(text, position)}")
        kind = str(match.lastgroup)
        if kind not in {"space", "comment"}:
            yield Token(kind, match.group(), position)
        position = match.end()


def _opens_comment(match: re.Match[str]) -> bool:
    return match.lastgroup == "punct" and match.string.startswith("/*", match.start())


def line_of(text: str, position: int) -> int:
    """Give the number of the line a position is in, counted from 1."""
    return text.count("\n", 0, position) + 1


def parameter_name(token: Token) -> str:
    """Give the name of a parameter token, without `$` and back quotes."""
    return token.text[1:].strip("`")


_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


def split_items(found: list[Token]) -> list[list[Token]]:
    """Split a token list at its top-level commas."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        if token.kind == "punct":
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
        if depth == 0 and token.text == ",":
            items.append([])
        else:
            items[-1].append(token)
    return [item for item in items if item]


def top_level(found: list[Token]) -> Iterator[tuple[int, Token]]:
    """Yield index and token of what stands outside of every bracket."""
    depth = 0
    for index, token in enumerate(found):
        if token.kind == "punct":
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
        if depth == 0:
            yield index, token
