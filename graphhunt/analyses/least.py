"""The least data that statistics about what is usual need; of less, they would rank noise.

Of a handful of starts on one machine every program is rare, and of two days each is odd. The numbers are counts alone,
so that anybody can check them, and whoever wants the statistics all the same says so (`anyway`).
"""

from __future__ import annotations

import polars as pl

from graphhunt.plain import counted

DAY = 86_400_000_000

LEAST_MACHINES, LEAST_DAYS, LEAST_STARTS = 5, 3, 2_000
"""Starts of processes can be compared on this many machines and days, or where there are this many."""

LEAST_ENTITY_DAYS, LEAST_SPAN = 50, 7
"""Days of accounts or machines that an Isolation Forest needs, and days of records: a working week and its end."""


def few_starts(started: pl.DataFrame) -> str | None:
    """Say in figures why starts of processes can't be compared; None where they can.

    Args:
        started: `machine_id` and `start` (µs), one row per start.
    """
    known = started.drop_nulls("start")
    machines, days = known.get_column("machine_id").n_unique(), (known.get_column("start") // DAY).n_unique()
    if known.height >= LEAST_STARTS or (machines >= LEAST_MACHINES and days >= LEAST_DAYS):
        return None
    seen = f"{counted(known.height, 'start')} on {counted(machines, 'machine')} and {counted(days, 'day')}"
    return f"{seen}; it takes {LEAST_MACHINES} machines and {LEAST_DAYS} days, or {LEAST_STARTS:,} starts"


def few_days(days: pl.DataFrame, of: str) -> str | None:
    """Say in figures why days can't be compared; None where they can.

    Args:
        days: `entity` and `day`, one row per day of an entity.
        of: What the entities are, in the plural.
    """
    span = days.get_column("day").n_unique()
    if days.height >= LEAST_ENTITY_DAYS and span >= LEAST_SPAN:
        return None
    seen = f"{counted(days.height, 'day')} of {of}, on {counted(span, 'day')} of records"
    return f"{seen}; it takes {LEAST_ENTITY_DAYS}, on {LEAST_SPAN}"
