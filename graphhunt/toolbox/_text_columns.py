"""Columns of text between pandas and polars, without a Python object for each value where they are text already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

from graphhunt.toolbox._frames import whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

_TEXT = pd.StringDtype(na_value=float("nan"))


def as_text(values: Iterable[str | None]) -> pl.Series:
    """Give texts as a column; half a surrogate pair, which no UTF-8 has, becomes a question mark."""
    listed = list(values)
    try:
        return pl.Series(listed, dtype=pl.String)
    except UnicodeEncodeError:
        return pl.Series([None if value is None else whole(value) for value in listed], dtype=pl.String)


def to_polars(column: pd.Series[Any]) -> pl.Series:
    """Give a column as text; nulls stay, other values are their `str`."""
    if isinstance(column.dtype, pd.StringDtype):
        # Without its index: asked for an attribute, a series looks for a row of that name and hashes the whole index.
        return pl.Series(column.reset_index(drop=True), dtype=pl.String)
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        return pl.Series(column.to_numpy()).cast(pl.String)
    pairs = zip(column.tolist(), column.notna().tolist(), strict=True)
    return as_text(str(value) if known else None for value, known in pairs)


def to_pandas(values: pl.Series, index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """Give text as a column of pandas' text type."""
    return pd.Series(pd.array(values.to_arrow(), dtype=_TEXT), index=index)


def picked(values: pl.Series, rows: NDArray[np.int64]) -> pl.Series:
    """Give the values of rows; null where the row number is negative."""
    return values.gather(pl.Series(rows).set(pl.Series(rows < 0), None))
