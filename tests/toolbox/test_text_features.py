"""Text features: values worked by hand, and the vectorised forms against the plain ones."""

from __future__ import annotations

import zlib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphhunt.errors import UsageError
from graphhunt.toolbox import (
    char_ord_score,
    char_ord_score_df,
    crc32_hash,
    crc32_hash_df,
    delim_count,
    delim_count_df,
    delim_hash,
    token_count,
    token_count_df,
)
from graphhunt.toolbox._text_scan import TextScan


def test_values_worked_by_hand() -> None:
    assert delim_count(r"C:\a-b c.exe /x") == 7  # a colon, a backslash, a hyphen, two blanks, a full stop, a slash
    assert char_ord_score("ab") == 97 + 98
    assert char_ord_score("ab", scale=10) == 19
    assert token_count("a b  c") == 4
    assert crc32_hash("é") == zlib.crc32(b"\xc3\xa9")
    assert delim_hash("a,b;c") == zlib.crc32(b",;")


def test_the_backslash_counts_as_a_delimiter() -> None:
    assert delim_count("\\") == 1
    assert delim_count("\\", r"""[\s\-\/.,"'|&:;%$()]""") == 0


@given(st.lists(st.text(alphabet=st.characters(), max_size=40), max_size=12))
def test_the_scan_equals_the_plain_functions(texts: list[str]) -> None:
    scan = TextScan(texts)
    assert scan.lengths.tolist() == [len(t) for t in texts]
    assert scan.delimiters.tolist() == [delim_count(t) for t in texts]
    assert scan.scores.tolist() == [char_ord_score(t) for t in texts]
    assert scan.hashes.tolist() == [delim_hash(t) for t in texts]


def test_a_scan_over_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphhunt.toolbox._text_scan._BLOCK_CHARS", 7)
    texts = ["a b", "", "x" * 30, "-", "\\\\", "é\u3000ü", ""]
    scan = TextScan(texts)
    assert scan.delimiters.tolist() == [delim_count(t) for t in texts]
    assert scan.scores.tolist() == [char_ord_score(t) for t in texts]
    assert scan.hashes.tolist() == [delim_hash(t) for t in texts]


def test_frame_forms_keep_the_index_and_count_nulls_as_empty() -> None:
    data = pd.DataFrame({"a b": ["x y", None, "x y", "-"]}, index=[5, 5, 7, 9])
    assert delim_count_df(data, "a b").tolist() == [1, 0, 1, 1]
    assert delim_count_df(data, "a b", "[xy]").tolist() == [2, 0, 2, 0]
    assert char_ord_score_df(data, "a b", scale=2).tolist() == [136, 0, 136, 22]
    assert token_count_df(data, "a b").tolist() == [2, 1, 2, 1]
    assert crc32_hash_df(data, "a b").index.tolist() == [5, 5, 7, 9]


def test_a_broken_expression_is_named() -> None:
    with pytest.raises(UsageError, match=r"\[a"):
        delim_count("x", "[a")
