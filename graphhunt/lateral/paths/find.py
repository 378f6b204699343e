"""Finds the most unusual paths that respect time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphhunt.attention import check_wanted
from graphhunt.lateral.paths.acts import FOLD, Acts, fold
from graphhunt.lateral.paths.best_first import Goal, Search
from graphhunt.lateral.paths.explain import Explainer
from graphhunt.lateral.paths.rarity import hop_rarity
from graphhunt.lateral.paths.reach import Host, Hosts, TimeRules, rows_between
from graphhunt.lateral.paths.result import PathSet
from graphhunt.lateral.paths.table import DAY, Flags, Floats, LogonTable

MOST_ACTS = 400_000
"""Acts searched at most; beyond, the least unusual are left out and the result says so."""


_DAY_LONG = TimeRules(max_dwell_us=DAY)


@dataclass(frozen=True, slots=True)
class PathQuery:
    """What to look for; see `find_paths` for the meaning of each field."""

    source: Hosts | None = None
    target: Hosts | None = None
    account: Host | None = None
    rules: TimeRules = _DAY_LONG
    max_hops: int = 6
    k: int = 20
    fold_us: int = FOLD
    every: bool = False
    budget: int = 200_000


def find_paths(  # noqa: PLR0913 - the flat signature is the public contract; `search` takes a PathQuery
    table: LogonTable,
    *,
    source: Hosts | None = None,
    target: Hosts | None = None,
    account: Host | None = None,
    since: int | None = None,
    until: int | None = None,
    max_hops: int = 6,
    max_dwell_us: int | None = DAY,
    k: int = 20,
    skew_us: int = 0,
    within_session: bool = False,
    scores: Floats | None = None,
    lead: Floats | None = None,
    fold_us: int = FOLD,
    every: bool = False,
    budget: int = 200_000,
) -> PathSet:
    """List the k most unusual paths in which each logon follows the one before it in time.

    No host is passed twice. Logons of one account from one host to another within seconds are one hop.
    Without `source` and `target` only hops with a score above 0 take part.

    Args:
        table: The logons.
        source: Where paths begin (one host or several); None for anywhere.
        target: Where paths end; None for anywhere.
        account: An account that at least one hop must use.
        since: Earliest logon, µs UTC.
        until: Latest logon, µs UTC.
        max_hops: Most hops of a path.
        max_dwell_us: Longest stay on a host between arriving and leaving; None for no bound.
        k: Most paths to list.
        skew_us: Tolerance for clocks that differ; 0 keeps strictly to the recorded order.
        within_session: Leave a host only while the session that arrived is open, where its end is known.
        scores: Score per row of the table, at least 0; None counts rarity in the table itself.
        lead: A second score per row that comes first: paths are ordered by the highest of their rows (of equals the
            earlier row), and by `scores` only among paths with the same row highest.
        fold_us: Longest pause between two logons of one hop; negative keeps each logon apart.
        every: List all combinations. Otherwise a path is listed only if it has a hop not listed before.
        budget: Most partial paths to expand before the search stops with `exact` false.

    Returns:
        Paths by falling score, each hop with its table rows and reasons.

    Raises:
        UsageError: A host or account is not in the table.
    """
    rules = TimeRules(since, until, max_dwell_us, skew_us, within_session)
    query = PathQuery(source, target, account, rules, max_hops, k, fold_us, every, budget)
    return search(table, query, scores, lead)


def search(table: LogonTable, query: PathQuery, scores: Floats | None = None, lead: Floats | None = None) -> PathSet:
    """List the k most unusual paths for a query object; see `find_paths`."""
    rarity = hop_rarity(table) if scores is None else None
    per_row = rarity.total if rarity is not None else np.asarray(scores, dtype=np.float64)
    rows = rows_between(table, query.source, query.target, query.rules)
    check_wanted()
    acts = fold(table, rows, per_row, gap_us=query.fold_us)
    acts, notes = _worth_searching(acts, anywhere=query.source is None and query.target is None)
    places = None if lead is None else _places(acts, lead)
    goal = _goal(table, acts, query)
    finder = Search(acts, goal, query.rules, query.max_hops, query.budget, len(table.hosts), places)
    chosen, more = _choose(finder, query)
    explainer = Explainer(table, rarity)
    paths = tuple(explainer.path(acts, list(path)) for path in chosen)
    cut = finder.spent > query.budget
    return PathSet(paths, more or cut or bool(notes), not cut and not notes, notes)


def _places(acts: Acts, lead: Floats) -> Floats:
    """Give each act its place by the row that speaks for it, the highest number to the first; 0 without a score."""
    telling = acts.telling(lead)
    value = lead[telling]
    places = np.empty(len(acts))
    places[np.lexsort((telling, -value))] = np.arange(len(acts), 0, -1)
    return np.where(value > 0, places, 0.0)


def _choose(finder: Search, query: PathQuery) -> tuple[list[tuple[int, ...]], bool]:
    chosen: list[tuple[int, ...]] = []
    shown: set[int] = set()
    for _, path in finder:
        if not query.every and shown.issuperset(path):
            continue
        if len(chosen) == query.k:
            return chosen, True
        chosen.append(path)
        shown.update(path)
    return chosen, False


def _worth_searching(acts: Acts, *, anywhere: bool) -> tuple[Acts, tuple[str, ...]]:
    keep: Flags = acts.score > 0 if anywhere else np.ones(len(acts), dtype=bool)
    count = int(keep.sum())
    if count <= MOST_ACTS:
        return (acts if count == len(acts) else acts.take(np.flatnonzero(keep))), ()
    order = np.lexsort((np.arange(len(acts)), -np.where(keep, acts.score, -1.0)))
    note = f"Only the {MOST_ACTS:,} most unusual of {count:,} hops were searched; narrow the time or name a host."
    return acts.take(np.sort(order[:MOST_ACTS])), (note,)


def _goal(table: LogonTable, acts: Acts, query: PathQuery) -> Goal:
    needed = None if query.account is None else acts.acct == table.account(query.account)
    return Goal(_at(table, acts.src, query.source), _at(table, acts.dst, query.target), needed)


def _at(table: LogonTable, hosts: np.ndarray[tuple[int], np.dtype[np.int32]], named: Hosts | None) -> Flags:
    if named is None:
        return np.ones(len(hosts), dtype=bool)
    names = [named] if isinstance(named, int | str | np.integer) else list(named)
    return np.isin(hosts, [table.host(name) for name in names])
