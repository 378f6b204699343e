"""The index from event id to row: sorted 128-bit ids in memory-mapped files.

A file holds four arrays of equal length, little-endian, one after the other: the upper and lower half of the
ids (uint64, sorted), the row in its segment (uint32) and the segment's number in the index (uint32). 24 bytes
per event; a look-up touches a few pages, whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphhunt.errors import DamageError

_ENTRY_SIZE = 24
_MERGE_ROWS = 500_000

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.uint32]


class Ids(NamedTuple):
    """Event ids as two arrays of 64-bit words."""

    high: Words
    low: Words


def pack_ids(event_ids: Iterable[str]) -> Ids:
    """Turn hexadecimal event ids into words."""
    words = np.frombuffer(bytes.fromhex("".join(event_ids)), dtype=">u8").astype(np.uint64).reshape(-1, 2)
    return Ids(np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1]))


def set_sum(ids: Ids) -> int:
    """Add ids modulo 2**128: the same for the same set, in whatever order and parts it is added."""
    return ((_total(ids.high) << 64) + _total(ids.low)) % (1 << 128)


def _total(words: Words) -> int:
    return (int((words >> np.uint64(32)).sum()) << 32) + int((words & np.uint64(0xFFFFFFFF)).sum())


def index_size(rows: int) -> int:
    """Give the size in bytes of an index of so many rows."""
    return rows * _ENTRY_SIZE


class Index:
    """One index file, opened for look-ups."""

    def __init__(self, path: Path, segments: Sequence[str]) -> None:
        """Map the file; `segments` are the ids that its segment numbers stand for.

        Raises:
            DamageError: Its length is not that of an index.
        """
        size = path.stat().st_size
        self.rows, rest = divmod(size, _ENTRY_SIZE)
        if rest:
            raise DamageError("an index file is damaged", where=str(path))
        self.path = path
        self.segments = tuple(segments)
        data = np.memmap(path, dtype=np.uint8, mode="r") if size else np.empty(0, dtype=np.uint8)
        n = self.rows
        self.high: Words = data[: 8 * n].view(np.uint64)
        self.low: Words = data[8 * n : 16 * n].view(np.uint64)
        self.row: Numbers = data[16 * n : 20 * n].view(np.uint32)
        self.segment: Numbers = data[20 * n :].view(np.uint32)

    def find(self, ids: Ids) -> npt.NDArray[np.int64]:
        """Give the place of each id in the index, or -1."""
        if not self.rows:
            return np.full(len(ids.high), -1, dtype=np.int64)
        places = np.searchsorted(self.high, ids.high).astype(np.int64)
        inside = np.minimum(places, self.rows - 1)
        same_high = self.high[inside] == ids.high
        found = np.where(same_high & (self.low[inside] == ids.low), inside, -1)
        for i in np.flatnonzero(same_high & (found < 0)):
            found[i] = self._scan(int(places[i]), ids.high[i], ids.low[i])
        return found

    def _scan(self, place: int, high: np.uint64, low: np.uint64) -> int:
        """Walk on among ids that share their upper half."""
        while place < self.rows and self.high[place] == high:
            if self.low[place] == low:
                return place
            place += 1
        return -1


def write_index(path: Path, ids: Ids) -> None:
    """Write the index of one segment, whose rows are in the order of `ids`."""
    order = np.lexsort((ids.low, ids.high))
    with path.open("wb") as stream:
        stream.write(ids.high[order].tobytes())
        stream.write(ids.low[order].tobytes())
        stream.write(order.astype(np.uint32).tobytes())
        stream.write(np.zeros(len(order), dtype=np.uint32).tobytes())


def merge_indexes(path: Path, indexes: Sequence[Index]) -> list[str]:
    """Merge indexes into one file, a range of ids at a time, and list the segments its numbers stand for."""
    total = sum(index.rows for index in indexes)
    offsets = np.cumsum([0, *(len(index.segments) for index in indexes)])
    with path.open("wb") as stream:
        stream.truncate(total * _ENTRY_SIZE)
    if total:
        _fill(np.memmap(path, dtype=np.uint8, mode="r+"), total, indexes, offsets)
    return [segment for index in indexes for segment in index.segments]


def _fill(data: npt.NDArray[np.uint8], total: int, indexes: Sequence[Index], offsets: npt.NDArray[np.int64]) -> None:
    out_high, out_low = data[: 8 * total].view(np.uint64), data[8 * total : 16 * total].view(np.uint64)
    out_row, out_segment = data[16 * total : 20 * total].view(np.uint32), data[20 * total :].view(np.uint32)
    start = 0
    for cuts in _ranges(total, indexes):
        high = np.concatenate([index.high[a:b] for index, (a, b) in zip(indexes, cuts, strict=True)])
        low = np.concatenate([index.low[a:b] for index, (a, b) in zip(indexes, cuts, strict=True)])
        row = np.concatenate([index.row[a:b] for index, (a, b) in zip(indexes, cuts, strict=True)])
        segment = np.concatenate(
            [index.segment[a:b] + np.uint32(o) for index, (a, b), o in zip(indexes, cuts, offsets[:-1], strict=True)]
        )
        order = np.lexsort((low, high))
        end = start + len(order)
        out_high[start:end], out_low[start:end] = high[order], low[order]
        out_row[start:end], out_segment[start:end] = row[order], segment[order]
        start = end
    np.memmap.flush(data)  # type: ignore[arg-type]


def _ranges(total: int, indexes: Sequence[Index]) -> Iterator[list[tuple[int, int]]]:
    """Cut all indexes at the same ids, so that each range holds about `_MERGE_ROWS` rows."""
    parts = max(1, -(-total // _MERGE_ROWS))
    bounds = np.array([(1 << 64) * i // parts for i in range(1, parts)], dtype=np.uint64)
    cuts = [[0, *np.searchsorted(index.high, bounds).tolist(), index.rows] for index in indexes]
    for step in range(parts):
        yield [list(pairwise(places))[step] for places in cuts]
