"""Small estates end to end: the default answers list the intrusion, say what was scored, and hold finite numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphhunt.analyses.registry import analyses
from graphhunt.hunt import Hunt
from graphhunt.store.embedded import stop_engine
from tests.conftest import empty, small_settings
from tests.neo4j_server import Neo4jServer

from .estates import write_estate


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def hunt(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hunt]:
    """An empty workspace on each engine."""
    url, settings = None, small_settings()
    if request.param == "neo4j":
        server: Neo4jServer = request.getfixturevalue("neo4j_home")
        url, settings = server.url, small_settings(db_password=server.password)
    with Hunt(tmp_path / "ws", url, settings) as opened:
        if url:
            empty(opened.store)
        yield opened
        if url:
            empty(opened.store)
    stop_engine(tmp_path / "ws")


def floats(value: Any) -> Iterator[float]:
    """Every floating-point number of an answer."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from floats(item)


def hops(paths: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [(hop["from"], hop["to"], hop["user"], hop["technique"]) for path in paths for hop in path["hops"]]


def test_the_reported_case_lists_its_psexec_chain_by_default(hunt: Hunt, shared_data: Path) -> None:
    hunt.load(shared_data / "cases" / "nan2.jsonl")
    found = hunt.hunt("lateral-movement")
    expected = ("10.0.0.11", "PC2", "user1", "T1569.002")
    assert expected in hops(found["findings"])
    for ranked in (False, True):
        paths = hunt.paths(rank=ranked)
        assert hops(paths["paths"])[0] == expected
        assert paths["scope"] == found["scope"]
    # The file holds 162 logons on nine days, all from elsewhere: none is left out.
    assert found["scope"]["scored"] == {
        "from": "2024-01-01T09:00:00.000000Z", "until": "2024-01-09T09:01:00.000000Z", "days": 9, "rows": 162,
        "hops": 162, "sensed": 0,
    }  # fmt: skip
    assert found["scope"]["history"]["hops"] == 0
    assert found["scope"]["not_scored"] == {}
    rows = hunt.query(
        "MATCH ()-[r:REMOTE_LOGON]->() WHERE r.lm_class IS NOT NULL RETURN r.lm_class, r.lm_certainty"
    ).rows
    assert {row[0] for row in rows} >= {"P"}
    assert all(math.isfinite(row[1]) for row in rows)


@pytest.mark.parametrize(
    ("servers", "accounts", "days"), [(1, 1, 1), (1, 1, 7), (2, 3, 6), (3, 10, 9), (1, 8, 30), (2, 1, 2)]
)
def test_every_analytic_gives_finite_numbers_on_a_small_estate(
    tmp_path: Path, servers: int, accounts: int, days: int
) -> None:
    planted = write_estate(tmp_path / "log.jsonl", servers=servers, accounts=accounts, days=days)
    with Hunt(tmp_path / "ws", None, small_settings()) as hunt:
        hunt.load(tmp_path / "log.jsonl")
        last = f"2024-03-{3 + days:02}T00:00:00Z" if days <= 28 else "2024-04-01T00:00:00Z"
        asked: list[dict[str, Any]] = [{}, {"since": last}]
        for given in asked:
            found = hunt.hunt("lateral-movement", **given)
            assert (planted["from"], planted["to"], planted["user"], "T1569.002") in hops(found["findings"]), given
            scope = found["scope"]
            assert scope["scored"]["hops"] + scope["history"]["hops"] == planted["logons"]
            assert all(math.isfinite(value) for value in floats(found))
        assert all(math.isfinite(value) for value in floats(hunt.paths()))
        for name, analysis in analyses().items():
            if analysis.kind != "analysis":
                continue
            anyway: dict[str, Any] = {"anyway": True} if analysis.too_little else {}
            report = hunt.analyze(name, **anyway)
            assert report["notes"] == [], name
            for target in analysis.targets():
                for row in hunt.results(name, target):
                    assert all(math.isfinite(value) for value in floats(row)), (name, row)
    stop_engine(tmp_path / "ws")


def test_an_answer_of_nothing_says_what_was_scored_or_why_nothing_could_be(tmp_path: Path) -> None:
    write_estate(tmp_path / "log.jsonl", servers=2, accounts=3, days=8)
    with Hunt(tmp_path / "ws", None, small_settings()) as hunt:
        hunt.load(tmp_path / "log.jsonl")
        late = hunt.hunt("lateral-movement", write=False, since="2030-01-01T00:00:00Z")
        assert late["reason"].startswith("no remote logon could be scored")
        assert (late["scope"]["scored"]["hops"], late["scope"]["history"]["hops"]) == (0, 49)
        early = hunt.hunt("lateral-movement", write=False, until="2000-01-01T00:00:00Z")
        assert early["reason"].startswith("no remote logon could be scored")
        quiet = hunt.hunt("lateral-movement", write=False, until="2024-03-11T10:00:00Z", since="2024-03-11T00:00:00Z")
        assert quiet["findings"] == []
        assert quiet["reason"] == "no chain of remote logons stands out among the 6 that were scored"
    stop_engine(tmp_path / "ws")
