"""Which records a query holds for, as a mask over all of them: every term takes time in proportion to the index."""

from __future__ import annotations

import difflib
import ipaddress
import re
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from graphhunt.errors import QueryTextError
from graphhunt.ids import short_host
from graphhunt.records.index import matching
from graphhunt.records.named import NAMES, PEER
from graphhunt.records.pieces import COMPARED
from graphhunt.records.query import BEGINS, IS, MORE
from graphhunt.records.text import searched

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from graphhunt.records.graphed import Graphed
    from graphhunt.records.index import Coded, Records
    from graphhunt.records.query import Clause, Query, Term

    Mask = npt.NDArray[np.bool_]

_PIECES = re.compile(r"[\w.$\-]+")
_ONE_WORD = re.compile(r"[\w.$\-]+")


class Matcher:
    """Evaluates queries over the records of one moment.

    Args:
        records: The records.
        graphed: What the graph knows of them.
    """

    def __init__(self, records: Records, graphed: Graphed) -> None:
        self._records = records
        self._graphed = graphed
        self._columns: dict[str, Callable[[], Coded]] = {
            "host": lambda: records.host, "code": lambda: records.code, "event": lambda: records.code,
            "channel": lambda: records.code, "loader": lambda: records.loader, "source": lambda: records.file,
            "session": lambda: graphed.sessions, "account": lambda: graphed.accounts,
        }  # fmt: skip

    def mask(self, query: Query) -> Mask:
        """Tell for which records a query holds.

        Raises:
            QueryTextError: It names a field that no record has.
        """
        found = np.ones(self._records.count, dtype=np.bool_)
        for clause in sorted(query.clauses, key=_cost):
            found &= self._clause(clause, found)
        return found

    def _clause(self, clause: Clause, among: Mask) -> Mask:
        found = np.zeros(self._records.count, dtype=np.bool_)
        for term in clause.terms:
            found |= self._term(term, among)
        return ~found if clause.negative else found

    def _term(self, term: Term, among: Mask) -> Mask:
        match term.kind:
            case "text":
                return self._text(term, among)
            case "field":
                return self._field(term)
            case "event":
                return self._records.code.mask([_number(code) == term.value for code in self._records.code.texts])
            case "technique":
                return self._technique(term)
            case "peer":
                return self._values(PEER, pl.col("value") == f"{term.value} {term.field}")
            case "network":
                return self._network(term)
        return self._timed(term)

    def _timed(self, term: Term) -> Mask:
        time, at = self._records.time, int(term.value)
        match term.kind:
            case "since":
                return (time >= at) & self._records.timed
            case "until":
                return time < at
        around = int(term.field)
        return (time >= at - around) & (time <= at + around)

    def _text(self, term: Term, among: Mask) -> Mask:
        text = term.value.lower()
        pieces = list(dict.fromkeys(piece for piece in _PIECES.findall(text) if piece.strip(".")))
        if not pieces:
            return np.zeros(self._records.count, dtype=np.bool_)
        if _ONE_WORD.fullmatch(text):
            return among & self._standing(text, begins=term.how == BEGINS)
        found = among.copy()
        for piece in pieces:
            found &= self._standing(piece)
        sure = found & self._standing(text)
        return sure | self._verified(found & ~sure, text)

    def _standing(self, text: str, *, begins: bool = False) -> Mask:
        """Tell in which records' pieces and names a text stands, wherever or where a word begins."""
        found = np.zeros(self._records.count, dtype=np.bool_)
        start = re.compile(rf"(?<![\w.$\-]){re.escape(text)}")
        wanted = (pl.col("kind") != COMPARED) & pl.col("text").str.contains(text, literal=True)
        if begins:
            wanted &= pl.col("text").str.contains(rf"(?:^|[^\p{{L}}\p{{N}}_.$\-]){pl.escape_regex(text)}")
        for segment in self._records.segments:
            named = segment.named(lambda name: bool(start.search(name)) if begins else text in name)
            for rows in chain(matching(segment.pieces, wanted), named):
                found[segment.start :][rows] = True
        return found

    def _verified(self, found: Mask, text: str) -> Mask:
        """Keep the records in which the text stands as it is written; the words alone tell only that they are there."""
        kept = np.zeros(self._records.count, dtype=np.bool_)
        for number, raw in self._records.raws(np.flatnonzero(found)):
            kept[number] = text in raw.lower() or text in searched(raw)
        return kept

    def _field(self, term: Term) -> Mask:
        name = term.field.lower()
        found = np.zeros(self._records.count, dtype=np.bool_)
        known = name in self._records.names
        if name in self._columns:
            known = True
            found |= self._column(name, term)
        if name == "lead":
            known = True
            found |= self._lead(term)
        if name == "technique" and term.how in (IS, BEGINS):
            found[self._graphed.with_technique(term.value.upper().rstrip("."))] = True
        if not known and name not in NAMES:
            raise self._unknown(term)
        for field in ("ip", "port") if name == "address" else (name,):
            found |= self._values(field, _compared(term))
        return found

    def _unknown(self, term: Term) -> QueryTextError:
        known = {low: low for low in NAMES} | self._records.names
        near = difflib.get_close_matches(term.field.lower(), list(known), n=1, cutoff=0.5)
        hint = f"nearest: {known[near[0]]}" if near else "fields: " + ", ".join(NAMES)
        return QueryTextError(f"no record has a field '{term.field}'", term.at, len(term.field), hint=hint)

    def _column(self, name: str, term: Term) -> Mask:
        column = self._columns[name]()
        fits = _PARTS.get(name, _as_it_is)
        return column.mask([any(_fits(part, term) for part in fits(text)) for text in column.texts])

    def _lead(self, term: Term) -> Mask:
        found = np.zeros(self._records.count, dtype=np.bool_)
        for number, kinds in self._graphed.leads.items():
            found[number] = any(_fits(kind, term) for kind in kinds)
        return found

    def _technique(self, term: Term) -> Mask:
        found = self._values("technique", pl.col("value").str.starts_with(term.value.lower()))
        found[self._graphed.with_technique(term.value)] = True
        return found

    def _network(self, term: Term) -> Mask:
        network = ipaddress.ip_network(term.value)
        found = np.zeros(self._records.count, dtype=np.bool_)
        for segment in self._records.segments:
            values = segment.values("ip")
            if values is not None:
                inside = [_inside(value, network) for value in values.get_column("value")]
                for rows in matching(values, pl.lit(pl.Series(inside, dtype=pl.Boolean))):
                    found[segment.start :][rows] = True
        return found

    def _values(self, field: str, wanted: pl.Expr) -> Mask:
        found = np.zeros(self._records.count, dtype=np.bool_)
        for segment in self._records.segments:
            values = segment.values(field)
            for rows in () if values is None else matching(values, wanted):
                found[segment.start :][rows] = True
        return found


