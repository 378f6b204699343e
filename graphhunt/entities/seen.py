"""The questions about alerts, bandwidth and hours; the same for every entity."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from graphhunt.entities import values
from graphhunt.entities.base import Entity, Result, counted, file_keys
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import Block, Detection

if TYPE_CHECKING:
    import pandas as pd

MEGABYTE = 1_000_000
"""Bytes of one megabyte in the bandwidth tables (SI)."""

_DAY_ONE = date(1970, 1, 1)
_HOURS = 24


class Seen(Entity):
    """An entity that alerts concern."""

    def get_detections(
        self,
        muid: Any = None,
        file: Any = None,
        period: TimePeriod | None = None,
        histogram: Histogram | None = None,
        *,
        limit: int | None = None,
    ) -> Result[Detection]:
        """Ask for alerts about the entity; `muid` and `file` limit them to machines and programs."""
        return counted(self._alerts(Detection, "detections", muid, file, (period, limit)), histogram)

    def get_blocked(
        self,
        muid: Any = None,
        file: Any = None,
        period: TimePeriod | None = None,
        histogram: Histogram | None = None,
        *,
        limit: int | None = None,
    ) -> Result[Block]:
        """Ask for what a product stopped: alerts whose action says blocked, quarantined, removed and the like."""
        return counted(self._alerts(Block, "blocked", muid, file, (period, limit)), histogram)

    def _alerts(self, kind: Any, name: str, muid: Any, file: Any, rest: tuple[TimePeriod | None, int | None]) -> Any:
        period, limit = rest
        given = {"limit": values.rows_at_most(limit), **self._window(period)}
        return self._ask(kind, name, lambda: {**given, "muids": self._muids(muid), "names": file_keys(file)})


class Measured(Entity):
    """An entity whose traffic and hours can be measured."""

    def get_bandwidth(self, muid: Any = None, period: TimePeriod | None = None, *, file: Any = None) -> pd.DataFrame:
        """Add up the traffic of the entity's processes per day: Date, Outgoing and Incoming in megabytes.

        Only connections whose record states bytes count, on the day (UTC) they were first seen; the table is
        empty when none does.

        Args:
            muid: Only on these machines.
            period: Only connections that began in this time.
            file: Only of these programs.
        """
        import pandas as pd

        found = self._plain("bandwidth", muids=self._muids(muid), programs=file_keys(file), **self._window(period))
        return pd.DataFrame(
            {
                "Date": pd.Series([_DAY_ONE + timedelta(days=row["day"]) for row in found], dtype="object"),
                "Outgoing": pd.Series([row["bytes_out"] / MEGABYTE for row in found], dtype="float64"),
                "Incoming": pd.Series([row["bytes_in"] / MEGABYTE for row in found], dtype="float64"),
            }
        )

    def get_timetable(self, muid: Any = None, period: TimePeriod | None = None) -> pd.DataFrame:
        """Average the actions per weekday (1 is Monday) and hour (UTC) over the days of the period.

        A day without activity counts as zero; without a period, the days are those from the first action to the
        last. The deviation is that of the whole population of days. A weekday that the period doesn't have is
        left out.

        Args:
            muid: Only on these machines.
            period: The days averaged over.

        Returns:
            LoggedUser, Weekday, Hour, AvgActions, StdActions. LoggedUser names what was asked about.
        """
        import pandas as pd

        window = self._window(period)
        found = self._plain("timetable", muids=self._muids(muid), **window)
        counts = {row["hour"]: row["actions"] for row in found}
        cells = [
            (", ".join(self.names), weekday, hour, fmean(numbers), pstdev(numbers))
            for weekday, days in _days_of(counts, window)
            for hour in range(_HOURS)
            for numbers in [[counts.get(day * _HOURS + hour, 0) for day in days]]
        ]
        names = ["LoggedUser", "Weekday", "Hour", "AvgActions", "StdActions"]
        types = {"LoggedUser": "str", "Weekday": "int64", "Hour": "int64", "AvgActions": "float64",
                 "StdActions": "float64"}  # fmt: skip
        return pd.DataFrame(cells, columns=names).astype(types)


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
