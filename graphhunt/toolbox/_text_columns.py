"""Columns of text between pandas and polars, without a Python object for each value where they are text already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEXT = pd.StringDtype(na_value=float("nan"))


def to_polars(column: pd.Series[Any]) -> pl.Series:
    """Give a column as text; nulls stay, other values are their `str`."""
    if isinstance(column.dtype, pd.StringDtype):
        # Without its index: asked for an attribute, a series looks for a row of that name and hashes the whole index.
        return pl.Series(column.reset_index(drop=True), dtype=pl.String)
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        return pl.Series(column.to_numpy()).cast(pl.String)
    pairs = zip(column.tolist(), column.notna().tolist(), strict=True)
    return pl.Series([str(value) if known else None for value, known in pairs], dtype=pl.String)


def to_pandas(values: pl.Series, index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """Give text as a column of pandas' text type."""
    return pd.Series(pd.array(values.to_arrow(), dtype=_TEXT), index=index)


def picked(values: pl.Series, rows: NDArray[np.int64]) -> pl.Series:
    """Give the values of rows; null where the row number is negative."""
    return values.gather(pl.Series(rows).set(pl.Series(rows < 0), None))
