"""How the CPU time of something grows with the size of its input; never how long it takes."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence

NOISE = 0.002
"""CPU seconds that count as nothing: below, timers and caches say more than the work does."""

SLACK = 3.0
"""How much more than its share an input may cost; where it is ten times the size, a quadratic worker takes ten."""


def cost(work: Callable[[], object], tries: int = 3) -> float:
    """Give the least CPU seconds of this process over some tries."""
    best = float("inf")
    for _ in range(tries):
        gc.collect()
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
        if best < NOISE:
            break
    return best


def steeper_than_linear(work: Callable[[int], object], sizes: Sequence[int], tries: int = 3) -> str:
    """Compare the cost at each size with that at the size before; say where it grew out of proportion.

    Args:
        work: What is measured, given a size.
        sizes: From small to large, so that a steep one is found while it is still cheap.
        tries: Measurements of each size, of which the cheapest counts.

    Returns:
        Empty if it is linear.
    """
    before, last = float("inf"), 1
    for size in sizes:
        spent = cost(lambda size=size: work(size), tries)  # type: ignore[misc]
        if spent > max(before, NOISE) * (size / last) * SLACK:
            return f"{last:,} cost {before:.4f} s, {size:,} cost {spent:.4f} s"
        before, last = spent, size
    return ""
