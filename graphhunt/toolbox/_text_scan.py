"""One pass over many texts: lengths, delimiter counts, code-point sums and delimiter hashes in numpy.

The texts are laid end to end as UTF-32, a block at a time, so that no Python code runs per character.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DELIMITERS = r"""[\s\-\\/\.,"'|&:;%$()]"""
"""The documented delimiter set, with the backslash that the source document's printing lost."""

_BLOCK_CHARS = 1 << 22
_TABLE_SIZE = 0x3001

Numbers = NDArray[np.int64]


@cache
def _is_delimiter() -> NDArray[np.bool_]:
    """Tell by code point what the delimiter set matches; nothing above U+3000 is in it."""
    pattern = re.compile(DELIMITERS)
    return np.fromiter((pattern.match(chr(c)) is not None for c in range(_TABLE_SIZE)), dtype=bool)


class TextScan:
    """Numbers of each text of a list.

    Attributes:
        lengths: Characters.
        delimiters: Characters of the delimiter set.
        scores: Sums of code points.
        hashes: CRC-32 of the delimiters in order.
    """

    def __init__(self, texts: list[str]) -> None:
        n = len(texts)
        self.lengths = np.fromiter(map(len, texts), dtype=np.int64, count=n)
        self.delimiters = np.zeros(n, dtype=np.int64)
        self.scores = np.zeros(n, dtype=np.int64)
        self.hashes = np.zeros(n, dtype=np.int64)
        for start, end in pairwise(_blocks(self.lengths)):
            self._scan(texts[start:end], slice(start, end))

    def _scan(self, texts: list[str], rows: slice) -> None:
        """Fill the numbers of one block of texts."""
        joined = "".join(texts).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(joined, dtype=np.uint32)
        ends = np.cumsum(self.lengths[rows])
        starts = ends - self.lengths[rows]
        hit = _is_delimiter()[np.minimum(codes, _TABLE_SIZE - 1)] & (codes < _TABLE_SIZE)
        self.scores[rows] = _sums(codes.astype(np.int64), starts, ends)
        before = np.concatenate([[0], np.cumsum(hit)])
        self.delimiters[rows] = before[ends] - before[starts]
        self.hashes[rows] = _hashes(codes[hit], before[starts].tolist(), before[ends].tolist())


def _blocks(lengths: Numbers) -> list[int]:
    """Cut the texts into runs of about `_BLOCK_CHARS` characters; one long text is a run of its own."""
    total = np.cumsum(lengths)
    cuts = np.searchsorted(total, np.arange(_BLOCK_CHARS, (total[-1] if len(total) else 0), _BLOCK_CHARS))
    return sorted({0, *cuts.tolist(), len(lengths)})


def _sums(values: Numbers, starts: Numbers, ends: Numbers) -> Numbers:
    """Sum runs of values, empty runs included."""
    running = np.concatenate([[0], np.cumsum(values)])
    sums: Numbers = running[ends] - running[starts]
    return sums


def _hashes(found: NDArray[np.uint32], starts: list[int], ends: list[int]) -> list[int]:
    """Hash each text's delimiters as UTF-8."""
    if found.size and found.max() >= 128:
        text = found.tobytes().decode("utf-32-le")
        return [crc32(text[a:b].encode()) for a, b in zip(starts, ends, strict=True)]
    data = found.astype(np.uint8).tobytes()
    return [crc32(data[a:b]) for a, b in zip(starts, ends, strict=True)]
