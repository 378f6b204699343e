"""Parts of queries: written once, put in wherever a query names them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphhunt.errors import QueryError
from graphhunt.queries.library import read_folder
from graphhunt.queries.parts import resolved

ROOT = Path(__file__).resolve().parents[2] / "cypher"

BASE = """MATCH (n)
WHERE
  // part: limits
  // part: since
  n.start >= $since
  // end of part: since
  AND n.end < $until
  // end of part: limits
RETURN n  // include: is no mark here
"""
FILES = {
    "base": BASE,
    "count": "MATCH (n)\n    // include: base limits\nRETURN count(*) AS rows\n",
    "first": "// include: base since\n",
    "both": "// part: a\nA\n// include: first b\n// end of part: a\n// include: both a\n",
}


def filled(path: str, **more: str) -> str:
    return resolved(path, (FILES | more).__getitem__)


def test_a_query_is_its_text_without_the_marks() -> None:
    assert filled("base") == (
        "MATCH (n)\nWHERE\n  n.start >= $since\n  AND n.end < $until\nRETURN n  // include: is no mark here\n"
    )


def test_a_part_stands_where_it_is_named_as_deep_as_its_mark() -> None:
    assert filled("count") == (
        "MATCH (n)\n    n.start >= $since\n    AND n.end < $until\nRETURN count(*) AS rows\n"
    )  # fmt: skip
    assert filled("first") == "n.start >= $since\n"


def test_a_part_may_include_parts_and_stand_in_its_own_file_again() -> None:
    assert filled("both", first="// part: b\n  B\n// end of part: b\n") == "A\nB\nA\nB\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("X\n// include: base nothing\n", "base has no part 'nothing' that begins and ends"),
        ("X\n// include: none limits\n", "there is no query 'none' to take a part of"),
        ("// part: a\n// include: wrong a\n// end of part: a\n", "the part 'wrong a' includes itself"),
        ("// end of part: a\n// include: wrong a\n// part: a\n", "wrong has no part 'a' that begins and ends"),
    ],
)
def test_what_cannot_be_put_in_is_an_error_with_its_line(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=re.escape(said)) as caught:
        filled("wrong", wrong=text)
    assert caught.value.where == "cypher/wrong.cypher:2"


def test_a_library_reads_parts_into_queries_and_their_variants(tmp_path: Path) -> None:
    head = "// {0}\n// Counts.\n// mode: read\n// params: none\n// returns: n: int\n"
    (tmp_path / "neo4j").mkdir()
    (tmp_path / "a.cypher").write_text(
        head.format("a") + "// part: one\nRETURN 1 AS n\n// end of part: one\n", encoding="utf-8"
    )
    (tmp_path / "b.cypher").write_text(head.format("b") + "// include: a one\n", encoding="utf-8")
    (tmp_path / "neo4j" / "b.cypher").write_text(
        head.format("b") + "WITH 2 AS two\n// include: a one\n", encoding="utf-8"
    )
    query = read_folder(tmp_path)["b"]
    assert query.text == head.format("b") + "RETURN 1 AS n\n"
    assert query.for_engine("neo4j") == head.format("b") + "WITH 2 AS two\nRETURN 1 AS n\n"


def test_every_mark_in_the_library_is_one() -> None:
    """Each part ends after it began, once, and is included by a query; each include names one that there is."""
    parts: dict[str, list[str]] = {}
    included = set()
    for path in sorted(ROOT.rglob("*.cypher")):
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        for what, rest in re.findall(r"^\s*// *(part|end of part|include)\b:? *(.*)$", path.read_text("utf-8"), re.M):
            if what == "include":
                included.add(rest)
            else:
                parts.setdefault(f"{name} {rest}", []).append(what)
    assert {tuple(marks) for marks in parts.values()} == {("part", "end of part")}
    assert included == set(parts)
