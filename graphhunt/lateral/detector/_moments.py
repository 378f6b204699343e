"""Loops that count what came before each logon, in one pass over the rows (see `terms`).

Plain Python that numba can compile; see `graphhunt.lateral.paths._jit`. Rows are in order of time, and those of one
moment don't see each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def numbered(first: Any, second: Any) -> Any:
    """Number the keys of two columns from 0, equal keys alike; negative keys become -1. Gives two columns."""
    number = {np.int64(-1): np.int64(-1)}
    count = 0
    result = np.full((2, len(first)), -1, dtype=np.int64)
    for row in range(len(first)):
        for column in range(2):
            key = np.int64(first[row] if column == 0 else second[row])
            if key < 0:
                continue
            if key not in number:
                number[key] = np.int64(count)
                count += 1
            result[column, row] = number[key]
    return result


def seen_before(t: Any, past: Any, asked: Any, since: Any, keys: int) -> Any:
    """Per row, the earlier rows from a moment on whose key is what the row asks for.

    Negative keys of the past are not counted, a negative one that is asked for gives 0; the moments must not fall.
    """
    count = np.zeros(keys, dtype=np.int64)
    result = np.zeros(len(t), dtype=np.int64)
    taken, dropped = 0, 0
    for row in range(len(t)):
        while t[taken] < t[row]:
            if past[taken] >= 0:
                count[past[taken]] += 1
            taken += 1
        while dropped < taken and t[dropped] < since[row]:
            if past[dropped] >= 0:
                count[past[dropped]] -= 1
            dropped += 1
        if asked[row] >= 0:
            result[row] = count[asked[row]]
    return result


def last_before(t: Any, past: Any, asked: Any, keys: int) -> Any:
    """Per row, the time since the latest earlier row whose key is what the row asks for; -1 where there is none."""
    last = np.zeros(keys, dtype=np.int64)
    known = np.zeros(keys, dtype=np.int64)
    result = np.full(len(t), -1, dtype=np.int64)
    taken = 0
    for row in range(len(t)):
        while t[taken] < t[row]:
            if past[taken] >= 0:
                last[past[taken]] = t[taken]
                known[past[taken]] = 1
            taken += 1
        if asked[row] >= 0 and known[asked[row]] == 1:
            result[row] = t[row] - last[asked[row]]
    return result


KERNELS = ("numbered", "seen_before", "last_before")
"""The functions `_jit` compiles, helpers before their callers."""
