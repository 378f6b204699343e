"""How unusual a logon is, counted in days before its own day.

`sur(x | y) = -ln((days(x, y) + 0.5) / (days(y) + 1))` for destination given account, destination given source
and account given source, over the days of a moving window that ends before the logon's day. Counts are
distinct days, because a script that logs on a thousand times a day is one habit, not a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graphhunt.lateral.paths import _kernels
from graphhunt.lateral.paths._jit import COMPILE_ABOVE, kernels, numba_available
from graphhunt.lateral.paths.table import DAY, Codes, Flags, Floats, Ints, LogonTable


class View(NamedTuple):
    """One question of rarity: how often `what` went with `given`, in words with {a}, {s} and {d}."""

    name: str
    what: str
    given: str
    words: str


VIEWS = (
    View("dst|acct", "dst", "acct", "{a} logged on to {d}"),
    View("dst|src", "dst", "src", "logons went from {s} to {d}"),
    View("acct|src", "acct", "src", "{a} was used from {s}"),
)
"""The questions asked of every logon."""


@dataclass(frozen=True, slots=True)
class Term:
    """One view's counts per row: days with the pair, days with the condition, and the surprise of it."""

    view: View
    together: Codes
    given: Codes
    surprise: Floats


@dataclass(frozen=True, slots=True)
class Rarity:
    """All views of all rows.

    Attributes:
        terms: One term per view; every one is kept, so that a score can be explained.
        total: Sum of the surprises per row.
        window_days: Length of the moving window.
        history_days: Per row, how many earlier days of the window have any logon at all.
    """

    terms: tuple[Term, ...]
    total: Floats
    window_days: int
    history_days: Codes


def hop_rarity(table: LogonTable, *, window_days: int = 30, views: tuple[View, ...] = VIEWS) -> Rarity:
    """Count every row's rarity from the days before it; a row's own day never counts.

    Args:
        table: The logons. Rows that can't be hops are counted as nothing and score 0.
        window_days: How many days back to count.
        views: The questions to ask.
    """
    day = (table.t // DAY).astype(np.int64)
    usable = table.usable()
    columns = {"src": table.src, "dst": table.dst, "acct": table.acct}
    sizes = {"src": len(table.hosts), "dst": len(table.hosts), "acct": len(table.accounts)}
    counted = []
    for view in views:
        given = columns[view.given].astype(np.int64)
        pair = given * sizes[view.what] + columns[view.what]
        known = usable & (given >= 0) & (columns[view.what] >= 0)
        together = earlier_days(np.where(known, pair, -1), day, window_days)
        condition = earlier_days(np.where(known, given, -1), day, window_days)
        counted.append((view, together, condition, known))
    history = earlier_days(np.where(usable, 0, -1), day, window_days)
    return rarity_of(tuple(counted), history, window_days)


def rarity_of(views: tuple[tuple[View, Codes, Codes, Flags], ...], history: Codes, window_days: int) -> Rarity:
    """Make a rarity from counts that are known already.

    Args:
        views: Per view, the days of the pair, the days of the condition, and the rows that are counted.
        history: Earlier days with any logon, per row.
        window_days: Length of the window the counts are of.
    """
    terms = []
    for view, together, condition, known in views:
        surprise = -np.log((together + 0.5) / (condition + 1.0))
        terms.append(Term(view, together, condition, np.where(known, np.maximum(surprise, 0.0), 0.0)))
    total = np.sum([term.surprise for term in terms], axis=0) if terms else np.zeros(len(history))
    return Rarity(tuple(terms), np.asarray(total, dtype=np.float64), window_days, history)


def earlier_days(key: Ints, day: Ints, window: int) -> Codes:
    """Count, per row, the distinct earlier days within the window on which its key occurs.

    Args:
        key: What to count; negative keys are not counted and give 0.
        day: Day number per row, never falling.
        window: Days back that count.
    """
    if len(key) > COMPILE_ABOVE and numba_available():
        return np.asarray(kernels(_kernels, len(key)).days_before(key, day, window))
    result = np.zeros(len(key), dtype=np.int32)
    counted = np.flatnonzero(key >= 0)
    if not len(counted):
        return result
    first = int(day[counted].min()) - window
    span = int(day[counted].max()) - first + 1
    code = key[counted] * span + (day[counted] - first)
    distinct, place = np.unique(code, return_inverse=True)
    oldest = np.searchsorted(distinct, np.maximum(distinct - window, distinct // span * span), side="left")
    result[counted] = (np.arange(len(distinct)) - oldest)[place]
    return result
