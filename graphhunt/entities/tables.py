"""The methods' results that are pandas frames, with the picture each is shown as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from graphhunt.entities import charts
from graphhunt.entities.pictures import Picture
from graphhunt.svg import Plot


class Table(pd.DataFrame):
    """A frame that shows itself as a picture; what is made of it (a part, a copy) is a plain frame."""

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    def _plot(self) -> Plot:
        raise NotImplementedError

    def print_dataframe(self) -> Picture:
        """Show the picture in a notebook, the numbers as text elsewhere. Gives an object that shows itself."""
        return Picture(self._plot()._repr_html_(), str(self.to_string(index=False)), self._plot().page())

    def _repr_html_(self) -> str:
        return self._plot()._repr_html_()


class Bandwidth(Table):
    """Date, Outgoing and Incoming in megabytes; shown as areas per day."""

    def _plot(self) -> Plot:
        return charts.areas(list(self["Date"]), {name: list(self[name]) for name in ("Outgoing", "Incoming")})


class Timetable(Table):
    """LoggedUser, Weekday, Hour, AvgActions, StdActions; shown as cells coloured by the average."""

    def _plot(self) -> Plot:
        places = zip(self["Weekday"].tolist(), self["Hour"].tolist(), strict=True)
        numbers = zip(self["AvgActions"].tolist(), self["StdActions"].tolist(), strict=True)
        return charts.week(dict(zip(places, numbers, strict=True)))


def timetable(rows: list[tuple[Any, ...]]) -> Timetable:
    """Lay cells out as a timetable, with its columns' types."""
    types = {
        "LoggedUser": "str", "Weekday": "int64", "Hour": "int64", "AvgActions": "float64", "StdActions": "float64",
    }  # fmt: skip
    columns = zip(*rows, strict=True) if rows else [()] * len(types)
    series = {
        name: pd.Series(list(cells), dtype=kind)
        for (name, kind), cells in zip(types.items(), columns, strict=True)
    }  # fmt: skip
    return Timetable(series)
