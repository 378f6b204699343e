"""The language of the search for records: read in one pass, printed back as it is understood.

A query is clauses that all have to hold, with spaces between them. A clause is one term, or several with `|` between
them of which one has to hold; `-` before it turns it round. A term is a text that the record has, `"in quotes"` where
it has spaces or signs; `field:value` (with `*` at the end for a beginning, in quotes for a piece of the value),
`field>5`, `field<5`; 4 or 5 digits for an event id, `T1021.006` for a technique, `10.0.0.5:80` for an address with a
port, `10.0.0.0/24` for a network; `since:`, `until:` and `around:TIME±10m` for times.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from graphhunt.errors import GraphhuntError, QueryTextError
from graphhunt.times import iso, micros, span

MOST_TEXT = 4000
"""Characters that a query may have."""

MOST_TERMS = 64
"""Terms that a query may have."""

TEXT, FIELD, EVENT, TECHNIQUE, PEER, NETWORK, SINCE, UNTIL, AROUND = (
    "text", "field", "event", "technique", "peer", "network", "since", "until", "around",
)  # fmt: skip
"""Kinds of terms."""

HAS, IS, BEGINS, MORE, LESS = "has", "is", "begins", ">", "<"
"""How a value is compared."""

_NAME = re.compile(r"[A-Za-z_@#][\w.@#-]{0,63}")
_EVENT = re.compile(r"\d{4,5}")
_TECHNIQUE = re.compile(r"[Tt]\d{4}(?:\.\d{3})?")
_PEER = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]{2,45}\]):(\d{1,5})")
_NETWORK = re.compile(r"[0-9A-Fa-f:.]{2,45}/\d{1,3}")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")
_NUMBER = re.compile(r"-?(?:0[xX][0-9A-Fa-f]{1,16}|\d{1,20})")
_SPACES = " \t\r\n"
_TIMES = {"since": SINCE, "until": UNTIL, "around": AROUND}
_AROUND = re.compile(r"(.*?)(?:±|\+-)(\d{1,6}(?:\.\d{1,6})?)([smhd]?)", re.DOTALL)


class Term(NamedTuple):
    """One thing that a record has or hasn't.

    Attributes:
        kind: One of the kinds above.
        value: The text, number, network, or time in µs UTC as digits.
        how: How a text or a field's value is compared.
        field: Name of the field, as written; the port of an address; the µs around a time as digits.
        at: Where it stands in the query, and its `length`; no part of what it means.
    """

    kind: str
    value: str
    how: str = HAS
    field: str = ""
    at: int = 0
    length: int = 0

    @property
    def meaning(self) -> tuple[str, str, str, str]:
        """What tells it from other terms."""
        return self.kind, self.value, self.how, self.field


class Clause(NamedTuple):
    """Terms of which one has to hold, or none of them where it is `negative`."""

    terms: tuple[Term, ...]
    negative: bool = False


class Query(NamedTuple):
    """Clauses that all have to hold."""

    clauses: tuple[Clause, ...]

    @property
    def meaning(self) -> tuple[object, ...]:
        """What tells it from other queries."""
        return tuple((clause.negative, tuple(term.meaning for term in clause.terms)) for clause in self.clauses)


def parse(text: str) -> Query:
    """Read a query; an empty one holds for every record.

    Raises:
        QueryTextError: It can't be read.
    """
    if len(text) > MOST_TEXT:
        raise QueryTextError(f"a query has at most {MOST_TEXT:,} characters", MOST_TEXT, len(text) - MOST_TEXT)
    clauses: list[Clause] = []
    count, at = 0, _after_spaces(text, 0)
    while at < len(text):
        clause, at = _clause(text, at)
        clauses.append(clause)
        count += len(clause.terms)
        if count > MOST_TERMS:
            raise QueryTextError(f"a query has at most {MOST_TERMS} terms", at, 1)
        at = _after_spaces(text, at)
    return Query(tuple(clauses))


def _after_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACES:
        at += 1
    return at


def _clause(text: str, at: int) -> tuple[Clause, int]:
    negative = text[at] == "-"
    start = at
    at += negative
    terms: list[Term] = []
    while True:
        if at >= len(text) or text[at] in _SPACES + "|":
            what = "|" if terms or text[start] == "|" else "-"
            hint = f'write "{what}" in quotes where the sign itself is meant'
            raise QueryTextError(f"something is missing beside '{what}'", min(at, len(text) - 1), 1, hint=hint)
        term, at = _term(text, at)
        terms.append(term)
        if at >= len(text) or text[at] != "|":
            return Clause(tuple(terms), negative), at
        at += 1


def _term(text: str, at: int) -> tuple[Term, int]:
    """Read one term, which ends at a space, a `|` or its closing quote."""
    if text[at] == '"':
        value, end = _quoted(text, at)
        return Term(TEXT, value, HAS, "", at, end - at), end
    name = _NAME.match(text, at)
    if name and text[name.end() : name.end() + 2] == ':"':
        value, end = _quoted(text, name.end() + 1)
        if name[0].lower() in _TIMES:
            return _timed(name[0].lower(), value, at, end - at), end
        return Term(FIELD, value, HAS, name[0], at, end - at), end
    end = at
    while end < len(text) and text[end] not in _SPACES + '|"':
        end += 1
    if end < len(text) and text[end] == '"':
        raise QueryTextError("a quote stands within a word", end, 1, hint='write "two words" or field:"two words"')
    return _bare(text[at:end], name[0] if name else "", at), end


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Read what stands in quotes; two quotes are one."""
    parts, start = [], at + 1
    while True:
        end = text.find('"', start)
        if end < 0:
            raise QueryTextError("the quote isn't closed", at, len(text) - at)
        parts.append(text[start:end])
        if text[end + 1 : end + 2] != '"':
            break
        parts.append('"')
        start = end + 2
    value = "".join(parts)
    if not value.strip():
        raise QueryTextError("nothing stands between the quotes", at, end + 1 - at)
    return value, end + 1


