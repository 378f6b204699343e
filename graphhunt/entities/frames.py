"""Tables of rows: pandas and polars frames with exact names, order and types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from graphhunt.entities.rows import Column, Row, columns

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_PANDAS = {
    "datetime": "datetime64[us, UTC]", "int": "Int64", "float": "Float64", "bool": "boolean", "str": "str",
    "date": "object", "list": "object",
}  # fmt: skip
"""Types that hold null beside values. A date has no type of its own in pandas."""


def to_pandas(kind: type[Row], rows: Sequence[Row]) -> pd.DataFrame:
    """Lay rows out as a pandas frame; an empty one has the same columns and types."""
    import pandas as pd

    return pd.DataFrame({column.name: _series(column, rows) for column in columns(kind)})


def _series(column: Column, rows: Iterable[Row]) -> pd.Series[Any]:
    import pandas as pd

    values = [getattr(row, column.field) for row in rows]
    return pd.Series(values, dtype=_PANDAS[column.kind], name=column.name)


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
