"""Numbers out of text, for clustering: counts, sums and hashes under msticpy's names.

The functions on one value take text; the `_df` forms take a frame and a column name and give a Series with
the frame's index. A missing value counts as empty text, bytes as UTF-8 and other values as what `str` makes of them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import as_str, require_columns, texts
from graphhunt.toolbox._text_scan import DELIMITERS, TextScan

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@lru_cache(maxsize=64)
def _pattern(delim_list: str) -> re.Pattern[str]:
    """Compile a delimiter set once."""
    try:
        return re.compile(delim_list)
    except re.error as error:
        raise UsageError(f"{delim_list!r} is not a regular expression: {error}") from error


def delim_count(value: str, delim_list: str = DELIMITERS) -> int:
    """Count the delimiters in a text; `delim_list` is a regular expression."""
    return len(_pattern(delim_list).findall(as_str(value)))


def delim_hash(value: str, delim_list: str = DELIMITERS) -> int:
    """Hash (CRC-32) the delimiters of a text in their order, so that equal shapes have equal hashes."""
    found = "".join(m.group() for m in _pattern(delim_list).finditer(as_str(value)))
    return crc32(found.encode("utf-8", "surrogatepass"))


def char_ord_score(value: str, scale: int = 1) -> int:
    """Sum the characters' code points, divided by `scale` and rounded down."""
    return int(sum(map(ord, as_str(value))) // scale)


def _string_score(input_str: str) -> int:
    """Sum the characters' code points; the name that the documents' notebook imports."""
    return char_ord_score(input_str)


def token_count(value: str, delimiter: str = " ") -> int:
    """Count the parts a delimiter cuts a text into; empty text is one part, as `str.split` has it."""
    return len(as_str(value).split(delimiter))


def crc32_hash(value: str) -> int:
    """Hash (CRC-32) a text's UTF-8 form."""
    return crc32(as_str(value).encode("utf-8", "surrogatepass"))


def delim_count_df(data: pd.DataFrame, column: str, delim_list: str = DELIMITERS) -> pd.Series[Any]:
    """Count the delimiters in each row of a column."""
    if delim_list == DELIMITERS:
        return _scanned(data, column, lambda scan: scan.delimiters)
    pattern = _pattern(delim_list)
    return _mapped(data, column, lambda text: len(pattern.findall(text)))


def char_ord_score_df(data: pd.DataFrame, column: str, scale: int = 1) -> pd.Series[Any]:
    """Sum the code points in each row of a column, divided by `scale` and rounded down."""
    return _scanned(data, column, lambda scan: np.floor_divide(scan.scores, scale).astype(np.int64))


def token_count_df(data: pd.DataFrame, column: str, delimiter: str = " ") -> pd.Series[Any]:
    """Count the parts a delimiter cuts each row of a column into."""
    return _mapped(data, column, lambda text: text.count(delimiter) + 1)


def crc32_hash_df(data: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Hash (CRC-32) each row of a column."""
    return _mapped(data, column, crc32_hash)


def _unique(data: pd.DataFrame, column: str) -> tuple[NDArray[np.intp], list[str]]:
    """Give a column as numbers into its distinct texts."""
    require_columns(data, [column])
    try:
        codes, values = pd.factorize(data[column], use_na_sentinel=True)
    except TypeError:  # lists and the like don't hash; their texts do
        codes, values = pd.factorize(pd.Series(texts(data[column]), dtype=object))
    found = texts(pd.Series(values))
    return np.where(codes < 0, len(found), codes), [*found, ""]


def _mapped(data: pd.DataFrame, column: str, function: Callable[[str], int]) -> pd.Series[Any]:
    """Apply a function once per distinct text."""
    codes, values = _unique(data, column)
    table = np.fromiter(map(function, values), dtype=np.int64, count=len(values))
    return pd.Series(table[codes], index=data.index, name=column)


def _scanned(data: pd.DataFrame, column: str, pick: Callable[[TextScan], NDArray[np.int64]]) -> pd.Series[Any]:
    """Scan the distinct texts once and spread what `pick` takes from it."""
    codes, values = _unique(data, column)
    return pd.Series(pick(TextScan(values))[codes], index=data.index, name=column)