def _cost(clause: Clause) -> int:
    """Order clauses so that what has to read records comes last, among as few as can be."""
    slow = any(term.kind == "text" and not _ONE_WORD.fullmatch(term.value) for term in clause.terms)
    return 2 if slow else 1 if any(term.kind == "text" for term in clause.terms) else 0


def _number(code: str) -> str:
    return code.rpartition("/")[2]


def _inside(value: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return False
    return address in network


def _as_it_is(text: str) -> tuple[str, ...]:
    return (text,)


_PARTS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "host": lambda text: (text, short_host(text)),
    "event": lambda text: (_number(text),),
    "channel": lambda text: (text.rpartition("/")[0],),
    "source": lambda text: (text, text.replace("!", "/").replace("\\", "/").rpartition("/")[2]),
}
"""What counts of a column's texts for a field."""


def _fits(text: str, term: Term) -> bool:
    text, value = text.lower(), term.value.lower()
    match term.how:
        case "is":
            return text == value
        case "begins":
            return text.startswith(value)
        case "has":
            return value in text
    return text.isdigit() and (int(text) > int(value, 0) if term.how == MORE else int(text) < int(value, 0))


def _compared(term: Term) -> pl.Expr:
    """Compare a field's values, in lower case: the whole value, or the last part of a path or account."""
    value = term.value.lower()
    column = pl.col("value")
    last = column.str.extract(r"([^\\/]*)$")
    match term.how:
        case "is":
            return (column == value) | (last == value)
        case "begins":
            return column.str.starts_with(value) | last.str.starts_with(value)
        case "has":
            return column.str.contains(value, literal=True)
    numbers = pl.coalesce(
        column.cast(pl.Int64, strict=False),
        column.str.extract(r"^0x([0-9a-f]{1,15})$").str.to_integer(base=16, strict=False),
    )
    limit = min(int(value, 0), 2**63 - 1)
    return numbers > limit if term.how == MORE else numbers < limit
