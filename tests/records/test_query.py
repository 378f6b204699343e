"""The language of the search: what is printed is read as the same, and what can't be read says where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphhunt.errors import QueryTextError, UsageError
from graphhunt.records.query import Query, parse, printed

TEN_MINUTES = 600_000_000
SEPTEMBER = 1600618616000000  # 2020-09-20T16:16:56Z

MEANINGS = {
    "pgustavo": [(False, ("text", "pgustavo", "has", ""))],
    "power*": [(False, ("text", "power", "begins", ""))],
    '"two words"': [(False, ("text", "two words", "has", ""))],
    '"a ""b"" c"': [(False, ("text", 'a "b" c', "has", ""))],
    "-whoami": [(True, ("text", "whoami", "has", ""))],
    "4697": [(False, ("event", "4697", "is", ""))],
    "469": [(False, ("text", "469", "has", ""))],
    "t1021.006": [(False, ("technique", "T1021.006", "is", ""))],
    "10.10.10.5:80": [(False, ("peer", "10.10.10.5", "is", "80"))],
    "[fe80::1]:445": [(False, ("peer", "fe80::1", "is", "445"))],
    "172.18.39.7/24": [(False, ("network", "172.18.39.0/24", "is", ""))],
    "999.1.1.1/24": [(False, ("text", "999.1.1.1/24", "has", ""))],
    "host:WORKSTATION6": [(False, ("field", "WORKSTATION6", "is", "host"))],
    "TargetLogonId:0x2990*": [(False, ("field", "0x2990", "begins", "TargetLogonId"))],
    'process:"C:\\Program Files"': [(False, ("field", "C:\\Program Files", "has", "process"))],
    "port>1024": [(False, ("field", "1024", ">", "port"))],
    "lead:*": [(False, ("field", "", "begins", "lead"))],
    "c:\\windows": [(False, ("text", "c:\\windows", "has", ""))],
    "http://a/b": [(False, ("text", "http://a/b", "has", ""))],
    "fe80::1": [(False, ("text", "fe80::1", "has", ""))],
    "around:2020-09-20T16:16:56±10": [(False, ("around", str(SEPTEMBER), "is", str(TEN_MINUTES)))],
    "around:2020-09-20T16:16:56Z+-600s": [(False, ("around", str(SEPTEMBER), "is", str(TEN_MINUTES)))],
}  # fmt: skip


@pytest.mark.parametrize("text", MEANINGS)
def test_what_a_term_means(text: str) -> None:
    expected = tuple((negative, (term,)) for negative, term in MEANINGS[text])
    assert parse(text).meaning == expected
    assert parse(printed(parse(text))).meaning == expected


def test_one_of_several() -> None:
    (clause,) = parse('-a|"b c"|4697').clauses
    assert clause.negative
    assert [term.value for term in clause.terms] == ["a", "b c", "4697"]


@pytest.mark.parametrize(
    ("text", "at", "length"),
    [
        ('a "b', 2, 2), ("a -", 2, 1), ("a|", 1, 1), ("|a", 0, 1), ("a*b", 1, 1), ("x host:", 2, 5), ('a ""', 2, 2),
        ("x since:yesterday", 2, 15), ('ab"c"', 2, 1), ("*", 0, 1),
    ],
)  # fmt: skip
def test_an_error_names_the_place(text: str, at: int, length: int) -> None:
    with pytest.raises(QueryTextError) as caught:
        parse(text)
    assert (caught.value.at, caught.value.length) == (at, length)
    assert isinstance(caught.value, UsageError)


HOSTILE = st.text(
    st.sampled_from('ab4 697 -|"*:<>\\/.±+[]0123T ​‮\x00\t\n@#_host:since:around:2020-09-20') | st.characters(),
    max_size=60,
)


def read(text: str) -> Query | None:
    """Read a query; None where it can't be, at a place that is in it."""
    try:
        return parse(text)
    except QueryTextError as found:
        error = found
    assert 0 <= error.at <= len(text)
    assert error.length >= 1
    return None


@settings(max_examples=400, deadline=None)
@given(HOSTILE)
def test_whatever_is_read_is_printed_as_the_same(text: str) -> None:
    query = read(text)
    if query is None:
        return
    again = printed(query)
    assert parse(again).meaning == query.meaning
    assert printed(parse(again)) == again


def test_too_long_and_too_many() -> None:
    for text in ("x" * 4001, " ".join("a" * 65)):
        with pytest.raises(QueryTextError):
            parse(text)
