"""Loops over time-sorted hops: the parts that are too slow as array expressions.

Plain Python that numba can compile (see `_jit`). Conventions: `t` rises; `limit[i]` is the last moment at
which row i's arrival can still be used (start + dwell, or the session's end); unknown hosts are -1 and never
match; a row can follow another when `t[first] < t[next] + skew` and `t[next] <= limit[first]`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

NEVER = 9_223_372_036_854_775_807
"""The time of what doesn't happen."""


def group_rows(keys: Any, groups: int) -> Any:
    """Counting sort: (offsets, rows) so that rows[offsets[g]:offsets[g+1]] are the rows of g, in row order."""
    offsets = np.zeros(groups + 1, dtype=np.int64)
    for row in range(len(keys)):
        if keys[row] >= 0:
            offsets[keys[row] + 1] += 1
    for group in range(groups):
        offsets[group + 1] += offsets[group]
    place = offsets[:groups].copy()
    rows = np.empty(offsets[groups], dtype=np.int64)
    for row in range(len(keys)):
        key = keys[row]
        if key >= 0:
            rows[place[key]] = row
            place[key] += 1
    return offsets, rows


def scan_forward(t: Any, limit: Any, src: Any, dst: Any, start: Any) -> Any:
    """One pass in time order with no skew: which rows can be reached from the hosts marked in `start`.

    Per host it is enough to keep the latest limit of the arrivals strictly before now; an arrival at this
    very moment waits in `fresh` until time moves on.
    """
    hosts = len(start)
    usable = np.full(hosts, -NEVER, dtype=np.int64)
    fresh_at = np.full(hosts, NEVER, dtype=np.int64)
    fresh = np.full(hosts, -NEVER, dtype=np.int64)
    reached = np.zeros(len(t), dtype=np.bool_)
    for row in range(len(t)):
        now = t[row]
        u = src[row]
        if u < 0:
            continue
        if fresh_at[u] < now:
            usable[u] = max(usable[u], fresh[u])
            fresh_at[u] = NEVER
            fresh[u] = -NEVER
        if not (start[u] or now <= usable[u]):
            continue
        reached[row] = True
        v = dst[row]
        if fresh_at[v] < now:
            usable[v] = max(usable[v], fresh[v])
            fresh[v] = -NEVER
        fresh_at[v] = now
        fresh[v] = max(fresh[v], limit[row])
    return reached


def scan_backward(t: Any, limit: Any, src: Any, dst: Any, goal: Any) -> Any:
    """One pass against time with no skew: which rows can still lead to the hosts marked in `goal`.

    Per host only the next departure that leads on is kept, because a limit is an upper bound.
    """
    hosts = len(goal)
    leaves = np.full(hosts, NEVER, dtype=np.int64)
    fresh = np.full(hosts, NEVER, dtype=np.int64)
    leads = np.zeros(len(t), dtype=np.bool_)
    for row in range(len(t) - 1, -1, -1):
        now = t[row]
        v = dst[row]
        if fresh[v] > now:
            leaves[v] = min(leaves[v], fresh[v])
        if not (goal[v] or leaves[v] <= limit[row]):
            continue
        leads[row] = True
        u = src[row]
        if u < 0:
            continue
        if fresh[u] > now:
            leaves[u] = min(leaves[u], fresh[u])
        fresh[u] = now
    return leads


def first_after(t: Any, rows: Any, low: int, high: int, moment: int) -> int:
    """Binary search: the first place in rows[low:high] whose time is later than `moment`."""
    while low < high:
        middle = (low + high) // 2
        if t[rows[middle]] > moment:
            high = middle
        else:
            low = middle + 1
    return low


def unseen(step: Any, place: int) -> int:
    """Give the next place at or after `place` that was not taken yet (union-find with path halving)."""
    while step[place] != place:
        step[place] = step[step[place]]
        place = step[place]
    return place


def spread(t: Any, limit: Any, src: Any, dst: Any, hosts: int, roots: Any, skew: int) -> Any:  # noqa: PLR0913 - arrays, not options
    """Breadth-first over rows from the rows marked in `roots`: (fewest hops to each row or 0, row before it).

    Handles skew, equal times and any limits; each row is taken once, so the cost stays near linear.
    """
    offsets, rows = group_rows(src, hosts)
    step = np.arange(len(rows) + 1)
    level = np.zeros(len(t), dtype=np.int32)
    before = np.full(len(t), -1, dtype=np.int64)
    queue = np.empty(len(t), dtype=np.int64)
    tail = 0
    for row in range(len(t)):
        if roots[row]:
            level[row] = 1
            queue[tail] = row
            tail += 1
    head = 0
    while head < tail:
        row = queue[head]
        head += 1
        v = dst[row]
        high = offsets[v + 1]
        place = first_after(t, rows, offsets[v], high, t[row] - skew)
        place = unseen(step, place)
        while place < high and t[rows[place]] <= limit[row]:
            step[place] = place + 1
            follower = rows[place]
            if level[follower] == 0:
                level[follower] = level[row] + 1
                before[follower] = row
                queue[tail] = follower
                tail += 1
            place = unseen(step, place)
    return level, before


