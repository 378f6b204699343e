"""Causal login paths: whose session led to each logon, and did the credential change on the way.

After Hopper (USENIX Security 2021). A logon s → d by account a has two sets of possible causes: the sessions
open on s (side *in*), and the accounts used from s in the last day (side *out*; an attacker who tries stolen
accounts on a foothold has no inbound logon there). If one of them is a's own, the logon continues it. If the
owner of s is a, or nothing at all is known, a new path begins. Otherwise the credential was switched, and
every possible cause, the owner included, is weighed by

    S = new_access * -ln((known_switch + 0.5) / (D + 1)) * (1 - share of a's days that were from s)

new_access: the cause's root did not reach d in the window; known_switch: days on which the root was seen to
switch to a, each credited 1/k where k roots were possible; D: days of history. The strongest cause counts,
with certainty 1/k. k counts distinct roots, not sessions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphhunt.lateral.detector import _causal
from graphhunt.lateral.detector.habits import INTERACTIVE, Habits
from graphhunt.lateral.paths._jit import kernels
from graphhunt.lateral.paths.table import DAY, Codes, Flags, Floats, Ints, LogonTable


@dataclass(frozen=True, slots=True)
class CausalRules:
    """How causes are found.

    Attributes:
        window_us: How long a session can cause further logons when its end is not recorded.
        cut_at_logoff: A recorded end also ends it as a cause.
        skew_us: Tolerance for clocks that differ.
        window_days: Days of history that count.
    """

    window_us: int = DAY
    cut_at_logoff: bool = True
    skew_us: int = 0
    window_days: int = 30


@dataclass(frozen=True, slots=True)
class Side:
    """One view of the causes, per row.

    Attributes:
        score: S, in nats; 0 without a switch or without new access.
        root: Account the path began with (of the strongest cause); -1 for rows that are not hops.
        causes: Number of distinct roots that were possible; the certainty is one over it.
        before: Row of the session the hop came through, -1 when there is none (the owner, or a new path).
        known: Credited days on which the root was seen to switch to the account.
        flags: Bits of `_causal`: SWITCH, NEW_ACCESS, NO_CAUSE, FRESH.
    """

    score: Floats
    root: Codes
    causes: npt.NDArray[np.int16]
    before: Codes
    known: Floats
    flags: npt.NDArray[np.uint8]

    def has(self, flag: int) -> Flags:
        """Mark the rows with a flag."""
        return np.asarray((self.flags & flag) != 0)


@dataclass(frozen=True, slots=True)
class Causes:
    """Both sides of every row: sessions into the source, and accounts used from it."""

    inbound: Side
    outbound: Side


def causal_paths(table: LogonTable, habits: Habits, rules: CausalRules | None = None) -> Causes:
    """Find the causes of every logon in one pass; no row is judged by anything later than itself.

    Args:
        table: The logons, time-sorted.
        habits: What was usual before each day, for the same rows.
        rules: How causes are found.
    """
    rules = rules or CausalRules()
    columns = kernels(_causal, len(table)).causal_pass(
        table.t, _limits(table, rules), table.src, table.dst, table.persons(table.acct), _kinds(table), habits.day,
        table.persons(habits.owner),
        _weights(habits), habits.history, len(table.hosts), len(table.accounts), rules.skew_us, rules.window_days, DAY,
    )  # fmt: skip
    sides = [Side(*(column[side] for column in columns)) for side in range(2)]
    return Causes(*sides)


def _weights(habits: Habits) -> Floats:
    """Give the share of the account's days that were not from the source."""
    share = habits.acct_src.astype(np.float64)
    share /= np.maximum(habits.acct, 1)
    np.minimum(share, 1.0, out=share)
    return np.subtract(1.0, share, out=share)


def _limits(table: LogonTable, rules: CausalRules) -> Ints:
    limit = table.t + rules.window_us
    if rules.cut_at_logoff:
        np.minimum(limit, table.end + rules.skew_us, out=limit, where=table.end >= 0)
    return limit


def _kinds(table: LogonTable) -> npt.NDArray[np.int8]:
    known = (table.ok == 1) & (table.acct >= 0) & table.people()
    hop = known & (table.src >= 0) & (table.src != table.dst)
    local = known & (table.src == table.dst) & np.isin(table.logon_type, INTERACTIVE)
    # A logon from an unknown place still puts its account on the destination.
    arrives = known & (table.src < 0)
    kind = np.where(hop, _causal.HOP, np.where(local | arrives, _causal.LOCAL, _causal.SKIP))
    return kind.astype(np.int8)
