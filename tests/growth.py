"""How the CPU time of something grows with the size of its input; never how long it takes."""

from __future__ import annotations

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
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
        if best < NOISE:
            break
    return best


def steeper_than_linear(work: Callable[[int], object], sizes: Sequence[int]) -> str:
    """Compare the cost at each size with that at the size before; say where it grew out of proportion.

    What looks steep at first is measured again, so that one interruption is no finding.

    Args:
        work: What is measured, given a size.
        sizes: From small to large, so that a steep one is found while it is still cheap.

    Returns:
        Empty if it is linear.
    """
    before, last = float("inf"), 1
    for size in sizes:
        spent = cost(lambda size=size: work(size), 1)  # type: ignore[misc]
        if spent > _share(before, size / last):
            before = max(before, cost(lambda last=last: work(last)))  # type: ignore[misc]
            spent = min(spent, cost(lambda size=size: work(size), 2))  # type: ignore[misc]
            if spent > _share(before, size / last):
                return f"{last:,} cost {before:.4f} s, {size:,} cost {spent:.4f} s"
        before, last = spent, size
    return ""


def _share(before: float, growth: float) -> float:
    return max(before, NOISE) * growth * SLACK
