"""Suppression: known harmless patterns, each named with its counts in the output, never silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from graphhunt.lateral.paths.rarity import earlier_days
from graphhunt.lateral.paths.table import Flags, Floats, Ints, LogonTable

MANY_MACHINES = 20
MOST_DAYS = 0.8
_LEAST_DAYS = 5


@dataclass(frozen=True, slots=True)
class Lists:
    """An organisation's own lists: machines that scan, accounts of the help desk. Ids or names, any case."""

    scanners: Iterable[str] = ()
    help_desk: Iterable[str] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What one list took out: its name, why in words, how many rows and the highest score among them."""

    name: str
    reason: str
    rows: int
    highest_score: float


def automation(table: LogonTable, hops: Flags, day: Ints, *, window_days: int = 30) -> Flags:
    """Mark hops of a (source, account) that reached at least 20 machines on at least 80 % of its earlier days.

    Only earlier days speak, and at least five of them are needed.
    """
    rows = np.flatnonzero(hops)
    pair = table.src[rows].astype(np.int64) * (len(table.accounts) + 1) + table.acct[rows]
    frame = pl.DataFrame({"pair": pair, "day": day[rows], "dst": table.dst[rows]})
    wide = frame.with_columns(pl.col("dst").n_unique().over("pair", "day").alias("n"))["n"].to_numpy()
    busy = _busy_days(pair, day[rows], wide >= MANY_MACHINES, window_days)
    active = earlier_days(pair, day[rows], window_days)
    marked = np.zeros(len(table), dtype=bool)
    marked[rows] = (active >= _LEAST_DAYS) & (busy >= MOST_DAYS * active)
    return marked


def listed(table: LogonTable, lists: Lists) -> dict[str, Flags]:
    """Mark rows by each of the organisation's lists."""
    hosts = {name.casefold() for name in lists.scanners}
    accounts = {name.casefold() for name in lists.help_desk}
    named = [i for i in range(len(table.hosts)) if hosts & {table.hosts[i].casefold(), table.host_name(i).casefold()}]
    people = [
        i
        for i in range(len(table.accounts))
        if accounts & {table.accounts[i].casefold(), table.account_name(i).casefold()}
    ]
    return {"scanners": np.isin(table.src, named), "help desk": np.isin(table.acct, people)}


def apply(masks: dict[str, tuple[Flags, str]], score: Floats, hops: Flags) -> tuple[Floats, list[Suppressed]]:
    """Set the score of marked hops to 0 and say what was taken out."""
    result, report = score.copy(), []
    for name, (mask, reason) in masks.items():
        taken = mask & hops & (result > 0)
        if taken.any():
            report.append(Suppressed(name, reason, int(taken.sum()), float(result[taken].max())))
            result[taken] = 0.0
    return result, report


def _busy_days(pair: Ints, day: Ints, wide: Flags, window: int) -> Ints:
    """Count, for every row, the earlier busy days of its pair, whether or not its own day is busy."""
    if not len(day):
        return np.empty(0, dtype=np.int64)
    base = int(day.min()) - window
    span = int(day.max()) - base + 2
    code = pair * span + (day - base)
    busy = np.unique(code[wide])
    return np.asarray(np.searchsorted(busy, code) - np.searchsorted(busy, code - window))
