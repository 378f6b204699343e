"""The score: of a class the strongest counts, of further visits a bounded part; all numbers by hand."""

from __future__ import annotations

import math

import polars as pl
import pytest

from graphhunt.errors import AnalysisError
from graphhunt.incidents.lead import Lead, once
from graphhunt.incidents.rarity import Rarity
from graphhunt.incidents.score import score
from graphhunt.incidents.weights import weights

MINUTE = 60_000_000


def lead(kind: str, time: int = 0, share: float = 1.0) -> Lead:
    return Lead(kind, "process|p", time, "m", "u", ("e",), {}, share)


def test_of_one_class_the_strongest_counts() -> None:
    alone = score({"a": [lead("remote_service")]})
    assert alone.total == pytest.approx(-9 + 4.5)
    assert score({"a": [lead("remote_service"), lead("remote_wmi"), lead("remote_winrm")]}).total == alone.total


def test_classes_of_one_visit_add_up() -> None:
    visit = [lead("remote_service"), lead("encoded_command"), lead("outside_call"), lead("who_am_i")]
    assert score({"a": visit}).total == pytest.approx(-9 + 4.5 + 4.5 + 3 + 1)


def test_hops_are_never_summed() -> None:
    """A busy administrator: the same on a hundred machines weighs as on one."""
    one = score({"a": [lead("remote_service")]})
    assert score({str(n): [lead("remote_service", n)] for n in range(100)}).total == one.total


def test_further_classes_are_bounded() -> None:
    visits = {"a": [lead("remote_service")], "b": [lead("lsass_dump")], "c": [lead("outside_logon")]}
    assert score(visits).total == pytest.approx(-9 + 5 + 0.875 + 1)
    more = {**visits, "d": [lead("encoded_command")], "e": [lead("who_am_i")], "f": [lead("copies_deleted")]}
    assert score(more).total == pytest.approx(-9 + 5 + 3)


def test_a_share_weighs_less() -> None:
    assert score({"a": [lead("lsass_read", share=0.25)]}).total == pytest.approx(-9 + 1)


def test_a_number_that_is_none_is_an_error() -> None:
    with pytest.raises(AnalysisError):
        score({"a": [lead("lsass_read", share=math.nan)]})


def test_repeats_within_a_minute_are_one_act() -> None:
    times = [0, MINUTE // 2, MINUTE, 3 * MINUTE]
    assert [each.time for each in once(lead("who_am_i", time) for time in times)] == [0, 3 * MINUTE]


def test_every_kind_says_what_it_was_set_on() -> None:
    import tomllib
    from pathlib import Path

    room = Path(__file__).parents[2] / "graphhunt" / "incidents"
    kinds = tomllib.loads((room / "weights.toml").read_text("utf-8"))["kinds"]
    assert kinds.keys() == weights().kinds.keys()
    assert all(
        set(each["set_on"]) <= {"A", "B", "C", "E", "S", "demo", "design"} and each["set_on"] for each in kinds.values()
    )
    assert all(0 < each["weight"] <= weights().cap for each in kinds.values())


DAY = 86_400_000_000


def hops(*days: int, target: str = "b") -> list[dict[str, object]]:
    return [{"user_id": "u", "from_id": "a", "to_id": target, "start": day * DAY} for day in days]


@pytest.mark.parametrize(
    ("seen", "adds"),
    [
        ([], math.log(10 / 1)),  # never on nine days: more than may be added
        ([0, 1, 2, 3], math.log(10 / 5)),
        ([*range(9)], 0.0),
        ([2, 2, 2], math.log(10 / 2)),  # a day counts once
    ],
)
def test_a_way_that_was_seldom_gone_adds_by_the_days_before(seen: list[int], adds: float) -> None:
    known = pl.DataFrame([*hops(*seen), *hops(*range(9), target="c"), *hops(9)])
    assert Rarity(known, weights()).of(hops(9)) == pytest.approx(min(2, adds))


def test_without_a_week_before_nothing_is_rare() -> None:
    for days, adds in ((6, 0.0), (7, 2.0)):
        known = pl.DataFrame([*hops(*range(days), target="c"), *hops(days)])
        assert Rarity(known, weights()).of(hops(days)) == adds


def test_rarity_counts_with_the_best_visit_alone() -> None:
    visits = {"a": [lead("remote_service")], "b": [lead("remote_wmi")]}
    assert score(visits, None, {"b": 2.0}).total == pytest.approx(-9 + 4 + 2)
    assert [part.adds for part in score(visits, None, {"b": 2.0}).parts if part.what == "rarity"] == [2.0]
    assert score(visits, None, {"a": 0.0, "b": 0.25}).total == pytest.approx(-9 + 4.5)
