"""What the DataFrame functions share: columns that must exist, times as UTC, text without nulls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_UNIT_LIMITS = ((10**11, "s"), (10**14, "ms"), (10**17, "us"))
"""An epoch number below the limit is read in that unit; above all of them it is in nanoseconds.

10^11 seconds is the year 5138 and 10^11 milliseconds is 1973, so no date of a log is ambiguous."""

_NS_RANGE = (pd.Timestamp.min.value // 1000, pd.Timestamp.max.value // 1000)


def require_columns(data: pd.DataFrame, columns: Iterable[str]) -> None:
    """Refuse what is no frame, and a frame that lacks one of the columns or has it twice.

    Raises:
        UsageError: A column is missing; the message names it and the columns there are.
    """
    if not isinstance(data, pd.DataFrame):
        raise UsageError(f"a frame is wanted, and this is a {type(data).__name__}")
    wanted = list(columns)
    twice = [c for c in wanted if (data.columns == c).sum() > 1]
    if twice:
        raise UsageError(f"Column {twice[0]!r} is in the frame twice", hint="rename one of them first")
    missing = [c for c in wanted if c not in data.columns]
    if missing:
        names = ", ".join(map(str, data.columns[:20]))
        raise UsageError(f"Column {missing[0]!r} is not in the frame", hint=f"it has {names}")


def utc_times(column: pd.Series[Any]) -> pd.Series[Any]:
    """Give a column of times as `datetime64[ns, UTC]` (`[us, UTC]` where nanoseconds can't hold it).

    Naive times and text without an offset are taken as UTC. Numbers are epoch seconds, milliseconds,
    microseconds or nanoseconds, told apart by their size. Nulls and empty text become NaT.

    Raises:
        UsageError: A text isn't a time.
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        times = column.dt.tz_convert("UTC")
    elif pd.api.types.is_datetime64_dtype(column.dtype):
        times = column.dt.tz_localize("UTC")
    elif pd.api.types.is_numeric_dtype(column.dtype):
        times = _from_numbers(column)
    else:
        times = _from_objects(column)
    return _finest(times)


def _from_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Read epoch numbers in the unit their largest value fits."""
    values = pd.to_numeric(column).astype("Float64")
    largest = values.abs().max()
    top = 0.0 if pd.isna(largest) else float(largest)
    unit = next((u for limit, u in _UNIT_LIMITS if top < limit), "ns")
    if pd.api.types.is_integer_dtype(column.dtype):
        numbers = column.astype("Int64")
    else:
        scale = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0}[unit]
        numbers, unit = (values * scale).round().astype("Int64"), "ns"
    stamps = numbers.to_numpy(dtype=f"datetime64[{unit}]", na_value=np.datetime64("NaT"))
    times: pd.Series[Any] = pd.Series(stamps, index=column.index).dt.tz_localize("UTC")
    return times


def _from_objects(column: pd.Series[Any]) -> pd.Series[Any]:
    """Read text or Python objects; the first one that isn't a time is named in the error."""
    cleaned = column.astype(object).where(column.notna() & (column.astype(object) != ""), None)
    if len(cleaned) == 0 or cleaned.isna().all():
        return pd.Series(pd.NaT, index=column.index, dtype="datetime64[ns, UTC]")
    if cleaned.dropna().map(lambda v: isinstance(v, int | float)).all():
        return _from_numbers(pd.to_numeric(cleaned))
    try:
        return pd.to_datetime(cleaned, utc=True, format="mixed")
    except (ValueError, TypeError, OverflowError) as error:
        parsed = pd.to_datetime(cleaned, utc=True, format="mixed", errors="coerce")
        bad = cleaned[parsed.isna() & cleaned.notna()]
        shown = repr(bad.iloc[0]) if len(bad) else "a value"
        raise UsageError(f"{shown} is not a time", where=f"column {column.name!r}") from error


def _finest(times: pd.Series[Any]) -> pd.Series[Any]:
    """Give nanoseconds where the dates allow it, else microseconds."""
    known = times.dropna()
    if len(known):
        low, high = (t.timestamp() * 1e6 for t in (known.min(), known.max()))
        if low < _NS_RANGE[0] or high > _NS_RANGE[1]:
            return times.astype("datetime64[us, UTC]")
    return times.astype("datetime64[ns, UTC]")


def ticks(times: pd.Series[Any]) -> NDArray[np.int64]:
    """Give the integers below a column made by `utc_times`; NaT is the smallest integer."""
    return times.to_numpy(dtype=f"datetime64[{times.dt.unit}]").view(np.int64)


def ticks_per_minute(times: pd.Series[Any]) -> int:
    """Tell how many ticks of the column's unit make a minute."""
    return 60_000_000_000 if times.dt.unit == "ns" else 60_000_000


def as_str(value: Any) -> str:
    """Give a value as text: empty for a missing one, bytes read as UTF-8, others their `str`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return "" if pd.api.types.is_scalar(value) and pd.isna(value) else str(value)


def whole(text: str) -> str:
    """Give a text with a question mark for each half of a surrogate pair, which no UTF-8 has."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def texts(column: pd.Series[Any]) -> list[str]:
    """Give a column as plain strings, as `as_str` gives each value."""
    filled = column.astype(object).where(column.notna(), "")
    return [v if isinstance(v, str) else as_str(v) for v in filled]


def sorted_codes(column: pd.Series[Any]) -> NDArray[np.int64]:
    """Number a column's values in ascending order; equal values share a number and nulls come last.

    Categoricals go by their categories' order. Values of kinds that don't compare go by kind and text.
    """
    codes, uniques = pd.factorize(column, use_na_sentinel=True)
    values = pd.Series(uniques)
    try:
        rank = values.rank(method="first").to_numpy() if values.dtype != object else _object_rank(values)
    except TypeError:
        rank = _object_rank(values)
    table = np.append(rank, len(values) + 1).astype(np.int64)
    return table[codes]


def _object_rank(values: pd.Series[Any]) -> NDArray[np.int64]:
    """Rank mixed objects by (kind, value) or (kind, text)."""
    items = values.tolist()
    try:
        order = sorted(range(len(items)), key=lambda i: items[i])
    except TypeError:
        order = sorted(range(len(items)), key=lambda i: (type(items[i]).__name__, str(items[i])))
    rank = np.empty(len(items), dtype=np.int64)
    rank[order] = np.arange(1, len(items) + 1)
    return rank
