"""What is listed of many incidents, and what is joined of one actor's; on made-up parts with values by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl

from graphhunt.incidents.find import Found, shown
from graphhunt.incidents.formation import Part
from graphhunt.incidents.joining import Joining
from graphhunt.incidents.lead import Lead, span_words

HOUR = 3_600_000_000


def incident(total: float, cost: int) -> Any:
    return SimpleNamespace(score=SimpleNamespace(total=total), cost=cost)


def found(*incidents: Any, days: int = 1) -> Found:
    return Found(incidents, {"days": days}, ())


def test_the_budget_is_counted_in_units_of_reading() -> None:
    over, below, held = shown(found(incident(5, 4), incident(4, 4), incident(3, 4), incident(-1, 1)), 9)
    assert ([each.score.total for each in over], len(below), held) == ([5, 4], 1, 1)
    over, _, held = shown(found(incident(5, 4), incident(4, 4), incident(3, 4), days=2), 9)
    assert (len(over), held) == (3, 0)


def test_the_first_is_always_listed() -> None:
    over, _, held = shown(found(incident(5, 10), incident(4, 1)), 3)
    assert ([each.score.total for each in over], held) == ([5], 1)


def test_nothing_below_the_line_where_there_is_enough_above() -> None:
    over, below, _ = shown(found(incident(3, 1), incident(2, 1), incident(1, 1), incident(-1, 1)), 9)
    assert (len(over), below) == (3, [])
    over, below, _ = shown(found(*(incident(-n, 1) for n in range(1, 6))), 9)
    assert (over, [each.score.total for each in below]) == ([], [-1, -2, -3])


class Estate:
    """A formation in which one account runs a service on as many machines as asked, an hour apart."""

    def __init__(self, machines: int) -> None:
        self.parts = [
            Part([Lead("remote_service", f"session|{n}", n * HOUR, f"m{n}", "deploy", (f"e{n}",), {})])
            for n in range(machines)
        ]
        rows = {"user_id": ["deploy"] * machines, "from_id": ["admin"] * machines,
                "to_id": [f"m{n}" for n in range(machines)], "start": [n * HOUR for n in range(machines)]}  # fmt: skip
        self.tables = SimpleNamespace(hops=pl.DataFrame(rows))
        self.acts = SimpleNamespace(act=lambda vertex, _: SimpleNamespace(id=vertex))

    def units(self, part: Part) -> dict[Any, list[Lead]]:
        return {("deploy", "admin", 0): part.leads}

    def score(self, _: list[Part]) -> Any:
        return SimpleNamespace(total=-4.5)

    def machines(self, part: Part) -> set[str]:
        return {part.leads[0].machine}

    def accounts(self, _: Part) -> set[str]:
        return {"deploy"}


def groups(estate: Estate, *cut: str) -> list[tuple[list[Part], list[Any]]]:
    return Joining(estate, cut).groups()  # type: ignore[arg-type]


def test_new_automation_is_one_actor() -> None:
    """Sixteen machines a day by one account from one source are one incident, fifteen are each their own."""
    assert [len(parts) for parts, _ in groups(Estate(15))] == [1] * 15
    ((parts, joins),) = groups(Estate(16))
    assert (len(parts), len(joins)) == (16, 15)
    assert len(groups(Estate(16), joins[7].id)) == 2


def test_what_is_too_large_to_read_is_not_joined_and_says_so() -> None:
    estate = Estate(24)
    estate.parts += Estate(6).parts  # the same machines again: more acts, no more machines
    assert len(groups(estate)) == 1
    joining: Any = Joining(Estate(24), ())  # type: ignore[arg-type]
    joining._too_large = lambda parts: len(parts) > 10
    assert sorted(len(parts) for parts, _ in joining.groups()) == [4, 10, 10]
    assert joining.notes


def test_lengths_of_time_in_words() -> None:
    assert [span_words(length) for length in (0, 1_500_000, HOUR, 49 * HOUR)] == [
        "less than a second",
        "2 seconds",
        "1 hour",
        "2 days",
    ]
