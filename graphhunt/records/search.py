"""Search over all records: pages of what a query finds, with what narrows it further."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from graphhunt.errors import MissingError
from graphhunt.graph.wellknown import SYSTEM_LOGONS
from graphhunt.records.graphed import Graphed
from graphhunt.records.index import Indexes
from graphhunt.records.match import Matcher
from graphhunt.records.query import Query
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    from graphhunt.evidence import Workspace
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.records.index import Coded, Records

    Numbers = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

MOST_PAGE = 500
"""Records of one page."""

BINS = 120
"""Bars of the histogram."""

MOST_FACETS = 50
"""Values of one facet that are listed."""

_KEPT = 16
"""Answers that are kept for their next pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked.

    Attributes:
        query: The query; see `graphhunt.records.query`.
        quiet: Leave out kinds of records that say little, and count them; not those that the query names.
        noise: These kinds.
        by_session: Put the records of a logon session together.
        since: Only records from then on, µs UTC.
        until: Only records before then.
    """

    query: Query
    quiet: bool = False
    noise: frozenset[str] = frozenset()
    by_session: bool = False
    since: int | None = None
    until: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from other questions."""
        return self.query.meaning, self.quiet, self.noise, self.by_session, self.since, self.until


class Group(NamedTuple):
    """The records found of one logon session on one machine; `session` is empty where none is known."""

    machine: str
    session: str
    accounts: list[str]
    records: int
    leads: int

    def describe(self) -> dict[str, Any]:
        """Give it by name."""
        return self._asdict()


class Answer(NamedTuple):
    """What a question found.

    Attributes:
        numbers: The records, in the order to show them.
        hidden: How many more there are of kinds that say little.
        groups: Their sessions in order, and `group` which each record has; both empty when not asked for.
    """

    numbers: Numbers
    hidden: int
    groups: list[Group]
    group: Numbers


