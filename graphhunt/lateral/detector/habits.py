"""What was usual before each day: counts of days per pair, home shares and machine owners.

Everything is prequential: a row sees only the days before its own, within a moving window. A day counts once,
however many logons it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from graphhunt.lateral.paths.rarity import earlier_days
from graphhunt.lateral.paths.table import DAY, Codes, Flags, Floats, Ints, LogonTable

_OWNER_SHARE = 0.5
INTERACTIVE = (2, 7, 10, 11)
"""Logon types of a person at the machine: console, unlock, remote desktop, cached."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Per row, counts of earlier days in the window.

    Attributes:
        day: Day number of the row.
        history: Days with any logon.
        acct_src: Days on which the account was used from the source.
        acct_dst: Days on which the account logged on to the destination.
        src_dst: Days on which anybody went from the source to the destination.
        acct: Days on which the account was used at all.
        src: Days on which the source was used at all.
        dst: Days on which the destination was logged on to.
        home: Share of the account's (source, day) pairs that fall to its most used source.
        owner: Account that owns the source, -1 when nobody stands out.
    """

    day: Ints
    history: Codes
    acct_src: Codes
    acct_dst: Codes
    src_dst: Codes
    acct: Codes
    src: Codes
    dst: Codes
    home: Floats
    owner: Codes


def count_habits(table: LogonTable, *, window_days: int = 30, owners: dict[int, int] | None = None) -> Habits:
    """Count habits for every row of a table.

    Args:
        table: The logons, time-sorted.
        window_days: Days back that count.
        owners: Known owner account per machine (an inventory); replaces what would be learnt for them.
    """
    day = (table.t // DAY).astype(np.int64)
    hop = table.usable() & (table.src >= 0) & (table.acct >= 0)
    accounts, hosts = max(1, len(table.accounts)), max(1, len(table.hosts))

    def days(first: Codes, second: Codes | None = None, span: int = 1) -> Codes:
        # Made for one count at a time: at ten million rows every column kept costs 80 MB.
        key = first.astype(np.int64)
        if second is not None:
            key *= span
            key += second
        key[~hop] = -1
        return earlier_days(key, day, window_days)

    return Habits(
        day=day,
        history=earlier_days(np.zeros(len(day), dtype=np.int64), day, window_days),
        acct_src=days(table.src, table.acct, accounts),
        acct_dst=days(table.dst, table.acct, accounts),
        src_dst=days(table.src, table.dst, hosts),
        acct=days(table.acct), src=days(table.src), dst=days(table.dst),
        home=_home_shares(table, hop, day, window_days),
        owner=_owners(table, day, window_days, owners or {}),
    )  # fmt: skip


@dataclass(slots=True)
class _Ledger:
    """Distinct days per pair within a moving window, for pairs grouped by their first member.

    Attributes:
        group: First member of each row's pair (negative rows are not counted).
        member: Second member.
        day: Day per row, rising.
        window: Days back that count.
    """

    group: Ints
    member: Ints
    day: Ints
    window: int
    groups: Ints = field(init=False)
    members: Ints = field(init=False)
    starts: Ints = field(init=False)

    def walk(self) -> Iterator[tuple[int, int, Codes]]:
        """Yield (first row, end row, counts per pair before that day) for each day of the table."""
        code, pair = self._pairs()
        self.groups, self.starts = np.unique(code[:, 0], return_index=True)
        self.members = code[:, 1]
        counts = np.zeros(len(code), dtype=np.int32)
        past: list[tuple[int, Codes]] = []
        edges = np.flatnonzero(np.diff(self.day, prepend=self.day[:1] - 1))
        for low, high in pairwise([*edges.tolist(), len(self.day)]):
            today = int(self.day[low])
            while past and past[0][0] < today - self.window:
                counts[past.pop(0)[1]] -= 1
            yield low, high, counts
            seen = np.unique(pair[low:high])
            seen = seen[seen >= 0]
            counts[seen] += 1
            past.append((today, seen))

    def _pairs(self) -> tuple[Ints, Codes]:
        span = int(self.member.max(initial=0)) + 1
        key = self.group * span
        key += self.member
        key[self.group < 0] = -1
        # The distinct pairs are few beside the rows: looking each row up takes half of what an inverse needs.
        code = np.unique(key)
        code = code[code >= 0]
        pair = np.searchsorted(code, key).astype(np.int32)
        pair[key < 0] = -1
        return np.column_stack((code // span, code % span)), pair


def _home_shares(table: LogonTable, hop: Flags, day: Ints, window: int) -> Floats:
    ledger = _Ledger(np.where(hop, table.acct, -1).astype(np.int64), table.src.astype(np.int64), day, window)
    share = np.zeros(len(day))
    by_account = np.zeros(len(table.accounts) + 1)
    for low, high, counts in ledger.walk():
        if len(ledger.starts):
            top = np.maximum.reduceat(counts, ledger.starts)
            by_account[ledger.groups] = top / np.maximum(np.add.reduceat(counts, ledger.starts), 1)
        share[low:high] = by_account[table.acct[low:high]]
    return share


def _owners(table: LogonTable, day: Ints, window: int, known: dict[int, int]) -> Codes:
    """Give, per row, the owner of its source as known before its day.

    A machine's users are those who log on at it and those used from it. The owner has at least half of the
    machine's (account, day) pairs, so that a jump server or a terminal server has none.
    """
    users = (table.ok == 1) & (table.acct >= 0) & table.people()
    at_keyboard = users & (table.src == table.dst) | users & (table.src < 0) & np.isin(table.logon_type, INTERACTIVE)
    machine = np.where(at_keyboard, table.dst, np.where(users, table.src, -1)).astype(np.int64)
    ledger = _Ledger(machine, table.acct.astype(np.int64), day, window)
    owner = np.full(len(day), -1, dtype=np.int32)
    of_machine = np.full(len(table.hosts) + 1, -1, dtype=np.int32)
    for low, high, counts in ledger.walk():
        of_machine[ledger.groups] = _dominant(ledger, counts)
        for host, account in known.items():
            of_machine[host] = account
        owner[low:high] = np.where(table.src[low:high] >= 0, of_machine[table.src[low:high]], -1)
    return owner


def _dominant(ledger: _Ledger, counts: Codes) -> Ints:
    if not len(ledger.starts):
        return np.empty(0, dtype=np.int64)
    top = np.maximum.reduceat(counts, ledger.starts)
    whole = np.add.reduceat(counts, ledger.starts)
    sizes = np.diff(np.append(ledger.starts, len(counts)))
    first = np.flatnonzero(counts == np.repeat(top, sizes))
    group = np.repeat(np.arange(len(top)), sizes)[first]
    leader = first[np.searchsorted(group, np.arange(len(top)))]
    return np.where((top > 0) & (top >= _OWNER_SHARE * whole), ledger.members[leader], -1)
