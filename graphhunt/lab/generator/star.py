"""A red team like LANL's: stars around a few sources, with many stolen accounts.

Measured from the published redteam file: 749 rows, 4 sources of which one has 94 %, 98 users, 301 destinations,
targets per user median 2, mean 4.2 and at most 71, 18 active days with two bursts that hold two thirds of the
rows, a median gap of 101 s.  No destination is ever a source, so such stars say nothing about paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.intrusion import STAR, Hop, Plan
from graphhunt.lab.generator.streams import log_normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

_SOURCE_SHARES = np.array([0.936, 0.035, 0.025, 0.004])
_BURST_SHARES = (0.36, 0.28)
_MOST_TARGETS = 71


def plan_stars(world: World, users: int, window: tuple[int, int], rng: np.random.Generator) -> list[Plan]:
    """Return one star per stolen account: ``users`` of them within ``window`` (µs), as LANL's red team did it.

    With the 98 accounts of LANL this makes about 400 to 500 logons; rows per account follow the published spread.
    """
    sources = rng.choice(world.first_server, len(_SOURCE_SHARES), replace=False)
    accounts = rng.choice(world.first_help, min(users, world.first_help), replace=False)
    source = rng.choice(sources, len(accounts), p=_SOURCE_SHARES)
    days = _days(len(accounts), (window[1] - window[0]) // DAY_US, rng)
    plans = []
    for day in np.unique(days).tolist():
        # One hand works through the accounts of a day one after the other.
        now = window[0] + day * DAY_US + int(rng.uniform(9.0, 13.0) * HOUR_US)
        for number in np.flatnonzero(days == day).tolist():
            plan = _star(world, (int(source[number]), int(accounts[number])), now, rng)
            now = plan.hops[-1].t + int(log_normal(rng, 101.0, 1.2, 1)[0] * SECOND_US)
            plans.append(plan)
    return [plan for plan in plans if plan.hops[-1].t < window[1]]


def _days(size: int, days: int, rng: np.random.Generator) -> NDArray[np.int64]:
    shares = np.full(days, (1.0 - sum(_BURST_SHARES)) / max(1, days - len(_BURST_SHARES)))
    peaks = rng.choice(days, min(days, len(_BURST_SHARES)), replace=False)
    shares[peaks] = _BURST_SHARES[: len(peaks)]
    return rng.choice(days, size, p=shares / shares.sum())


def _star(world: World, origin: tuple[int, int], now: int, rng: np.random.Generator) -> Plan:
    source, acct = origin
    size = int(np.clip(log_normal(rng, 2.0, 1.2, 1)[0], 1, min(_MOST_TARGETS, world.first_jump - 1)))
    targets = rng.choice(np.setdiff1d(np.arange(world.first_jump), [source]), size, replace=False)
    gaps = np.clip(log_normal(rng, 101.0, 1.4, size), 1.0, 3_600.0)
    times = now + (np.cumsum(gaps) * SECOND_US).astype(np.int64)
    hops = tuple(Hop(int(t), source, int(target), acct, "star", -1) for t, target in zip(times, targets, strict=True))
    return Plan(STAR, 0, source, acct, hops)