class Search:
    """Searches the records of a workspace.

    Args:
        workspace: The evidence.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._indexes = Indexes(workspace)
        self._lock = threading.Lock()
        self._now: tuple[object, Moment] | None = None

    def ready(self, tell: Callable[[int, int], None]) -> None:
        """Make what there is no index of yet; `tell` is called with how many records of how many are done.

        Raises:
            DamageError: A file of original records isn't what was written.
        """
        self._indexes.records(tell)

    def moment(self, snapshot: Snapshot) -> Moment:
        """Give the records and the graph as they are now.

        Raises:
            DamageError: A file of original records isn't what was written.
        """
        records = self._indexes.records()
        mark = (id(records), snapshot.fingerprint)
        with self._lock:
            if self._now is None or self._now[0] != mark:
                self._now = (mark, Moment(records, Graphed(records, snapshot, self._workspace.path)))
            return self._now[1]


class Moment:
    """The records of one moment, to be searched.

    Args:
        records: The records.
        graphed: What the graph knows of them.
    """

    def __init__(self, records: Records, graphed: Graphed) -> None:
        self.records = records
        self.graphed = graphed
        self._matcher = Matcher(records, graphed)
        self._answers: OrderedDict[object, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> Answer:
        """Find what is asked; the same question soon after costs nothing.

        Raises:
            QueryTextError: The query names a field that no record has.
        """
        with self._lock:
            if asked.key in self._answers:
                self._answers.move_to_end(asked.key)
                return self._answers[asked.key]
        found = self._answer(asked)
        with self._lock:
            self._answers[asked.key] = found
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return found

    def _answer(self, asked: Asked) -> Answer:
        mask = self._matcher.mask(asked.query) & self._within(asked)
        hidden = mask & self._noise(asked) if asked.quiet else np.zeros_like(mask)
        order = self.records.order
        numbers = order[(mask & ~hidden)[order]]
        count = int(np.count_nonzero(hidden))
        if not asked.by_session:
            return Answer(numbers, count, [], np.zeros(0, dtype=np.int64))
        return self._grouped(numbers, count)

    def _within(self, asked: Asked) -> Mask:
        found = np.ones(self.records.count, dtype=np.bool_)
        if asked.since is not None:
            found &= (self.records.time >= asked.since) & self.records.timed
        if asked.until is not None:
            found &= self.records.time < asked.until
        return found

    def _noise(self, asked: Asked) -> Mask:
        named = set(_named_kinds(asked.query))
        texts = self.records.code.texts
        return self.records.code.mask([
            code.lower() in asked.noise and code.lower() not in named and code.lower().rpartition("/")[2] not in named
            for code in texts
        ])  # fmt: skip

    def _grouped(self, numbers: Numbers, hidden: int) -> Answer:
        """Put sessions in order: those with most leads first, then the earliest; the system's own and unknown last."""
        machine, session = self.records.machine, self.graphed.sessions
        keys = machine.codes[numbers] * (len(session.texts) + 1) + session.codes[numbers] + 1
        distinct, firsts, which, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        leads = np.bincount(which, weights=self.graphed.lead_mask[numbers], minlength=len(distinct)).astype(np.int64)
        names = [session.texts[code] if code >= 0 else "" for code in session.codes[numbers[firsts]]]
        last = np.array([2 if not name else 1 if name in SYSTEM_LOGONS else 0 for name in names], dtype=np.int64)
        ranked = np.lexsort((firsts, -leads, last))
        rank = np.empty(len(ranked), dtype=np.int64)
        rank[ranked] = np.arange(len(ranked))
        group = rank[which]
        accounts = self._accounts_of(numbers, group, len(distinct))
        groups = []
        for place, old in enumerate(ranked):
            code = machine.codes[numbers[firsts[old]]]
            name = machine.texts[code] if code >= 0 else ""
            groups.append(Group(name, names[old], accounts[place], int(counts[old]), int(leads[old])))
        order = np.argsort(group, kind="stable")
        return Answer(numbers[order], hidden, groups, group[order])

    def _accounts_of(self, numbers: Numbers, group: Numbers, count: int) -> list[list[str]]:
        accounts = self.graphed.accounts
        found: list[list[str]] = [[] for _ in range(count)]
        pairs = np.unique(np.stack([group, accounts.codes[numbers]]), axis=1).T
        for place, code in pairs.tolist():
            if code >= 0 and len(found[place]) < _MOST_ACCOUNTS:
                found[place].append(accounts.texts[code])
        return found

    def after(self, answer: Answer, cursor: str | None) -> int:
        """Give the place of the first record after the one that a cursor names.

        Raises:
            MissingError: There is no such record.
        """
        if not cursor:
            return 0
        number = self.records.numbers([cursor]).get(cursor)
        if number is None:
            raise MissingError("the page before this one ended with a record that is no more", hint="search again")
        if answer.groups:
            places = np.flatnonzero(answer.numbers == number)
            if not len(places):
                raise MissingError("the page before this one was of another search", hint="search again")
            return int(places[0]) + 1
        order = self.records.place
        return int(np.searchsorted(order[answer.numbers], order[number], side="right"))

    def items(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Give what a list shows of records."""
        shown = self.records.shown(numbers)
        return [self._item(number, shown[number]) for number in numbers]

    def _item(self, number: int, fields: dict[str, str]) -> dict[str, Any]:
        records, graphed = self.records, self.graphed
        return {
            "event_id": records.table["event_id"][number],
            "time": int(records.time[number]) if records.timed[number] else None,
            "machine": _text(records.machine, number), "code": _text(records.code, number) or "",
            "account": _text(graphed.accounts, number), "session": _text(graphed.sessions, number),
            "fields": fields, "mapped": bool(graphed.drawn[number]), "lead": graphed.leads.get(number, []),
        }  # fmt: skip

    def facets(self, numbers: Numbers) -> dict[str, Any]:
        """Count the records found by what they can be narrowed by."""
        drawn = int(np.count_nonzero(self.graphed.drawn[numbers]))
        return {
            "machine": _counted(self.records.machine, numbers), "kind": _counted(self.records.code, numbers),
            "account": _counted(self.graphed.accounts, numbers),
            "graph": {"yes": drawn, "no": len(numbers) - drawn},
        }  # fmt: skip

    def histogram(self, numbers: Numbers) -> dict[str, Any]:
        """Count the records found, and those that leads rest on, over their time."""
        timed = numbers[self.records.timed[numbers]]
        if not len(timed):
            return {"start": None, "end": None, "counts": [], "leads": []}
        times = self.records.time[timed]
        start, end = int(times.min()), int(times.max())
        width = max(1, -(-(end - start + 1) // BINS))
        places = (times - start) // width
        leads = places[self.graphed.lead_mask[timed]]
        return {
            "start": start, "end": start + width * BINS,
            "counts": np.bincount(places, minlength=BINS).tolist(),
            "leads": np.bincount(leads, minlength=BINS).tolist(),
        }  # fmt: skip

    def narrowed(self, asked: Asked) -> Iterator[dict[str, Any]]:
        """Say for each clause how many records there would be without it: which of them leaves nothing."""
        for place in range(len(asked.query.clauses)):
            clauses = asked.query.clauses[:place] + asked.query.clauses[place + 1 :]
            found = self._answer(replace(asked, query=Query(clauses), by_session=False))
            yield {"query": Query(clauses), "clause": Query((asked.query.clauses[place],)), "total": len(found.numbers)}


_MOST_ACCOUNTS = 5


def _named_kinds(query: Query) -> Iterator[str]:
    """Give the kinds and event ids that a query asks for by name."""
    for clause in query.clauses:
        for term in clause.terms:
            if not clause.negative and (term.kind == "event" or term.field.lower() in ("code", "event")):
                yield term.value.lower()


def _text(column: Coded, number: int) -> str | None:
    code = column.codes[number]
    return column.texts[code] if code >= 0 else None


def _counted(column: Coded, numbers: Numbers) -> dict[str, Any]:
    counts = np.bincount(column.codes[numbers] + 1, minlength=len(column.texts) + 1)
    ranked = sorted(
        ((int(count), code) for code, count in enumerate(counts) if count), key=lambda each: (-each[0], each[1])
    )
    values = [
        {"value": column.texts[code - 1] if code else None, "records": count} for count, code in ranked[:MOST_FACETS]
    ]
    return {"values": values, "more": max(0, len(ranked) - MOST_FACETS)}


def page(
    moment: Moment, asked: Asked, *, limit: int = MOST_PAGE, cursor: str | None = None, offset: int | None = None
) -> dict[str, Any]:
    """Give a page of what is found; the first one with facets and a histogram.

    Args:
        moment: The records.
        asked: What is asked.
        limit: Most records.
        cursor: `next_cursor` of the page before; None for the first.
        offset: Place of the first record of the page instead, to look into the midst of much.

    Raises:
        QueryTextError: The query names a field that no record has.
        MissingError: The cursor is none of this search.
    """
    answer = moment.answer(asked)
    start = moment.after(answer, cursor) if offset is None else offset
    numbers = answer.numbers[start : start + limit].tolist()
    items = moment.items(numbers)
    found: dict[str, Any] = {
        "items": items, "total": len(answer.numbers), "searched": moment.records.count, "hidden": answer.hidden,
        "next_cursor": items[-1]["event_id"] if start + limit < len(answer.numbers) and items else None,
    }  # fmt: skip
    if answer.groups:
        within = answer.group[start : start + limit].tolist()
        for item, group in zip(items, within, strict=True):
            item["group"] = group
        found["groups"] = {str(group): answer.groups[group].describe() for group in dict.fromkeys(within)}
    if cursor is None and not offset:
        found |= {"facets": moment.facets(answer.numbers), "histogram": moment.histogram(answer.numbers)}
    return found


def around(moment: Moment, event_id: str, minutes: float) -> str | None:
    """Give the query for what happened on a record's machine around it; None if there is no such record."""
    number = moment.records.numbers([event_id]).get(event_id)
    if number is None:
        return None
    parts = []
    machine = _text(moment.records.machine, number)
    if machine:
        parts.append(f'host:"{machine}"' if any(sign in machine for sign in ' "|*') else f"host:{machine}")
    if moment.records.timed[number]:
        parts.append(f"around:{iso(int(moment.records.time[number]))}±{minutes:g}m")
    return " ".join(parts)
