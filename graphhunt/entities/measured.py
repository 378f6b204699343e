"""The questions about bandwidth and hours; the same for every entity that has processes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from graphhunt.entities.base import Entity, Only, check_files
from graphhunt.entities.period import TimePeriod

if TYPE_CHECKING:
    from graphhunt.entities.tables import Bandwidth, Timetable

MEGABYTE = 1_000_000
"""Bytes of one megabyte in the bandwidth tables (SI)."""

_DAY_ONE = date(1970, 1, 1)
_HOURS = 24


class Measured(Entity):
    """An entity whose traffic and hours can be measured."""

    def get_bandwidth(
        self, muid: Any = None, period: TimePeriod | None = None, *, file: Any = None, users: Any = None
    ) -> Bandwidth:
        """Add up the traffic per day: Date, Outgoing and Incoming in megabytes.

        Of a machine or tenant count all network flows of the addresses it had, and the connections with bytes that
        no flow covers. Of others count connections whose record states bytes, and for one without, the flow that
        no other process can have made. Bytes belong to the day (UTC) on which their connection began; the table is
        empty when no record states bytes.

        Args:
            muid: Only on these machines.
            period: Only what began in this time.
            file: Only of these programs.
            users: Only of these accounts.
        """
        import pandas as pd

        from graphhunt.entities.tables import Bandwidth

        check_files(file)
        found = self._plain("bandwidth", **self._scope(Only(muid, users, file), "programs"), **self._window(period))
        return Bandwidth(
            {
                "Date": pd.Series([_DAY_ONE + timedelta(days=row["day"]) for row in found], dtype="object"),
                "Outgoing": pd.Series([row["bytes_out"] / MEGABYTE for row in found], dtype="float64"),
                "Incoming": pd.Series([row["bytes_in"] / MEGABYTE for row in found], dtype="float64"),
            }
        )

    def get_timetable(self, muid: Any = None, period: TimePeriod | None = None, *, users: Any = None) -> Timetable:
        """Average the actions per weekday (1 is Monday) and hour (UTC) over the days of the period.

        A day without activity counts as zero; without a period, the days are those from the first action to the
        last. The deviation is that of the whole population of days. A weekday that the period doesn't have is
        left out.

        Args:
            muid: Only on these machines.
            period: The days averaged over.
            users: Only of these accounts.

        Returns:
            LoggedUser, Weekday, Hour, AvgActions, StdActions. LoggedUser names what was asked about.
        """
        from graphhunt.entities.tables import timetable

        window = self._window(period)
        limits = {key: ids for key, ids in self._scope(Only(muid, users)).items() if key != "names"}
        counts = {row["hour"]: row["actions"] for row in self._plain("timetable", **limits, **window)}
        name = ", ".join(self.names or self.ids)
        cells = [
            (name, weekday, hour, fmean(numbers), pstdev(numbers))
            for weekday, days in _days_of(counts, window)
            for hour in range(_HOURS)
            for numbers in [[counts.get(day * _HOURS + hour, 0) for day in days]]
        ]
        return timetable(cells)


def _days_of(counts: dict[int, int], window: dict[str, int | None]) -> list[tuple[int, list[int]]]:
    """List the days (since 1970) of each weekday that the window has; open sides end at the first and last action."""
    hour = 3_600_000_000
    since, until = window["since"], window["until"]
    if (since is None or until is None) and not counts:
        return []
    first = since // hour if since is not None else min(counts)
    last = (until - 1) // hour if until is not None else max(counts)
    days = range(first // _HOURS, last // _HOURS + 1)
    parted = {n: [day for day in days if _weekday(day) == n] for n in range(1, 8)}
    return [(weekday, held) for weekday, held in parted.items() if held]


def _weekday(day: int) -> int:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).isoweekday()
