"""Rarity of remote logons: on how few of the days before an account went from one machine to another.

It says something once a week of records lies before the logon; without that everything would be new.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from graphhunt.incidents.weights import Weights

DAY = 86_400_000_000

Row = Mapping[str, Any]


class Rarity:
    """How rare remote logons are by what went before.

    Args:
        hops: Every remote logon: `user_id`, `from_id`, `to_id`, `start` (µs).
        rule: The weights.
    """

    def __init__(self, hops: pl.DataFrame, rule: Weights) -> None:
        self._rule = rule
        seen: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        days: set[int] = set()
        for user, source, target, start in hops.select("user_id", "from_id", "to_id", "start").iter_rows():
            seen[user, source, target].add(start // DAY)
            days.add(start // DAY)
        self._seen = {way: sorted(found) for way, found in seen.items()}
        self._days = sorted(days)

    def of(self, hops: Iterable[Row]) -> float:
        """Give what the rarest of some remote logons adds, nats; 0 where too few days lie before it."""
        return max((self._one(hop) for hop in hops), default=0.0)

    def _one(self, hop: Row) -> float:
        """Give `ln((days + 1) / (seen + 1))` of the days before, at most what the weights allow."""
        day = hop["start"] // DAY
        days = bisect_left(self._days, day)
        if days < self._rule.rarity_days:
            return 0.0
        seen = bisect_left(self._seen.get((hop["user_id"], hop["from_id"], hop["to_id"]), []), day)
        return min(self._rule.rarity, math.log((days + 1) / (seen + 1)))
