"""The guard in front of analysts' own Cypher: what isn't known to read only is refused, with the reason.

It looks at tokens, so comments, strings and quoted names can't hide or fake a keyword. It is the first layer of
several: behind it stand the server's settings, a session or user that can't write, the plan's operators on Neo4j,
and limits of time, rows and bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.errors import AccessError, QueryError
from graphhunt.queries.tokens import Token, tokens
from graphhunt.store.guard_words import DENIED, FUNCTION_SPACES, FUNCTIONS, OPERATORS, PROCEDURES, WORDS_BEFORE_BRACKET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_TEXT = 20_000
"""Characters a statement may have."""

MAX_DEPTH = 60
"""Brackets that may be open at once: deeper nesting only serves to overflow the server's parser."""

MAX_HOPS = 15
"""Relationships a variable-length pattern may follow."""

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


def check(cypher: str) -> None:
    """Refuse a statement that isn't plainly a bounded read.

    Raises:
        AccessError: It is refused; the error says why.
    """
    if len(cypher) > MAX_TEXT:
        raise AccessError(f"a statement may have {MAX_TEXT} characters, this has {len(cypher)}")
    if "\x00" in cypher or "\\u" in cypher.lower():
        # Some servers turn \\uXXXX into characters before they look for keywords.
        raise AccessError("a statement must not hold NUL or \\u escapes", hint="pass such text as a parameter")
    try:
        found = list(tokens(cypher))
    except QueryError as error:
        raise AccessError(error.message, where=error.where) from error
    if not found:
        raise AccessError("the statement is empty")
    _check_depth(found)
    _check_words(found)
    _check_calls(found)
    _check_bounds(found)


def explain_text(cypher: str) -> str:
    """Put EXPLAIN before a statement that has passed `check`.

    This is the only place where Cypher is put together: a plan can't be asked for in any other way, and a text that
    passed the check holds no second statement and no EXPLAIN of its own.
    """
    return "EXPLAIN " + cypher


def check_plan(query_type: str | None, plan: Mapping[str, Any] | None) -> None:
    """Refuse a statement by what Neo4j's planner says it would do.

    Args:
        query_type: `r`, `rw`, `w` or `s`; only `r` passes.
        plan: The operator tree of an EXPLAIN.

    Raises:
        AccessError: It isn't a read, or an operator isn't known to be harmless.
    """
    if query_type != "r":
        raise AccessError("the statement isn't a read")
    if plan is None:
        raise AccessError("the server gives no plan for the statement")
    for operator in operators(plan):
        if operator not in OPERATORS:
            raise AccessError(f"the statement uses the operator {operator}, which isn't on the list of allowed ones")


def operators(plan: Mapping[str, Any]) -> Iterator[str]:
    """Yield the operator names of a plan, without the planner's suffix."""
    yield str(plan["operatorType"]).partition("@")[0]
    for child in plan.get("children", ()):
        yield from operators(child)


def _check_depth(found: list[Token]) -> None:
    depth = 0
    for token in found:
        if token.kind == "punct":
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
            if token.text == ";":
                raise AccessError("one statement at a time, without `;`")
        if depth > MAX_DEPTH:
            raise AccessError(f"brackets are nested deeper than {MAX_DEPTH}")


def _is_name(found: list[Token], index: int) -> bool:
    """Tell whether a word stands where only a property, label or map key can stand."""
    before = found[index - 1].text if index else ""
    after = found[index + 1].text if index + 1 < len(found) else ""
    if before == "|":
        return after in {"]", ")", "|", "&", "*"}  # a label or type, not what a FOREACH does for each
    if before in {".", ":", "&", "!"}:
        return True
    return after == ":" and before in {"{", ","}


def _check_words(found: list[Token]) -> None:
    for index, token in enumerate(found):
        if token.kind == "word" and token.upper in DENIED and not _is_name(found, index):
            hint = "a name like that goes between back quotes"
            raise AccessError(f"{token.upper} isn't allowed in an analyst's query", hint=hint)


def _dotted(found: list[Token], index: int) -> str:
    """Give the dotted name that ends at a token, in lower case and without back quotes."""
    parts = [found[index].text.strip("`")]
    while index >= 2 and found[index - 1].text == "." and found[index - 2].kind in {"word", "quoted"}:
        index -= 2
        parts.append(found[index].text.strip("`"))
    return ".".join(reversed(parts)).lower()


