"""What fits into a day's reading, counted by hand."""

from __future__ import annotations

from graphhunt.lateral.budget import Budget, budget_words, found_units, opened
from graphhunt.lateral.detector import Finding, FoundHop
from graphhunt.lateral.paths.table import DAY, HOUR

NONE = float("nan")


def hop(source: int, letter: str, *, account: int = 0, day: int = 0, lead_in: bool = False) -> FoundHop:
    start = day * DAY + HOUR
    return FoundHop((), source, 99, account, start, -1, letter, 0, 1.0, 1.0, NONE, False, (), (), lead_in)


def chain(*hops: FoundHop) -> Finding:
    own = [one.klass for one in hops if not one.lead_in]
    return Finding("", 1, 1.0, NONE, False, hops, (), min(own, key="PESNH".index))


def test_a_unit_is_an_account_from_a_source_on_a_day() -> None:
    made = chain(hop(1, "N"), hop(1, "P"), hop(1, "S", day=1), hop(1, "E", account=2), hop(5, "P", lead_in=True))
    assert len(made.units) == 3
    # The first two hops are one unit, of the better class; what only led to the others is none.
    assert found_units([made]) == {"P": 1, "E": 1, "S": 1}


def test_chains_are_shown_until_the_budget_is_used_up_and_the_rest_is_counted() -> None:
    chains = [chain(*(hop(10 * n + i, letter) for i in range(4))) for n, letter in enumerate("PESN")]
    reading = Budget(per_day=3, days=2)
    assert reading.take(chains) == chains[:2]
    said = reading.json(found_units(chains))
    assert said == {
        "per_day": 3, "days": 2, "units": 6, "shown": 8, "found": 16, "not_shown": {"S": 4, "N": 4},
    }  # fmt: skip
    assert budget_words(said) == "8 of 16 units shown; not shown: 4 of class S, 4 of class N"
    assert budget_words(Budget(9, 1).json({})) is None


def test_ten_units_of_a_chain_are_opened_the_most_telling_first() -> None:
    busy = chain(*(hop(n, "N") for n in range(50)), hop(77, "P"))
    shown, more = opened(busy)
    assert more == 41
    assert [one.src for one in shown] == [*range(9), 77]
    reading = Budget(per_day=9, days=1)
    assert reading.take([busy, chain(hop(1, "P"))]) == [busy]
    assert reading.json(found_units([busy]))["not_shown"] == {"N": 41}