def _bare(word: str, name: str, at: int) -> Term:
    """Tell what a word without quotes is."""
    size = len(word)
    rest = word[len(name) :]
    if name and rest[:1] in ("<", ">") and _NUMBER.fullmatch(rest[1:]):
        return Term(FIELD, rest[1:], rest[0], name, at, size)
    if name and rest[:1] == ":" and not _is_value(word, name, rest[1:]):
        return _field(name, rest[1:], at, size)
    for kind, pattern in ((EVENT, _EVENT), (TECHNIQUE, _TECHNIQUE)):
        if pattern.fullmatch(word):
            return Term(kind, word.upper(), IS, "", at, size)
    peer = _PEER.fullmatch(word)
    if peer and (address := _address(peer[1].strip("[]"))):
        return Term(PEER, address, IS, str(int(peer[2])), at, size)
    if _NETWORK.fullmatch(word) and (network := _network(word)):
        return Term(NETWORK, network, IS, "", at, size)
    value, begins = _starred(word, at)
    return Term(TEXT, value, BEGINS if begins else HAS, "", at, size)


def _is_value(word: str, name: str, rest: str) -> bool:
    """Tell whether a word with a colon in it is a path, an address of the web, IPv6 or MAC and names no field."""
    if rest.startswith("//") or (len(name) == 1 and rest[:1] in ("\\", "/")):
        return True
    return bool(_MAC.fullmatch(word)) or (word.count(":") > 1 and _address(word) is not None)


def _field(name: str, value: str, at: int, size: int) -> Term:
    if not value:
        raise QueryTextError(f"a value is missing after '{name}:'", at, size)
    if name.lower() in _TIMES:
        return _timed(name.lower(), value, at, size)
    if value[0] in "<>" and _NUMBER.fullmatch(value[1:]):
        return Term(FIELD, value[1:], value[0], name, at, size)
    if value == "*":
        return Term(FIELD, "", BEGINS, name, at, size)
    value, begins = _starred(value, at + len(name) + 1)
    return Term(FIELD, value, BEGINS if begins else IS, name, at, size)


def _starred(value: str, at: int) -> tuple[str, bool]:
    body = value.removesuffix("*")
    if "*" in body or not body:
        raise QueryTextError(
            "'*' can only stand at the end of a word",
            at + value.index("*"),
            1,
            hint="put it in quotes where it is meant",
        )
    return body, body != value


def _timed(name: str, value: str, at: int, size: int) -> Term:
    kind, around = _TIMES[name], ""
    try:
        if kind == AROUND:
            match = _AROUND.fullmatch(value)
            moment, number, unit = (match[1], match[2], match[3] or "m") if match else (value, "10", "m")
            value, around = moment, str(span(f"{number}{unit}"))
        return Term(kind, str(micros(value)), IS, around, at, size)
    except GraphhuntError as error:
        hint = "write it as 2020-09-20T06:57:47Z" + ("±10m" if kind == AROUND else "")
        raise QueryTextError(f"'{name}:' needs a time", at, size, hint=hint) from error


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _network(text: str) -> str | None:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return None


def printed(query: Query) -> str:
    """Write a query so that it is read as the same one."""
    return " ".join(
        ("-" if clause.negative else "") + "|".join(_printed(term) for term in clause.terms) for clause in query.clauses
    )


def _printed(term: Term) -> str:
    match term.kind:
        case "text":
            return _text(term)
        case "field":
            return term.field + _compared(term)
        case "peer":
            return f"[{term.value}]:{term.field}" if ":" in term.value else f"{term.value}:{term.field}"
        case "since" | "until":
            return f"{term.kind}:{iso(int(term.value))}"
        case "around":
            return f"around:{iso(int(term.value))}±{int(term.field) / 1e6:.6f}s"
    return term.value


def _text(term: Term) -> str:
    if term.how == BEGINS:
        return f"{term.value}*"
    plain = f'"{term.value.replace(chr(34), chr(34) * 2)}"'
    if any(sign in term.value for sign in _SPACES + '"|*') or term.value[0] == "-":
        return plain
    try:
        same = _term(term.value, 0)[0].meaning == term.meaning
    except QueryTextError:
        same = False
    return term.value if same else plain


def _compared(term: Term) -> str:
    match term.how:
        case ">" | "<":
            return term.how + term.value
        case "has":
            return f':"{term.value.replace(chr(34), chr(34) * 2)}"'
        case "begins":
            return f":{term.value}*"
    return f":{term.value}"
