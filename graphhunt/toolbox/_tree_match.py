"""Which process started which: the last one with the parent's id, on the same host, no later than the child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import polars as pl

from graphhunt.toolbox._frames import ticks
from graphhunt.toolbox._text_columns import to_polars

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNKNOWN = "unknown"
_START_ROUNDING = "10us"


class Rows(NamedTuple):
    """Columns of process events, all of one length; None for what the source doesn't state."""

    host: pd.Series[Any] | None
    pid: pd.Series[Any]
    parent_pid: pd.Series[Any]
    name: pd.Series[Any]
    parent_name: pd.Series[Any] | None
    time: pd.Series[Any]
    parent_time: pd.Series[Any] | None
    separator: str


def match_parents(rows: Rows) -> NDArray[np.int64]:
    """Find the row number of each row's parent; -1 where no row fits."""
    host = _hosts(rows)
    pid, parent_pid = _numbers(rows.pid, rows.parent_pid)
    time = ticks(rows.time)
    if rows.parent_time is not None:
        parents = _exact(host, (pid, parent_pid), (rows.time, rows.parent_time))
        return np.where(parents == np.arange(len(parents)), -1, parents)
    if rows.parent_name is None:
        return _latest(_codes(host, pid), _codes_like(host, pid, parent_pid), time)
    name, parent_name = _names(rows)
    stated = (rows.parent_name != _UNKNOWN).to_numpy(dtype=bool)
    named = _latest(*_three_codes(host, (pid, parent_pid), (name, parent_name)), time)
    if stated.all():
        return named
    bare = _latest(_codes(host, pid), _codes_like(host, pid, parent_pid), time)
    return np.where(stated, named, bare)


def _hosts(rows: Rows) -> NDArray[np.int64]:
    """Number the hosts, folded to lower case; all 0 where the source names none."""
    if rows.host is None:
        return np.zeros(len(rows.pid), dtype=np.int64)
    codes, _ = pd.factorize(rows.host.astype(str).str.lower())
    return codes.astype(np.int64)


