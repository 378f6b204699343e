"""The causal pass: one loop over all logons in time order (see `causes` for what it means).

Plain Python that numba can compile; see `graphhunt.lateral.paths._jit`. Sessions open on a machine live in a ring of
`RING` slots per machine; accounts used from a machine live in a second one. Nothing here looks ahead.
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

RING = 64
"""Sessions remembered per machine; the one that ends first is dropped when a machine has more open at once."""

SKIP, HOP, LOCAL = 0, 1, 2
"""Kinds of rows: not counted, a remote logon, a logon at the machine itself."""

SWITCH, NEW_ACCESS, NO_CAUSE, FRESH = 1, 2, 4, 8
"""Flags of a row: other credential than its cause; new machine for the cause; cause missing; root of a chain."""

START, LIMIT, ACCT, ROOT, ROW = 0, 1, 2, 3, 4
"""Columns of a ring slot: start, last usable moment, account, root account, row."""


def pair_key(first: int, second: int) -> Any:
    """Pack two indexes into one dictionary key."""
    return (np.int64(first) << np.int64(32)) | np.int64(second)


def remember(slots: Any, used: int, start: int, limit: int, acct: int, root: int, row: int) -> int:  # noqa: PLR0913 - fields
    """Put a session into a machine's slots and give how many are in use.

    It replaces one of the same account and root, else takes a free slot, else the one that ends first.
    """
    chosen = used
    for slot in range(used):
        if slots[slot, ACCT] == acct and slots[slot, ROOT] == root:
            chosen = slot
            limit = max(limit, slots[slot, LIMIT])
            break
    if chosen == RING:
        chosen = 0
        for slot in range(RING):
            if slots[slot, LIMIT] < slots[chosen, LIMIT]:
                chosen = slot
    slots[chosen, START] = start
    slots[chosen, LIMIT] = limit
    slots[chosen, ACCT] = acct
    slots[chosen, ROOT] = root
    slots[chosen, ROW] = row
    return max(used, chosen + 1)


def latest_own(slots: Any, used: int, now: int, acct: int) -> int:
    """Give the slot of the latest usable session with the account itself, or -1."""
    own = -1
    for slot in range(used):
        usable = slots[slot, ACCT] == acct and slots[slot, START] < now and slots[slot, LIMIT] >= now
        if usable and (own < 0 or slots[slot, START] > slots[own, START]):
            own = slot
    return own


def collect(slots: Any, used: int, now: int, roots: Any, rows: Any, place_of: Any) -> int:
    """Gather the distinct roots of usable sessions into `roots` and `rows`, latest session per root.

    `place_of` is a scratch array over accounts: an entry counts only if `roots` says the same at that place.

    Returns:
        Number of distinct roots.
    """
    count = 0
    for slot in range(used):
        if slots[slot, START] >= now or slots[slot, LIMIT] < now:
            continue
        root = slots[slot, ROOT]
        place = place_of[root]
        if place >= count or roots[place] != root:
            place_of[root] = count
            roots[count] = root
            rows[count] = slots[slot, ROW]
            count += 1
        elif slots[slot, ROW] > rows[place]:
            rows[place] = slots[slot, ROW]
    return count


def add_root(roots: Any, rows: Any, count: int, root: int) -> int:
    """Add a root that has no session (a machine's owner) unless it is there already."""
    if root < 0:
        return count
    for place in range(count):
        if roots[place] == root:
            return count
    roots[count] = root
    rows[count] = -1
    return count + 1


def weigh(  # noqa: PLR0913 - columns and state, not options
    roots: Any,
    rows: Any,
    count: int,
    acct: int,
    dst: int,
    fresh_before: int,
    days: int,
    weight: float,
    reach: Any,
    credit: Any,
) -> Any:
    """Score each cause of a switch and give the strongest.

    Returns:
        (score, place of the cause, whether the destination is new for it, credited days it used the account).
    """
    best, chosen, best_new, best_known, latest = -1.0, 0, False, 0.0, -2
    for place in range(count):
        key = pair_key(roots[place], dst)
        new = not (key in reach and reach[key] >= fresh_before)
        key = pair_key(roots[place], acct)
        known = credit.get(key, 0.0)
        score = max(0.0, -log((min(known, days) + 0.5) / (days + 1.0))) * weight if new else 0.0
        if score > best or (score == best and rows[place] > latest):
            best, chosen, best_new, best_known, latest = score, place, new, known, rows[place]
    return best, chosen, best_new, best_known


def roll_day(  # noqa: PLR0913 - columns and state, not options
    last: int, day: int, window: int, credit: Any, today: Any, log_day: Any, log_key: Any, log_credit: Any, head: int
) -> int:
    """Move the `last` day's credits into the book and take out those older than the window; give the log's head."""
    for key in today:
        amount = today[key]
        if amount > 0.0:
            credit[key] = amount + (credit.get(key, 0.0))
            log_day.append(np.int64(last))
            log_key.append(key)
            log_credit.append(amount)
    today.clear()
    while head < len(log_day) and log_day[head] < day - window:
        credit[log_key[head]] -= log_credit[head]
        head += 1
    return head


def spread_credit(roots: Any, count: int, acct: int, today: Any) -> None:
    """Credit a switch to each of its possible causes, so that a shared jump host makes no pair well known."""
    for place in range(count):
        key = pair_key(roots[place], acct)
        today[key] = max(1.0 / count, today.get(key, 0.0))


def judge(  # noqa: PLR0913 - fields
    slots: Any, used: int, now: int, owner: int, acct: int, roots: Any, rows: Any, place_of: Any
) -> Any:
    """Decide what kind of step a logon is: (number of causes, root, row before, flags); no causes: no switch."""
    own = latest_own(slots, used, now, acct)
    if own >= 0:
        return 0, slots[own, ROOT], slots[own, ROW], 0
    if owner == acct:
        return 0, acct, -1, FRESH
    count = collect(slots, used, now, roots, rows, place_of)
    if count == 0 and owner < 0:
        return 0, acct, -1, FRESH | NO_CAUSE
    return add_root(roots, rows, count, owner), -1, -1, SWITCH


def causal_pass(  # noqa: PLR0913 - columns and state, not options
    t: Any,
    limit: Any,
    src: Any,
    dst: Any,
    acct: Any,
    kind: Any,
    day: Any,
    owner: Any,
    weight: Any,
    history: Any,
    hosts: int,
    accounts: int,
    skew: int,
    window: int,
    day_us: int,
) -> Any:
    """Run over all rows once.

    Returns:
        Columns [side][row], side 0 by sessions into the source, side 1 by accounts used from it: score,
        root account, number of causes, row before, credited days, flags.
    """
    size = len(t)
    score, known = np.zeros((2, size), dtype=np.float32), np.zeros((2, size), dtype=np.float32)
    root, choices = np.full((2, size), -1, dtype=np.int32), np.ones((2, size), dtype=np.int16)
    before, flags = np.full((2, size), -1, dtype=np.int32), np.zeros((2, size), dtype=np.uint8)
    ring, used = np.empty((2, hosts, RING, 5), dtype=np.int64), np.zeros((2, hosts), dtype=np.int64)
    roots, rows = np.empty(RING + 1, dtype=np.int64), np.empty(RING + 1, dtype=np.int64)
    place_of = np.zeros(accounts, dtype=np.int64)
    reach, credit, today = {np.int64(-1): np.int64(-1)}, {np.int64(-1): 0.0}, {np.int64(-1): 0.0}
    log_day, log_key, log_credit, head = [np.int64(-1)], [np.int64(-1)], [0.0], 0
    current = day[0] if size else 0
    for row in range(size):
        if kind[row] == SKIP:
            continue
        if day[row] != current:
            head = roll_day(current, day[row], window, credit, today, log_day, log_key, log_credit, head)
            current = day[row]
        u, v, a, now, rooted = src[row], dst[row], acct[row], t[row], acct[row]
        if kind[row] == HOP:
            for side in range(2):
                count, start, came, flag = judge(
                    ring[side, u], used[side, u], now + skew, owner[row], a, roots, rows, place_of
                )
                if count > 0:
                    best, chosen, new, days = weigh(
                        roots, rows, count, a, v, now - window * day_us, history[row], weight[row], reach, credit
                    )
                    score[side, row], known[side, row], choices[side, row] = best, days, count
                    start, came = roots[chosen], rows[chosen]
                    flag |= NEW_ACCESS if new else 0
                    if side == 0:
                        spread_credit(roots, count, a, today)
                root[side, row], before[side, row], flags[side, row] = start, came, flag
            rooted = root[0, row]
            reach[pair_key(rooted, v)] = reach[pair_key(a, v)] = now
            used[1, u] = remember(ring[1, u], used[1, u], now, now + day_us, a, a, row)
        used[0, v] = remember(ring[0, v], used[0, v], now, limit[row], a, rooted, row)
    return score, root, choices, before, known, flags


KERNELS = (
    "pair_key", "remember", "latest_own", "collect", "add_root", "weigh", "roll_day", "spread_credit", "judge",
    "causal_pass",
)  # fmt: skip
"""The functions `_jit` compiles, helpers before their callers."""