def converge(t: Any, limit: Any, src: Any, dst: Any, hosts: int, ends: Any, skew: int, dwell: int) -> Any:  # noqa: PLR0913 - arrays, not options
    """Breadth-first against time from the rows marked in `ends`: the fewest hops from each row, or 0.

    A predecessor whose session ended too early stays for later rows, so with session limits the cost can
    exceed linear on a host where many sessions end at once.
    """
    offsets, rows = group_rows(dst, hosts)
    step = np.arange(len(rows) + 1)
    level = np.zeros(len(t), dtype=np.int32)
    queue = np.empty(len(t), dtype=np.int64)
    tail = 0
    for row in range(len(t)):
        if ends[row]:
            level[row] = 1
            queue[tail] = row
            tail += 1
    head = 0
    while head < tail:
        row = queue[head]
        head += 1
        u = src[row]
        if u < 0:
            continue
        high = offsets[u + 1]
        place = first_after(t, rows, offsets[u], high, t[row] - dwell - 1)
        place = unseen(step, place)
        while place < high and t[rows[place]] < t[row] + skew:
            earlier = rows[place]
            if t[row] <= limit[earlier]:
                step[place] = place + 1
                if level[earlier] == 0:
                    level[earlier] = level[row] + 1
                    queue[tail] = earlier
                    tail += 1
            place = unseen(step, place + 1)
    return level


def window_best(t: Any, into: Any, leaving: Any, value: Any, skew: int, dwell: int) -> Any:
    """Best `value` among the departures each arrival at one host may use, by a sliding window.

    Args:
        t: Times of all rows.
        into: Rows that arrive at the host, in time order.
        leaving: Rows that leave it, in time order.
        value: Value per row.
        skew: Tolerance, µs.
        dwell: Longest stay, µs.

    Returns:
        Per place in `into`, the best value, or minus infinity.
    """
    best = np.full(len(into), -np.inf)
    ring = np.empty(len(leaving), dtype=np.int64)
    head, tail, taken = 0, 0, 0
    for place in range(len(into)):
        now = t[into[place]]
        while taken < len(leaving) and t[leaving[taken]] <= now + dwell:
            row = leaving[taken]
            while tail > head and value[ring[tail - 1]] <= value[row]:
                tail -= 1
            ring[tail] = row
            tail += 1
            taken += 1
        while head < tail and t[ring[head]] <= now - skew:
            head += 1
        if head < tail:
            best[place] = value[ring[head]]
    return best


def best_followers(t: Any, src: Any, dst: Any, hosts: int, value: Any, skew: int, dwell: int) -> Any:  # noqa: PLR0913 - arrays, not options
    """Per row, the best `value` of a row that may follow it; minus infinity when none may."""
    out_offsets, out_rows = group_rows(src, hosts)
    in_offsets, in_rows = group_rows(dst, hosts)
    result = np.full(len(t), -np.inf)
    for host in range(hosts):
        first, last = in_offsets[host], in_offsets[host + 1]
        low, high = out_offsets[host], out_offsets[host + 1]
        if first == last or low == high:
            continue
        into = in_rows[first:last]
        best = window_best(t, into, out_rows[low:high], value, skew, dwell)
        for place in range(len(into)):
            result[into[place]] = best[place]
    return result


def fold_acts(t: Any, src: Any, dst: Any, acct: Any, gap: int, span: int) -> Any:
    """Number the acts: rows of one (source, destination, account) in a run belong to one act.

    Args:
        t: Times.
        src: Sources.
        dst: Destinations.
        acct: Accounts.
        gap: Longest pause inside an act, µs.
        span: Longest act, µs.

    Returns:
        Act number per row, in order of first appearance.
    """
    open_act = {(np.int64(-2), np.int64(-2), np.int64(-2)): (np.int64(0), np.int64(0), np.int64(0))}
    act = np.empty(len(t), dtype=np.int64)
    count = 0
    for row in range(len(t)):
        now = np.int64(t[row])
        key = (np.int64(src[row]), np.int64(dst[row]), np.int64(acct[row]))
        if key in open_act:
            number, first, last = open_act[key]
            if now - last <= gap and now - first <= span:
                act[row] = number
                open_act[key] = (number, first, now)
                continue
        act[row] = count
        open_act[key] = (np.int64(count), now, now)
        count += 1
    return act


def days_before(key: Any, day: Any, window: int) -> Any:
    """Per row, the distinct earlier days within the window on which its key occurs; days must not fall.

    Negative keys count nothing. A log of (day, key) lets days that leave the window be taken off again.
    """
    index = {np.int64(-1): np.int64(0)}
    count, last = [np.int64(0)], [np.int64(-1)]
    log_day, log_slot, head = [np.int64(0)], [np.int64(0)], 1
    result = np.zeros(len(key), dtype=np.int32)
    for row in range(len(key)):
        now = np.int64(day[row])
        while head < len(log_day) and log_day[head] < now - window:
            count[log_slot[head]] -= 1
            head += 1
        one = np.int64(key[row])
        if one < 0:
            continue
        if one not in index:
            index[one] = np.int64(len(count))
            count.append(np.int64(0))
            last.append(np.int64(-1) << np.int64(40))
        slot = index[one]
        if last[slot] == now:
            result[row] = count[slot] - 1
            continue
        result[row] = count[slot]
        last[slot] = now
        count[slot] += 1
        log_day.append(now)
        log_slot.append(slot)
    return result


KERNELS = (
    "group_rows", "scan_forward", "scan_backward", "first_after", "unseen", "spread", "converge",
    "window_best", "best_followers", "fold_acts", "days_before",
)  # fmt: skip
"""The functions `_jit` compiles, helpers before their callers."""
