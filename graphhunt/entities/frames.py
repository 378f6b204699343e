"""Tables of rows: pandas and polars frames with exact names, order and types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from graphhunt.entities.rows import Column, Row, columns, moment

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_PANDAS = {
    "datetime": "datetime64[us, UTC]", "int": "Int64", "float": "Float64", "bool": "boolean", "str": "str",
    "date": "object", "list": "object",
}  # fmt: skip
"""Types that hold null beside values. A date has no type of its own in pandas."""


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


_READ: dict[str, Callable[[int], Any]] = {"datetime": moment, "date": _day}
"""How values of queries become those of columns; others stay."""


def to_pandas(kind: type[Row], rows: Sequence[Row]) -> pd.DataFrame:
    """Lay rows out as a pandas frame; an empty one has the same columns and types."""
    import pandas as pd

    return pd.DataFrame({column.name: _series(column, rows) for column in columns(kind)})


def _series(column: Column, rows: Iterable[Row]) -> pd.Series[Any]:
    import pandas as pd

    values = [getattr(row, column.field) for row in rows]
    return pd.Series(values, dtype=_PANDAS[column.kind], name=column.name)


def counts(columns_: Sequence[Column], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Lay out what a query counted: its columns, whose values are as queries give them, and `Count` last."""
    import pandas as pd

    parts: list[Any] = list(zip(*rows, strict=True)) or [()] * (len(columns_) + 1)
    values = [
        [_READ[column.kind](value) if value is not None and column.kind in _READ else value for value in part]
        for column, part in zip(columns_, parts, strict=False)
    ]
    series = {
        column.name: pd.Series(part, dtype=_PANDAS[column.kind])
        for column, part in zip(columns_, values, strict=True)
    }  # fmt: skip
    return pd.DataFrame({**series, "Count": pd.Series(parts[-1], dtype="int64")})


def to_polars(kind: type[Row], rows: Sequence[Row]) -> pl.DataFrame:
    """Lay rows out as a polars frame, with the same columns."""
    import polars as pl

    types: dict[str, Any] = {
        "datetime": pl.Datetime("us", "UTC"), "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean,
        "str": pl.String, "date": pl.Date, "list": pl.List(pl.String),
    }  # fmt: skip
    return pl.DataFrame(
        {c.name: [getattr(row, c.field) for row in rows] for c in columns(kind)},
        schema={c.name: types[c.kind] for c in columns(kind)},
    )
