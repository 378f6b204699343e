"""Windows: parts of a case whose facts are read together. One window is the whole case.

All facts of one record are in one window, that of its first fact, so that a record counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from graphhunt.graph.case import Case

Cut = Callable[[pl.DataFrame], Sequence[pl.DataFrame]]
"""Divides the records of a case (`event_id`, and `machine_id` and `time` of the first fact) into windows' records."""


class Window:
    """The facts of one window: all that a contribution may read beside what definitions answer.

    Args:
        case: The case.
        records: `event_id` of its records; all of the case if not given.
    """

    def __init__(self, case: Case, records: pl.DataFrame | None = None) -> None:
        self._case = case
        self._records = None if records is None else records.select("event_id")

    def raw(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind in one fixed order."""
        return self.of(self._case.raw(kind))

    def facts(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind that name a machine, with `machine_id` (and `user_id` where they name one)."""
        return self.of(self._case.facts(kind))

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Keep of rows of records (`event_id`) that definitions hold those of this window."""
        if self._records is None:
            return rows
        return rows.join(self._records, on="event_id", how="semi", maintain_order="left")


def windows(case: Case, cut: Cut | None) -> tuple[Window, ...]:
    """Cut a case; without a cut it is one window."""
    if cut is None:
        return (Window(case),)
    return tuple(Window(case, part) for part in cut(_records(case))) or (Window(case),)


def _records(case: Case) -> pl.DataFrame:
    columns = ["event_id", "machine_id", "time", "ordinal"]
    facts = [case.machines.placed(case.raw(kind)).select(columns) for kind in (case.kinds() or ["logon"])]
    first = pl.concat(facts).sort("event_id", "ordinal", "time", "machine_id")
    return first.unique("event_id", keep="first", maintain_order=True).drop("ordinal")
