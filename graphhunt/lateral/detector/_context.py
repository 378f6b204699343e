"""Loops that look at what happened around a suspicious logon on the same day (see `context`).

Plain Python that numba can compile; see `graphhunt.lateral.paths._jit`.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

RING = 64
"""Accounts and suspicious hops remembered per machine; the oldest is overwritten."""


def mark(times: Any, accounts: Any, used: int, now: int, acct: int) -> int:
    """Note that an account passed a machine now; give how many slots are in use."""
    oldest = 0
    for slot in range(used):
        if accounts[slot] == acct:
            times[slot] = now
            return used
        if abs(now - times[slot]) > abs(now - times[oldest]):
            oldest = slot
    place = used if used < RING else oldest
    times[place] = now
    accounts[place] = acct
    return min(RING, used + 1)


def crowd(times: Any, used: int, now: int, window: int) -> int:
    """Count the accounts that passed a machine within the window before or after now, at least 1."""
    count = 0
    for slot in range(used):
        if abs(now - times[slot]) <= window:
            count += 1
    return max(1, count)


def hottest(times: Any, heat: Any, used: int, now: int, window: int) -> float:
    """Give the highest heat noted within the window strictly before (or, run backwards, after) now."""
    best = 0.0
    for slot in range(used):
        gap = abs(now - times[slot])
        if gap > 0 and gap <= window and heat[slot] > best:
            best = heat[slot]
    return best


def arrivals(  # noqa: PLR0913 - columns and state, not options
    t: Any, src: Any, dst: Any, acct: Any, usable: Any, score: Any, hosts: int, window: int, fade: float
) -> Any:
    """Per row with a score: the hottest suspicious arrival at its source, over the root of the crowd there."""
    size = len(t)
    result = np.zeros(size, dtype=np.float32)
    seen_t, seen_a = np.empty((hosts, RING), dtype=np.int64), np.empty((hosts, RING), dtype=np.int64)
    hot_t, hot = np.empty((hosts, RING), dtype=np.int64), np.empty((hosts, RING))
    seen_n, hot_n = np.zeros(hosts, dtype=np.int64), np.zeros(hosts, dtype=np.int64)
    for row in range(size):
        if not usable[row]:
            continue
        u, v, now = src[row], dst[row], t[row]
        if score[row] > 0.0:
            best = hottest(hot_t[u], hot[u], min(hot_n[u], RING), now, window)
            many = crowd(seen_t[u], seen_n[u], now, window) if best > 0.0 else 1
            result[row] = best / sqrt(many)
            place = hot_n[v] % RING
            hot_t[v, place], hot[v, place] = now, score[row] + fade * best / many
            hot_n[v] += 1
        seen_n[v] = mark(seen_t[v], seen_a[v], seen_n[v], now, acct[row])
    return result


def departures(  # noqa: PLR0913 - columns and state, not options
    t: Any, src: Any, dst: Any, acct: Any, usable: Any, score: Any, day: Any, hosts: int, window: int
) -> Any:
    """Per row with a score: the hottest suspicious departure from its destination later that day, likewise."""
    size = len(t)
    result = np.zeros(size, dtype=np.float32)
    seen_t, seen_a = np.empty((hosts, RING), dtype=np.int64), np.empty((hosts, RING), dtype=np.int64)
    hot_t, hot = np.empty((hosts, RING), dtype=np.int64), np.empty((hosts, RING))
    seen_n, hot_n = np.zeros(hosts, dtype=np.int64), np.zeros(hosts, dtype=np.int64)
    today = np.full(hosts, -1, dtype=np.int64)
    for row in range(size - 1, -1, -1):
        if not usable[row]:
            continue
        u, v, now = src[row], dst[row], t[row]
        for host in (u, v):
            if today[host] != day[row]:
                today[host], seen_n[host], hot_n[host] = day[row], 0, 0
        if score[row] > 0.0:
            best = hottest(hot_t[v], hot[v], min(hot_n[v], RING), now, window)
            if best > 0.0:
                result[row] = best / sqrt(crowd(seen_t[v], seen_n[v], now, window))
            place = hot_n[u] % RING
            hot_t[u, place], hot[u, place] = now, score[row]
            hot_n[u] += 1
        seen_n[u] = mark(seen_t[u], seen_a[u], seen_n[u], now, acct[row])
    return result


def rotations(t: Any, src: Any, acct: Any, score: Any, day: Any, hosts: int, window: int) -> Any:  # noqa: PLR0913 - columns
    """Per row with a score: how many other switched-to accounts left its source within the window before it.

    Or later that same day, if that is more: the count of the day is known when the day is scored.
    """
    size = len(t)
    past, whole = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int32)
    seen_t, seen_a = np.empty((hosts, RING), dtype=np.int64), np.empty((hosts, RING), dtype=np.int64)
    seen_n = np.zeros(hosts, dtype=np.int64)
    for row in range(size):
        if score[row] > 0.0:
            u = src[row]
            seen_n[u] = mark(seen_t[u], seen_a[u], seen_n[u], t[row], acct[row])
            past[row] = crowd(seen_t[u], seen_n[u], t[row], window) - 1
    today, count = np.full(hosts, -1, dtype=np.int64), np.zeros(hosts, dtype=np.int64)
    for row in range(size - 1, -1, -1):
        if score[row] > 0.0:
            u = src[row]
            if today[u] != day[row]:
                today[u], count[u] = day[row], 0
            whole[row] = count[u]
            known = False
            for slot in range(count[u]):
                known = known or seen_a[u, slot] == acct[row]
            if not known and count[u] < RING:
                seen_a[u, count[u]] = acct[row]
                count[u] += 1
    return np.maximum(past, whole)


KERNELS = ("mark", "crowd", "hottest", "arrivals", "departures", "rotations")
"""The functions `_jit` compiles, helpers before their callers."""
