"""Classes of hops by what speaks for them, and the order they are listed in.

In case mode there is no baseline: classes come first, then the number of kinds of evidence, then the weight of the
terms, then time. In monitor mode the score orders, and classes break ties.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphhunt.lateral.detector._causal import SWITCH
from graphhunt.lateral.detector.corroboration import LEAST_HISTORY, Corroboration, novelty
from graphhunt.lateral.detector.modes import CASE
from graphhunt.lateral.detector.score import Scores
from graphhunt.lateral.paths.table import Flags, Floats, Ints, LogonTable

CLASSES = {
    "P": "proved: something was run over the session, or records prove which session before it opened it",
    "E": "evidence: host events or an outside address speak for it",
    "S": "switch: another account than the machine's user, never used there before in the data",
    "N": "new access: an account or address where it never was, an administrative share, or no logon record",
    "H": "habit, or rare alone",
}
"""Classes of hops, most telling first."""

LETTERS = "".join(CLASSES)

LISTED = LETTERS[:-1]
"""Classes that are listed in case mode; the rest is counted."""

PROVING = frozenset({"credential_switch", "relayed", "remote_process", "service_install", "task_install"})
"""Kinds of events that prove what was done over a session."""

SPEAKING = frozenset({"outside_address", "explicit_credentials", "local_switch"})
"""Kinds of events that speak for it."""

ACCESS = frozenset({"admin_share", "unlogged"})
"""Kinds of events that are access and no more; many an administrator's work looks like it."""

AROUND = frozenset({"network_flow", "unlogged"})
"""Kinds that are no evidence of anything but the logon itself."""

SSH = "T1021.004"
"""Technique whose first logon from an address is new access: behind it may be anybody."""

NOVEL = 0.5
"""Novelty from which on an event counts: what is done on most days speaks for nothing."""

KNOWN_DAYS = 3
"""Days on which an account must have been seen for a machine to be new to it."""

_STEP, _SWITCHED, _KIND = 1000.0, 500.0, 10.0
"""Distance in the order between two classes, a proved switch by somebody who came in and none, and numbers of kinds."""


@dataclass(frozen=True, slots=True)
class Classed:
    """Class and order per row.

    Attributes:
        code: Index in `LETTERS`.
        kinds: Number of different kinds of events that speak for the row.
        order: What rows are listed by, highest first; finite.
    """

    code: Ints
    kinds: Ints
    order: Floats

    def letter(self, row: int) -> str:
        """Give the class of a row."""
        return LETTERS[int(self.code[row])]

    @property
    def listed(self) -> Flags:
        """Rows of a class that is listed in case mode."""
        return np.asarray(self.code < len(LISTED))


def classed(table: LogonTable, scores: Scores, quiet: Flags, mode: str) -> Classed:
    """Give class and order of every row.

    Args:
        table: The logons.
        scores: Their scores.
        quiet: Rows that a suppression list names: only events speak for them.
        mode: `case` or `monitor`.
    """
    marks = {name: marked(scores.corroboration, name, len(table)) for name in scores.corroboration.rows}
    nothing = np.zeros(len(table), dtype=bool)
    proved, speaking, access = (
        np.any([marks[name] for name in marks if name in names] or [nothing], axis=0)
        for names in (PROVING, SPEAKING, ACCESS)
    )
    habits, hops = scores.habits, scores.hops
    switched = scores.causes.inbound.has(SWITCH) & (habits.acct_src == 0) & (scores.signature > 0)
    new = (habits.acct_dst == 0) & (habits.acct >= KNOWN_DAYS) & (habits.history >= LEAST_HISTORY)
    access |= _first_by_ssh(table, habits.src_dst == 0)
    conditions = [hops & proved, hops & speaking, hops & ~quiet & switched, hops & ~quiet & (new | access)]
    code = np.select(conditions, range(len(LISTED)), default=len(LISTED)).astype(np.int64)
    kinds = np.sum([marks[name] for name in marks if name not in AROUND] or [nothing], axis=0).astype(np.int64)
    switch = marks.get("credential_switch", nothing)
    return Classed(code, kinds, order_of(code, kinds, scores.total, mode, switch=switch))


def _first_by_ssh(table: LogonTable, first: Flags) -> Flags:
    """Mark SSH logons from an address that no machine is known to have had, on its first day at the machine."""
    if SSH not in table.techniques or not table.host_kinds:
        return np.zeros(len(table), dtype=bool)
    address = np.array([kind == "IP" for kind in table.host_kinds] + [False])
    return np.asarray(first & (table.technique == table.techniques.index(SSH)) & address[table.src])


def order_of(code: Ints, kinds: Ints, total: Floats, mode: str, *, switch: Flags | None = None) -> Floats:
    """Give what rows are listed by; see the module.

    Args:
        code: Index in `LETTERS` per row.
        kinds: Number of kinds of events per row.
        total: Score per row.
        mode: `case` or `monitor`.
        switch: Rows with a proved switch by somebody who came in from elsewhere.
    """
    rank = len(LETTERS) - 1 - code
    if mode == CASE:
        weight = np.maximum(total, 0.0)
        first = _SWITCHED * (np.zeros(len(code)) if switch is None else switch)
        return np.asarray(_STEP * rank + first + _KIND * kinds + weight / (1.0 + weight))
    return np.asarray(total + 1e-9 * rank)


def marked(support: Corroboration, kind: str, rows: int) -> Flags:
    """Mark the rows with an event of a kind that is no habit."""
    seen, history = support.days[kind]
    found = np.zeros(rows, dtype=bool)
    found[support.rows[kind][novelty(seen, history) >= NOVEL]] = True
    return found
