"""A labelled case: logons, what is history, which rows are an attack, and the host events if there are any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from graphhunt.lab.generator import EvalSet
from graphhunt.lateral.paths.table import DAY, Codes, Flags, Ints, LogonTable


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of the rows of attacks beside whose they are.

    Attributes:
        techniques: ATT&CK ids that rightly name each row.
        causes: Row of the remote logon that led to each row; -1 where none did.
    """

    techniques: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    causes: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelledCase:
    """Logons with ground truth; labels are kept apart so that no detector can read them.

    Attributes:
        name: What it is, for the report.
        table: The logons.
        since: Start of the test period, µs; everything before is history.
        labels: Attack number per row, -1 for benign.
        cells: Group of each attack (goal and stealth), by attack number.
        events: Host events as `corroborate` takes them, or None.
        truth: What else is known of the attacks.
        proved: Row of the remote logon that records prove to have led to each row; -1 where they prove that none
            did, -2 where they prove nothing. None where no record tells.
        source: Source per row as records of other machines tell it; None where it is the table's.
        made: The generated set that it is, with the same rows; None for any other.
    """

    name: str
    table: LogonTable
    since: int
    labels: Codes
    cells: tuple[str, ...] = ()
    events: pl.DataFrame | None = field(default=None, compare=False)
    truth: Truth = field(default_factory=Truth, compare=False)
    proved: Codes | None = field(default=None, compare=False)
    source: Codes | None = field(default=None, compare=False)
    made: EvalSet | None = field(default=None, compare=False, repr=False)

    def logons_alone(self) -> LabelledCase:
        """Give the case as the logons alone show it."""
        return replace(self, events=None, proved=None, source=None)

    def with_hosts(self) -> LabelledCase:
        """Give the case as host records show it: sources that they tell are known."""
        if self.source is None:
            return self
        if np.array_equal(self.source, self.table.src):
            return replace(self, source=None)
        return replace(self, table=replace(self.table, src=self.source), source=None)

    @property
    def tested(self) -> Flags:
        """Mark the rows that are ranked: hops of the test period with known source and account."""
        table = self.table
        return np.asarray((table.t >= self.since) & table.usable() & (table.src >= 0) & (table.acct >= 0))

    @property
    def days(self) -> int:
        """Days of the test period."""
        tested = self.table.t[self.table.t >= self.since] // DAY
        return int(tested[-1] - tested[0] + 1) if len(tested) else 0

    @property
    def attacks(self) -> int:
        """Count the attacks with at least one row among the tested ones."""
        return len(np.unique(self.labels[self.tested & (self.labels >= 0)]))

    def units(self) -> Ints:
        """Number the alert units (account, source, day) of all rows."""
        table = self.table
        key = (table.acct.astype(np.int64) + 1) * (len(table.hosts) + 1) + table.src + 1
        return key * 100_000 + table.t // DAY % 100_000

    def connections(self) -> Ints:
        """Number the connections (account, source, destination) of all rows."""
        table, hosts = self.table, len(self.table.hosts) + 1
        return (table.acct.astype(np.int64) + 1) * hosts * hosts + (table.src.astype(np.int64) + 1) * hosts + table.dst


def led_by_arrival(hops: Iterable[tuple[int, int, int]]) -> dict[int, int]:
    """Give the hop of an intrusion by which it had last come to where each hop left from; -1 at its foothold.

    Args:
        hops: Row, source and destination of each, in time order.
    """
    entered: dict[int, int] = {}
    causes: dict[int, int] = {}
    for row, src, dst in hops:
        causes[row] = entered.get(src, -1)
        entered[dst] = row
    return causes
