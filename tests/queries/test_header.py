"""A query file's contract: what is wrong in it is found when it is read, with file and line."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphhunt import queries
from graphhunt.errors import QueryError
from graphhunt.queries.library import Library, read_library
from graphhunt.queries.tokens import tokens
from graphhunt.queries.values import convert
from graphhunt.times import micros

GOOD = """// entity/user_machines
// Machines a user logged on to.
// A second line.
// mode: read
// params: user: str, since: datetime?, tags: list[str] = ["a", "b"],
//    limit: int = 200
// returns: machine: node, logons: int
// attack: T1078, T1021.002
// allow: AllNodesScan, Unbounded because it is a test
// example: {"user": "u"}
MATCH (u:User {id: $user})-[l:LOGGED_ON]->(m:Machine)
WHERE $since IS NULL OR l.start > $since OR u.tags = $tags // $comment
RETURN m AS machine, count(l) AS logons
ORDER BY logons DESC LIMIT $limit
"""


def load(text: str) -> queries.Query:
    return queries.load_query(text, "entity/user_machines", "cypher/entity/user_machines.cypher")


def test_everything_stated_is_known() -> None:
    query = load(GOOD)
    assert query.name == "entity/user_machines"
    assert query.__doc__ == "Machines a user logged on to.\nA second line."
    assert [(param.name, param.type, param.optional, param.default) for param in query.params] == [
        ("user", "str", False, None),
        ("since", "datetime", True, None),
        ("tags", "list[str]", False, ["a", "b"]),
        ("limit", "int", False, 200),
    ]
    assert [tuple(column) for column in query.returns] == [("machine", "node"), ("logons", "int")]
    assert query.header.attack == ("T1078", "T1021.002")
    assert dict(query.header.allow) == {"AllNodesScan": "it is a test", "Unbounded": "it is a test"}
    assert query.header.example == {"user": "u"}


def test_a_query_has_a_function_s_signature() -> None:
    signature = inspect.signature(load(GOOD))
    kinds = {name: param.kind for name, param in signature.parameters.items()}
    assert kinds.pop("store") is inspect.Parameter.POSITIONAL_ONLY
    assert set(kinds.values()) == {inspect.Parameter.KEYWORD_ONLY}
    assert signature.parameters["user"].default is inspect.Parameter.empty
    assert signature.parameters["since"].annotation == int | datetime | None
    assert signature.parameters["limit"].default == 200


@pytest.mark.parametrize(
    ("old", "new", "says", "line"),
    [
        ("// entity/user_machines", "// entity/other", "first line", 1),
        ("logged on to.", "logged on to", "full sentence", 2),
        ("// mode: read\n", "", "doesn't state `mode`", 1),
        ("mode: read", "mode: reads", "none of", 4),
        ("mode: read\n", "mode: read\n// mode: read\n", "stated twice", 5),
        ("user: str", "user: string", "none of", 5),
        ("user: str", "user", "isn't `name: type`", 5),
        ("user: str,", "user: str, user: str,", "declared twice", 5),
        ("= 200", "= two", "params is wrong", 5),
        ('= ["a", "b"]', "= [1]", "must be list", 5),
        ("logons: int\n", "logons: number\n", "returns is wrong", 7),
        ("logons: int\n", "logons: int, x: int\n", "the query returns", 1),
        ("machine: node, logons: int", "none", "the query returns", 1),
        ("T1078,", "TA0008,", "technique", 8),
        (" because it is a test", "", "because REASON", 9),
        ('{"user": "u"}', "[1]", "JSON object", 10),
        ('{"user": "u"}', '{"user"', "example is wrong", 10),
        ("{id: $user}", "{id: $usr}", "$usr isn't declared", 11),
        ("{id: $user}", "{id: 'x'}", "'user' is declared but not used", 1),
        ("LIMIT $limit", "LIMIT $limit;", "without `;`", 14),
        ("RETURN m", "RETURN 'm", "isn't closed", 13),
        ("//    limit", "// limit", "neither a key", 6),
    ],
)
def test_a_wrong_file_is_named_with_its_line(old: str, new: str, says: str, line: int) -> None:
    assert old in GOOD
    with pytest.raises(QueryError) as caught:
        load(GOOD.replace(old, new, 1))
    assert says in str(caught.value)
    assert f":{line}" in str(caught.value.where) or f"line {line}" in str(caught.value.where) or line == 5


def test_an_empty_query_is_refused() -> None:
    with pytest.raises(QueryError, match="no query below"):
        load("// entity/user_machines\n// Nothing.\n// mode: read\n// params: none\n// returns: none\n")


def test_values_are_checked_and_defaults_filled_in() -> None:
    query = load(GOOD)
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert query.bind({"user": "u", "since": noon}) == {
        "user": "u",
        "since": 1767261600000000,
        "tags": ["a", "b"],
        "limit": 200,
    }
    assert query.bind({"user": "u", "since": None, "limit": 1})["since"] is None


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({}, "'user' is missing"),
        ({"user": None}, "'user' is missing"),
        ({"user": "u", "who": 1}, "unknown parameter 'who'"),
        ({"user": 1}, "must be str, not int"),
        ({"user": "u", "limit": "5"}, "must be int, not str"),
        ({"user": "u", "limit": True}, "must be int, not bool"),
        ({"user": "u", "limit": 2**63}, "64 bits"),
        ({"user": "u", "since": datetime(2026, 1, 1)}, "no time zone"),  # noqa: DTZ001
        ({"user": "u", "tags": "abc"}, "must be list"),
        ({"user": "u", "tags": [1]}, "must be list"),
    ],
)
def test_a_wrong_value_is_an_error(given_: dict[str, Any], says: str) -> None:
    with pytest.raises(QueryError) as caught:
        load(GOOD).bind(given_)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("float", 1, 1.0),
        ("bool", True, True),
        ("list[int]", (1, 2), [1, 2]),
        ("list[float]", [1, 2.5], [1.0, 2.5]),
        ("map", {"a": 1}, {"a": 1}),
        ("rows", [{}], [{}]),
        ("any", None, None),
        ("datetime", 5, 5),
    ],
)
def test_values_become_what_is_sent(kind: str, value: object, sent: object) -> None:
    assert convert(kind, value, "here") == sent


@given(st.datetimes(timezones=st.just(UTC)))
def test_microseconds_are_exact(time: datetime) -> None:
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros(time) or 0) == time


def folder(root: Path, **texts: str) -> Library:
    for name, text in texts.items():
        path = root / f"{name.replace('__', '/')}.cypher"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_library(root)


SMALL = "// a/b\n// One.\n// mode: read\n// params: none\n// returns: x: int\nRETURN 1 AS x\n"


def test_a_variant_replaces_the_text_on_its_engine_only(tmp_path: Path) -> None:
    other = SMALL.replace("RETURN 1", "RETURN 2")
    query = folder(tmp_path, a__b=SMALL, neo4j__a__b=other)["a/b"]
    assert (query.for_engine("neo4j"), query.for_engine("arcadedb")) == (other, SMALL)


def test_a_variant_must_keep_the_contract(tmp_path: Path) -> None:
    other = SMALL.replace("x: int", "y: int").replace("AS x", "AS y")
    with pytest.raises(QueryError, match="must equal"):
        folder(tmp_path, a__b=SMALL, neo4j__a__b=other)["a/b"]
    with pytest.raises(QueryError, match="portable query"):
        folder(tmp_path, neo4j__a__c=other)


def test_the_library_is_found_by_path_and_by_name(tmp_path: Path) -> None:
    library = folder(tmp_path, a__b=SMALL)
    assert library.a.b is library["a/b"]
    assert "a/b" in library
    assert (len(library), dir(library), dir(library.a)) == (1, ["a"], ["b"])
    with pytest.raises(AttributeError, match="a/c"):
        _ = library.a.c
    with pytest.raises(QueryError, match="no query 'a/c'"):
        library["a/c"]


@given(st.text(alphabet="ab1.'\"`/*\\$ \n-[]", max_size=40))
def test_tokens_cover_the_text_or_say_why_not(text: str) -> None:
    try:
        found = list(tokens(text))
    except QueryError:
        return
    for token in found:
        assert text.startswith(token.text, token.start)
