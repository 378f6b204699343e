"""Makes Arrow columns of Python values from plain buffers.

Arrow's own conversion asks of every list whether pandas knows it, and imports pandas to ask: more than a second of
CPU and 60 MiB in each process that loads.
"""

from __future__ import annotations

import operator
from array import array
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from types import NoneType
from typing import Any

import numpy as np
import pyarrow as pa

_MOST_TEXT = 2**31 - 1
"""Bytes of text that one column can hold."""

Buffers = list[pa.Buffer | None]


def column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Make a column of text, whole numbers, numbers, truth values, lists of one of these, or mappings; None is null.

    Raises:
        TypeError: A value is of another type.
        OverflowError: A number or the text is too large.
        UnicodeEncodeError: A text has a lone surrogate, which has no UTF-8 form.
    """
    kinds = set(map(type, values))
    if kinds <= {NoneType}:
        return pa.nulls(len(values), kind)
    holes = _validity(values) if NoneType in kinds else None
    kinds.discard(NoneType)
    if pa.types.is_map(kind):
        return _mappings(values, kind, holes)
    if pa.types.is_list(kind):
        return _lists(values, kind, holes)
    return pa.Array.from_buffers(kind, len(values), [holes, *_BUFFERS[kind](values, kinds, holes)])


def text_buffers(texts: list[bytes], width: str) -> Buffers:
    """Give where each text ends, and all of them in one copy; `width` is the NumPy type of the ends."""
    return [_offsets(map(len, texts), len(texts), width), pa.py_buffer(b"".join(texts))]


def _validity(values: list[Any]) -> pa.Buffer:
    known = np.fromiter(map(operator.is_not, values, repeat(None)), np.bool_, len(values))
    return _bits(known)


def _bits(flags: np.ndarray[Any, np.dtype[np.bool_]]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _offsets(lengths: Iterable[int], count: int, width: str) -> pa.Buffer:
    ends = np.zeros(count + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, count), out=ends[1:])
    if width == "int32" and ends[-1] > _MOST_TEXT:
        raise OverflowError("a column holds more than 2 GiB of text")
    return pa.py_buffer(ends.astype(width, copy=False))


def _lists(values: list[Any], kind: pa.ListType, holes: pa.Buffer | None) -> pa.Array:
    rows = [value or () for value in values]
    if not all(isinstance(row, list | tuple) for row in rows):
        raise TypeError(f"not a {kind}")
    ends = _offsets(map(len, rows), len(rows), "int32")
    inner = column(list(chain.from_iterable(rows)), kind.value_type)
    return pa.Array.from_buffers(kind, len(values), [holes, ends], children=[inner])


def _mappings(values: list[Any], kind: pa.MapType, holes: pa.Buffer | None) -> pa.Array:
    rows = [value or {} for value in values]
    if not all(isinstance(row, dict) for row in rows):
        raise TypeError(f"not a {kind}")
    ends = _offsets(map(len, rows), len(rows), "int32")
    keys = column(list(chain.from_iterable(rows)), kind.key_type)
    items = column(list(chain.from_iterable(row.values() for row in rows)), kind.item_type)
    entries = pa.StructArray.from_arrays([keys, items], fields=[kind.key_field, kind.item_field])
    return pa.Array.from_buffers(kind, len(values), [holes, ends], children=[entries])


def _text(values: list[Any], kinds: set[type], holes: pa.Buffer | None) -> Buffers:
    if not all(issubclass(kind, str) for kind in kinds):
        raise TypeError("not a text")
    texts = [value or "" for value in values] if holes else values
    together = "".join(texts)
    data = together.encode()
    if len(data) != len(together):
        return text_buffers([text.encode() for text in texts], "int32")
    return [_offsets(map(len, texts), len(texts), "int32"), pa.py_buffer(data)]


def _whole(values: list[Any], kinds: set[type], holes: pa.Buffer | None) -> Buffers:
    if bool in kinds:
        raise TypeError("not a whole number")
    if float in kinds:
        values = [_exact(value) for value in values]
    return [pa.py_buffer(array("q", [value or 0 for value in values] if holes else values))]


def _exact(value: Any) -> Any:
    """Take a number without a fraction for a whole one; Arrow itself would cut the fraction off in silence."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _numbers(values: list[Any], kinds: set[type], holes: pa.Buffer | None) -> Buffers:
    return [pa.py_buffer(array("d", [0.0 if value is None else value for value in values] if holes else values))]


def _truths(values: list[Any], kinds: set[type], holes: pa.Buffer | None) -> Buffers:
    if kinds != {bool}:
        raise TypeError("not a truth value")
    return [_bits(np.fromiter(map(bool, values), np.bool_, len(values)))]


_BUFFERS: dict[pa.DataType, Callable[[list[Any], set[type], pa.Buffer | None], Buffers]] = {
    pa.string(): _text,
    pa.int64(): _whole,
    pa.float64(): _numbers,
    pa.bool_(): _truths,
}