def _numbers(pid: pd.Series[Any], parent: pd.Series[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number process ids so that `0x1f`, `31` and `31.0` are one; nulls are -1."""
    both = pd.concat([pid, parent], ignore_index=True)
    plain = _plain_pids(both)
    if plain is None:
        codes, values = pd.factorize(both, use_na_sentinel=True)
        folded, _ = pd.factorize(_folded_pids(values.tolist()))
        numbers = np.append(folded, -1).astype(np.int64)[codes]
    else:
        numbers = pd.factorize(plain)[0].astype(np.int64)
        numbers[both.isna().to_numpy()] = -1
    return numbers[: len(pid)], numbers[len(pid) :]


def _plain_pids(column: pd.Series[Any]) -> NDArray[np.int64] | None:
    """Read ids that are all whole numbers, or text of decimal or of `0x…` ones; None where one isn't."""
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        return None if pd.api.types.is_unsigned_integer_dtype(column.dtype) else column.to_numpy(dtype=np.int64)
    if not isinstance(column.dtype, pd.StringDtype):
        return None
    text = to_polars(column)
    is_hex = text.str.starts_with("0x")
    numbers = text.filter(is_hex).str.strip_prefix("0x").str.to_integer(base=16, strict=False)
    found = text.to_frame("t").select(pl.col("t").cast(pl.Int64, strict=False)).to_series()
    found = found.scatter(is_hex.arg_true(), numbers) if len(numbers) else found
    return None if found.null_count() > text.null_count() else found.fill_null(-1).to_numpy()


def _folded_pids(values: list[Any]) -> NDArray[Any]:
    """Write distinct process ids one way; as plain numbers where all of them are."""
    try:
        return np.array([int(v, 0) if isinstance(v, str) else int(v) for v in values], dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        return np.array([_pid_text(v) for v in values], dtype=object)


def _pid_text(value: object) -> str:
    """Write a process id one way, whatever way the source wrote it."""
    text = str(value).strip().lower()
    try:
        return str(int(text, 16) if text.startswith("0x") else int(float(text)))
    except (ValueError, OverflowError):
        return text


def _names(rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number images; by file name alone where one side gives no path."""
    sides = [rows.name, rows.parent_name if rows.parent_name is not None else rows.name]
    codes, values = pd.factorize(pd.concat(sides, ignore_index=True))
    n, separator = len(rows.name), rows.separator
    is_path = np.array([separator in v for v in values])
    known = np.array([v != _UNKNOWN for v in values])
    shares = [is_path[part][known[part]] for part in (codes[:n], codes[n:])]
    if not all(len(s) and s.mean() > 0.5 for s in shares):
        names, _ = pd.factorize(np.array([v.rsplit(separator, 1)[-1] for v in values], dtype=object))
        codes = names[codes]
    return codes[:n].astype(np.int64), codes[n:].astype(np.int64)


def _codes(host: NDArray[np.int64], pid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fold host and process id into one number."""
    code: NDArray[np.int64] = host * (pid.max(initial=0) + 2) + pid + 1
    return code


def _codes_like(host: NDArray[np.int64], pid: NDArray[np.int64], parent: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fold host and parent id the way `_codes` folds host and id; -1 where it can't match any."""
    code = host * (pid.max(initial=0) + 2) + parent + 1
    return np.where((parent < 0) | (parent > pid.max(initial=0)), -1, code)


def _three_codes(
    host: NDArray[np.int64],
    pids: tuple[NDArray[np.int64], NDArray[np.int64]],
    names: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Fold host, id and image into one number for the process and one for its parent."""
    widths = [int(max(a.max(initial=0), b.max(initial=0))) + 2 for a, b in (pids, names)]
    own, parent = (
        (host * widths[0] + pids[i] + 1) * widths[1] + names[i] for i in (0, 1)
    )  # fmt: skip
    return own, np.where(pids[1] < 0, -1, parent)


def _latest(own: NDArray[np.int64], wanted: NDArray[np.int64], time: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find for each row the last row with the wanted code that starts no later, and isn't itself."""
    n = len(own)
    order = np.lexsort([np.arange(n), time, own])
    codes, times = own[order], time[order]
    combined = np.concatenate([codes, wanted])
    clock = np.concatenate([times, time])
    is_child = np.concatenate([np.zeros(n, dtype=bool), np.ones(n, dtype=bool)])
    merged = np.lexsort([is_child, clock, combined])
    position = np.cumsum(~is_child[merged]) - 1
    slot = np.full(n, -1, dtype=np.int64)
    children = merged[is_child[merged]] - n
    slot[children] = position[is_child[merged]]
    slot = _step_back_from_self(slot, order)
    fits = (slot >= 0) & (codes[np.maximum(slot, 0)] == wanted)
    return np.where(fits, order[np.maximum(slot, 0)], -1)


def _step_back_from_self(slot: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take the one before where a row found itself (an id reused by its own child)."""
    own = (slot >= 0) & (order[np.maximum(slot, 0)] == np.arange(len(slot)))
    return np.where(own, slot - 1, slot)


def _exact(
    host: NDArray[np.int64],
    pids: tuple[NDArray[np.int64], NDArray[np.int64]],
    times: tuple[pd.Series[Any], pd.Series[Any]],
) -> NDArray[np.int64]:
    """Match host, id and start time, where the source states the parent's start."""
    clocks = [ticks(t.dt.round(_START_ROUNDING).dt.as_unit("ns")) for t in times]
    own = pd.MultiIndex.from_arrays([host, pids[0], clocks[0]])
    wanted = pd.MultiIndex.from_arrays([host, pids[1], clocks[1]])
    first = ~own.duplicated()
    found = own[first].get_indexer(wanted)
    return np.where(found >= 0, np.flatnonzero(first)[np.maximum(found, 0)], -1)
