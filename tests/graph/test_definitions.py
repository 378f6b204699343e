"""The lists of definitions, and of what rules ask of them, are what really happens while a graph is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from typing import Any

import polars as pl
import pytest

from graphhunt.graph import graph as whole
from graphhunt.graph.acts import Acts
from graphhunt.graph.case import Case
from graphhunt.graph.definitions import DEFINITIONS, EVERY, Definition, Definitions
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.graph import FAMILIES, build
from graphhunt.graph.ownership import Ownership
from graphhunt.graph.processes import Processes
from graphhunt.graph.services import Services
from graphhunt.graph.sessions import Sessions
from graphhunt.graph.windows import Window

from .facts import records
from .random_records import random_records

PLACES: dict[str, list[tuple[type, str]]] = {
    "clock_errors": [(Case, "corrected")],
    "doubles": [(Case, "doubles")],
    "machines": [(Case, "machines")],
    "accounts": [(Case, "accounts")],
    "owners": [(Case, "owners"), (Ownership, "sightings"), (Ownership, "runs")],
    "groups": [(Definitions, "groups")],
    "memberships": [(Definitions, "memberships")],
    "boots": [(Sessions, "boots")],
    "begun": [(Sessions, "begun")],
    "sessions": [(Sessions, "table")],
    "processes": [(Processes, name) for name in ("starts", "mentions", "claimed_parents", "parents", "nodes")],
    "acts": [(Acts, "by_process"), (Acts, "_makers")],
    "services": [(Services, "installs"), (Services, "started")],
    "openings": [(Definitions, "openings")],
}
"""Where the tables of each definition are made."""

READING = ("clock_errors", "doubles")
"""What every reading of facts asks: their times are right, and each act is there once."""

RULES = "rules"


class Trace:
    """Notes, while a graph is made, which kinds of facts and which definitions each definition reads."""

    def __init__(self) -> None:
        self.facts: dict[str, set[str]] = defaultdict(set)
        self.asks: dict[str, set[str]] = defaultdict(set)
        self._making = [RULES]

    def table(self, name: str, attribute: str, made: cached_property[Any]) -> property:
        """Stand for a table of a definition."""

        def give(owner: Any) -> Any:
            self.asks[self._making[-1]].add(name)
            if attribute not in owner.__dict__:
                self._making.append(name)
                owner.__dict__[attribute] = made.func(owner)
                self._making.pop()
            return owner.__dict__[attribute]

        return property(give)

    def reader(self, read: Callable[[Case, str], pl.DataFrame]) -> Callable[[Case, str], pl.DataFrame]:
        """Stand for a method that gives the facts of a kind."""

        def give(case: Case, kind: str) -> pl.DataFrame:
            self.facts[self._making[-1]].add(kind)
            return read(case, kind)

        return give


@pytest.fixture(scope="module")
def trace() -> Trace:
    """What is read while the graph of random records of all kinds is made."""
    found = Trace()
    with pytest.MonkeyPatch.context() as patch:
        for name, places in PLACES.items():
            for owner, attribute in places:
                patch.setattr(owner, attribute, found.table(name, attribute, owner.__dict__[attribute]))
        for method in ("raw", "facts", "stored"):
            patch.setattr(Case, method, found.reader(Case.__dict__[method]))
        build(records(random_records(11, 500)))
    return found


def test_no_definition_asks_one_that_stands_after_it() -> None:
    seen: set[str] = set()
    for definition in DEFINITIONS:
        assert set(definition.asks) <= seen, definition.name
        assert definition.name not in seen
        seen.add(definition.name)
    assert seen == PLACES.keys()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_a_definition_reads_the_facts_and_asks_the_definitions_that_it_names(
    definition: Definition, trace: Trace
) -> None:
    assert trace.facts[definition.name] <= set(definition.facts)
    assert set(definition.facts) <= set(EVERY)
    assert trace.asks[definition.name] - {definition.name, *READING} <= set(definition.asks)


def test_every_definition_is_asked(trace: Trace) -> None:
    assert set().union(*trace.asks.values()) == PLACES.keys()


def test_families_ask_the_definitions_that_they_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name for family in FAMILIES for name in family.asks}
    assert names <= {definition.name for definition in DEFINITIONS}
    asked: dict[str, set[str]] = defaultdict(set)

    class Known:
        """Definitions that note who asks them."""

        def __init__(self, known: Definitions, family: str) -> None:
            self._known = known
            self._family = family

        def __getattr__(self, name: str) -> object:
            asked[self._family].add(name)
            return getattr(self._known, name)

    def watched(family: Family) -> Family:
        def contributes(window: Window, known: Definitions) -> Tables:
            return family.contributes(window, Known(known, family.name))  # type: ignore[arg-type]

        def draws(sums: Tables, known: Definitions) -> Tables:
            return family.draws(sums, Known(known, family.name))  # type: ignore[arg-type]

        return family._replace(contributes=contributes, draws=draws)

    monkeypatch.setattr(whole, "FAMILIES", tuple(watched(family) for family in FAMILIES))
    build(records(random_records(11, 50)))
    for family in FAMILIES:
        assert asked[family.name] - {"client_id"} == set(family.asks), family.name
