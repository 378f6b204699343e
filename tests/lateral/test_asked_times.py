"""Paths asked for by time or account: what is best is counted among those, and what wasn't scored is listed and said.

Without it, a question about the days kept back as history or about a weaker intrusion had no answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from graphhunt.graph.snapshot import Snapshot
from graphhunt.lateral.attack_paths import AttackPaths, PathOptions
from graphhunt.lateral.paths import LogonTable, PathSet, find_paths
from graphhunt.lateral.paths.table import DAY
from graphhunt.lateral.scores import Logons, Ranking

from .case import snapshot
from .estates import BEGIN, logon, write_estate

FIRST = int(BEGIN.timestamp()) // 86_400 * DAY
"""Midnight of the first day."""


@pytest.fixture(scope="module")
def long_case(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """25 days, of which 14 are history; on the sixth, an account that is never seen again comes from a new address."""
    folder = tmp_path_factory.mktemp("long")
    log = folder / "log.jsonl"
    write_estate(log, servers=2, accounts=40, days=25)
    with log.open("a") as file:
        file.write(logon(BEGIN + timedelta(days=5, hours=6), "SRV1", 77, "10.0.0.200", 0x770001) + "\n")
    return snapshot(folder / "case", log)


def days(first: int, last: int) -> dict[str, Any]:
    return {"since": FIRST + first * DAY, "until": FIRST + last * DAY}


def users(answer: dict[str, Any]) -> list[str]:
    return [hop["user"] for path in answer["paths"] for hop in path["hops"]]


def test_days_that_were_kept_back_are_listed_without_a_score_and_the_answer_says_so(long_case: Snapshot) -> None:
    paths = AttackPaths(long_case)
    assert paths.find(PathOptions())["scope"]["mode"] == "monitor"
    answer = paths.find(PathOptions(**days(3, 10)))
    # All others do what they did on the days before.
    assert users(answer)[0] == "user77"
    assert all(path["score"] is None and not hop["scored"] for path in answer["paths"] for hop in path["hops"])
    assert answer["notes"][0] == (
        "none of the 561 remote logons asked for was scored: monitor mode: "
        "the first 14 days are history and not scored themselves"
    )
    of_user = paths.find(PathOptions(user="user77"))
    assert users(of_user) == ["user77"]
    assert of_user["notes"][0].startswith("none of the 1 remote logons asked for was scored")
    assert "was scored" not in str(paths.find(PathOptions(**days(15, 26))).get("notes", ""))


def test_an_empty_answer_says_that_what_was_asked_for_was_not_scored(long_case: Snapshot) -> None:
    answer = AttackPaths(long_case).find(PathOptions(source="10.0.0.200", target="PC9", **days(3, 10)))
    assert answer["paths"] == []
    assert "none of the 561 remote logons asked for was scored: monitor mode: the first 14 days" in answer["reason"]


def test_a_window_over_both_lists_what_was_scored_first(long_case: Snapshot) -> None:
    answer = AttackPaths(long_case).find(PathOptions(k=5000, **days(10, 26)))
    scored = [path["score"] is not None for path in answer["paths"]]
    assert scored == sorted(scored, reverse=True)
    assert 0 < sum(scored) < len(scored)
    assert not any(note.startswith("none of the") for note in answer["notes"])


def asked_with(case: Snapshot, scores: dict[int, float], linked: tuple[int, ...]) -> tuple[AttackPaths, LogonTable]:
    """Path search over a case in which only the named rows have a score; lineage links some of them."""
    logons = Logons(case)
    assert logons.table is not None
    assert logons.ranking is not None
    total = np.zeros(len(logons.table))
    total[list(scores)] = list(scores.values())
    ranking: Ranking = replace(logons.ranking, total=total, base=total, scored=np.ones(len(total), dtype=bool))
    links = np.zeros(len(total), dtype=bool)
    links[list(linked)] = True
    kept: Any = SimpleNamespace(table=logons.table, ranking=ranking, linked=links, causes={})

    class Kept(AttackPaths):
        @property
        def _logons(self) -> Any:
            return kept

    return Kept(case), logons.table


@pytest.mark.parametrize("linked", [(), (1999,)])
def test_a_weaker_intrusion_is_listed_in_its_own_week(long_case: Snapshot, linked: tuple[int, ...]) -> None:
    paths, table = asked_with(long_case, {1250: 3.0, 1300: 2.0, 1310: 0.5, 1999: 20.0}, linked)
    weak, strong = table.t[[1250, 1999]].tolist()
    assert strong - weak > 7 * DAY
    ids = [[table.row_id(row)] for row in (1250, 1300, 1310, 1999)]

    def listed(**asked: Any) -> list[list[str]]:
        return [hop["relationship_ids"] for path in paths.find(PathOptions(**asked))["paths"] for hop in path["hops"]]

    assert listed() == ids[3:]
    # The third is far below the best of its own week.
    assert listed(since=weak - DAY, until=weak + 3 * DAY) == ids[:2]
    assert listed(since=strong - DAY) == ids[3:]
    assert listed(until=strong - DAY) == ids[:2]


def test_a_search_that_ends_before_any_path_lists_single_hops(
    long_case: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spent(table: LogonTable, **asked: Any) -> PathSet:
        return find_paths(table, **asked) if asked["max_hops"] == 1 else PathSet((), True, False)

    monkeypatch.setattr("graphhunt.lateral.attack_paths.find_paths", spent)
    answer = AttackPaths(long_case).find(PathOptions(**days(3, 10)))
    assert [len(path["hops"]) for path in answer["paths"]] == [1] * 20
    assert any("budget" in note for note in answer["notes"])
    assert answer["truncated"]


def test_without_times_or_account_nothing_unscored_is_listed(long_case: Snapshot) -> None:
    assert all(
        hop["scored"] for path in AttackPaths(long_case).find(PathOptions(k=500))["paths"] for hop in path["hops"]
    )