def _check_calls(found: list[Token]) -> None:
    for index, token in enumerate(found):
        following = found[index + 1].text if index + 1 < len(found) else ""
        if token.kind == "word" and token.upper == "CALL" and not _is_name(found, index):
            _check_procedure(found, index + 1)
        elif token.kind in {"word", "quoted"} and following == "(":
            _check_function(found, index)


def _check_procedure(found: list[Token], index: int) -> None:
    if index < len(found) and found[index].text in {"{", "("}:
        return  # a sub-query: its words are checked like all others
    end = index
    while end + 2 < len(found) and found[end + 1].text == ".":
        end += 2
    name = _dotted(found, end) if end < len(found) else ""
    if name not in PROCEDURES:
        raise AccessError(f"procedure {name!r} isn't allowed in an analyst's query")


def _check_function(found: list[Token], index: int) -> None:
    name = _dotted(found, index)
    if name in PROCEDURES or name in FUNCTIONS or _is_pattern_word(found[index], name):
        return
    space, dot, _ = name.partition(".")
    if dot and space in FUNCTION_SPACES:
        return
    raise AccessError(f"function {name!r} isn't allowed in an analyst's query")


def _is_pattern_word(token: Token, name: str) -> bool:
    return token.kind == "word" and "." not in name and token.upper in WORDS_BEFORE_BRACKET


def _check_bounds(found: list[Token]) -> None:
    for index, token in enumerate(found):
        if token.text == "*" and _in_relationship(found, index):
            _check_star(found, index)
        elif token.text in {"+", "*", "{"} and _follows_pattern(found, index):
            _check_quantifier(found, index)


def _in_relationship(found: list[Token], index: int) -> bool:
    """Tell whether a star stands directly inside `-[ … ]`, before any condition there."""
    for place in range(index - 1, -1, -1):
        text = found[place].text
        if text == "[":
            return place > 0 and found[place - 1].text in {"-", "<-"}
        if text in {"(", ")", "{", "}", "]"} or found[place].upper == "WHERE":
            return False
    return False


def _check_star(found: list[Token], index: int) -> None:
    rest = [token.text for token in found[index + 1 : index + 4]]
    if rest and rest[0].isdigit() and rest[1:2] != [".."]:
        upper: str | None = rest[0]
    elif ".." in rest[:2]:
        place = rest.index("..")
        upper = rest[place + 1] if place + 1 < len(rest) else None
    else:
        upper = None
    _check_hops(upper)


def _check_hops(upper: str | None) -> None:
    if upper is None or not upper.isdigit():
        raise AccessError("a variable-length pattern needs an upper bound", hint=f"like *1..{MAX_HOPS}")
    if int(upper) > MAX_HOPS:
        raise AccessError(f"a variable-length pattern may follow {MAX_HOPS} relationships, not {upper}")


def _follows_pattern(found: list[Token], index: int) -> bool:
    """Tell whether a token quantifies the path pattern before it."""
    before = found[index - 1].text if index else ""
    if before == "->" or (before == "-" and index > 1 and found[index - 2].text in {"]", "-", "<-"}):
        return True
    return before == ")" and _is_path_group(found, index - 1)


def _is_path_group(found: list[Token], end: int) -> bool:
    depth = 0
    arrow = False
    for place in range(end, -1, -1):
        text = found[place].text
        depth += (text in _CLOSE) - (text in _OPEN)
        arrow = arrow or text in {"->", "<-"} or (text == "-" and found[place + 1].text in {"[", "-"})
        if depth == 0:
            return arrow and not (place and found[place - 1].kind in {"word", "quoted"} and _calls(found[place - 1]))
    return False


def _calls(token: Token) -> bool:
    return token.upper not in WORDS_BEFORE_BRACKET


def _check_quantifier(found: list[Token], index: int) -> None:
    if found[index].text != "{":
        _check_hops(None)
    inner = []
    for token in found[index + 1 :]:
        if token.text == "}":
            break
        inner.append(token.text)
    _check_hops(inner[-1] if inner else None)
