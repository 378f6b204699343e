"""The guard alone: every hostile statement is refused, every legal one passes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphhunt import queries
from graphhunt.errors import AccessError
from graphhunt.queries.tokens import tokens
from graphhunt.store import guard
from tests.security.corpus import AMBIGUOUS, CORPUS, LEGAL, statements


def test_the_corpus_is_large_enough() -> None:
    assert len(set(CORPUS)) >= 190
    assert len(statements(LEGAL)) >= 55


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_statements_are_refused(text: str) -> None:
    with pytest.raises(AccessError):
        guard.check(text)


@pytest.mark.parametrize("text", statements(LEGAL) + statements(AMBIGUOUS))
def test_legal_statements_pass(text: str) -> None:
    guard.check(text)


def test_what_is_shipped_for_reading_passes() -> None:
    for query in queries.library():
        if query.mode == "read" and not query.name.startswith("admin/"):
            guard.check(query.text)


SPACES = [" ", "\n", "\t", "\r\n", "/* x */", "// x\n", " /**/ ", "\u00a0", "\u2003", "\v"]


@pytest.mark.parametrize("seed", range(20))
def test_disguised_statements_are_refused(seed: int) -> None:
    """Two thousand variants: other case, other spaces and comments between the same tokens."""
    chance = random.Random(seed)
    plain = [text for text in CORPUS if "unclosed" not in text and "\\u" not in text and "\x00" not in text]
    for _ in range(100):
        found = list(tokens(chance.choice(plain)))
        words = [
            "".join(chance.choice((letter.upper(), letter.lower())) for letter in token.text)
            if token.kind == "word"
            else token.text
            for token in found
        ]
        with pytest.raises(AccessError):
            guard.check("".join(word + chance.choice(SPACES) for word in words))


@given(st.text(alphabet="CREATEcreate()[]{}:;/*'\"`\\ \n.$|-><=1xMSTH", max_size=80))
def test_any_text_is_passed_or_refused_and_nothing_else(text: str) -> None:
    try:
        guard.check(text)
    except AccessError:
        return
    assert not {token.upper for token in tokens(text) if token.kind == "word"} & {"MERGE"}


@given(st.text(max_size=60))
def test_text_in_a_string_or_quoted_name_is_never_a_keyword(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\x00", "")
    if "\\u" not in escaped.lower():
        guard.check(f"MATCH (n:User) WHERE n.name = '{escaped}' RETURN n")


@pytest.mark.parametrize(
    ("query_type", "plan"),
    [
        ("w", {"operatorType": "ProduceResults@neo4j"}),
        ("rw", {"operatorType": "ProduceResults@neo4j"}),
        ("s", {"operatorType": "ProduceResults@neo4j"}),
        (None, {"operatorType": "ProduceResults@neo4j"}),
        ("r", None),
        ("r", {"operatorType": "LoadCSV@neo4j"}),
        ("r", {"operatorType": "ProduceResults", "children": [{"operatorType": "TerminateTransactions@neo4j"}]}),
        ("r", {"operatorType": "ProduceResults", "children": [{"operatorType": "NewIn2030@neo4j"}]}),
    ],
)
def test_a_plan_that_is_not_known_to_read_is_refused(query_type: str | None, plan: dict[str, object] | None) -> None:
    with pytest.raises(AccessError):
        guard.check_plan(query_type, plan)


def test_a_plan_that_reads_passes() -> None:
    leaf = {"operatorType": "NodeUniqueIndexSeek@neo4j"}
    guard.check_plan("r", {"operatorType": "ProduceResults@neo4j", "children": [leaf]})


@pytest.mark.parametrize(
    "text",
    ["RETURN " + "(" * 200 + "1" + ")" * 200, "RETURN '" + "x" * 30_000 + "'", "", "   ", "// only a comment"],
)
def test_texts_made_to_break_a_parser_are_refused(text: str) -> None:
    with pytest.raises(AccessError):
        guard.check(text)


def test_the_reason_is_said() -> None:
    with pytest.raises(AccessError, match="SET isn't allowed"):
        guard.check("MATCH (n) SET n.x = 1")
    with pytest.raises(AccessError, match="upper bound"):
        guard.check("MATCH (n)-[*]->(m) RETURN m")
    with pytest.raises(AccessError, match=r"procedure 'dbms.components'"):
        guard.check("CALL dbms.components()")
