"""A case may be cut into windows anyhow, groups of machines and times: its graph is that of one window."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.graph import graph as whole
from graphhunt.graph import registry
from graphhunt.graph.case import Facts
from graphhunt.graph.definitions import Definitions
from graphhunt.graph.folds import Fold, Operation
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.graph import FAMILIES, WHOLE_CASE, Graph, build
from graphhunt.graph.windows import Cut, Window
from graphhunt.lab.generator import generate_demo
from graphhunt.model import RegistryAction
from graphhunt.schema import NODES, RELATIONSHIPS
from tests.lateral.case import snapshot

from .conftest import built
from .facts import SECOND, T0, records
from .random_records import random_records

RECORDED = ("mordor_theshire_2020", "mordor_purplesharp", "cases")
"""Ground truths A and B, and all small cases as one."""


def at_random(seed: int, groups: int = 3, slots: int = 3) -> Cut:
    """Cut by random groups of machines and at random times; windows come in any order."""

    def cut(given: pl.DataFrame) -> Sequence[pl.DataFrame]:
        draw = random.Random(seed)
        machines = sorted(given.get_column("machine_id").drop_nulls().unique())
        group = {name: draw.randrange(groups) for name in machines}
        times = sorted(given.get_column("time").to_list())
        cuts = sorted(draw.sample(times, min(slots - 1, len(times))))
        places = [
            (group.get(name, groups), bisect(cuts, time)) for name, time in given.select("machine_id", "time").rows()
        ]
        number = {place: n for n, place in enumerate(sorted(set(places)))}
        window = pl.Series("window", [number[place] for place in places], pl.Int64)
        parts = given.with_columns(window).partition_by("window", include_key=False)
        return draw.sample(parts, len(parts))

    return cut


def one_by_one(given: pl.DataFrame) -> Sequence[pl.DataFrame]:
    """Make every record a window, the latest first."""
    return given.sort("time", descending=True).partition_by("event_id", maintain_order=True)


def tables(graph: Graph) -> dict[str, pl.DataFrame]:
    """Give all tables of a graph by name."""
    told = {"skew": graph.skew, "corroboration": graph.corroboration, "doubts": graph.doubts, "undrawn": graph.undrawn}
    return {**graph.nodes, **graph.relationships, **told}


def differing(one: Graph, other: Graph) -> set[str]:
    """Name the tables in which two graphs differ."""
    mine, theirs = tables(one), tables(other)
    missing = mine.keys() ^ theirs.keys()
    return missing | {name for name in mine.keys() & theirs.keys() if not mine[name].equals(theirs[name])}


def of(workspace: Path) -> Facts:
    """Give the facts of a workspace."""
    held = Workspace(workspace)
    return lambda kind: held.facts(kind).collect()


@pytest.mark.parametrize("seed", range(3))
def test_random_records_give_one_graph_however_they_are_cut(seed: int) -> None:
    facts = records(random_records(seed, 600))
    assert not differing(build(facts), build(facts, cut=at_random(seed)))


def test_every_record_may_be_a_window() -> None:
    facts = records(random_records(7, 12))
    assert not differing(build(facts), build(facts, cut=one_by_one))


@pytest.mark.parametrize("name", RECORDED)
def test_recordings_give_one_graph_however_they_are_cut(name: str, real_case: Callable[[str], Path]) -> None:
    case = real_case(name)
    assert not differing(built(case), build(of(case), cut=at_random(1, groups=2)))


def test_the_demonstration_gives_one_graph_however_it_is_cut(tmp_path: Path) -> None:
    generate_demo(tmp_path / "logs", seed=1)
    snapshot(tmp_path / "case", tmp_path / "logs")
    case = tmp_path / "case"
    assert not differing(built(case), build(of(case), cut=at_random(2, groups=2)))


def test_a_cut_gives_windows_of_whole_records() -> None:
    """Random records are cut apart, and those of several facts are not: else the tests above say nothing."""
    told = random_records(0, 300)
    seen: list[pl.DataFrame] = []

    def watched(given: pl.DataFrame) -> Sequence[pl.DataFrame]:
        seen.extend(at_random(0)(given))
        return seen

    build(records(told), cut=watched)
    assert len(seen) >= 6
    assert any(len(facts) > 1 for facts in told)
    ids = [set(part.get_column("event_id")) for part in seen]
    assert all(not one & other for one, other in pairwise(ids))
    assert len(set().union(*ids)) == len({repr(facts) for facts in told})


def last_one_wins(column: str) -> Operation:
    """Keep what the window read last gave: none of the operations that folds allow."""
    return Operation(lambda _: pl.col(column).drop_nulls().last(), lambda value, _: value.last(), lambda value: value)


def _lazy_values() -> Family:
    """Give the registry's rules with a value that depends on the order of windows."""
    keys = registry.FAMILY.folds["registry values"].keys
    values = Fold(keys, {"value": last_one_wins("value")})
    return registry.FAMILY._replace(folds={**registry.FAMILY.folds, "registry values": values})


def _counting() -> Family:
    """Give the registry's rules with a value that counts records from the first on: a state carried along."""

    def contributes(window: Window, known: Definitions) -> Tables:
        given = dict(registry.FAMILY.contributes(window, known))
        numbered = given["registry values"].with_columns(value=pl.int_range(pl.len()).cast(pl.String))
        return {**given, "registry values": numbered}

    return registry.FAMILY._replace(contributes=contributes)


WRITTEN = [
    [RegistryAction(time=T0 + n * SECOND, host="WS1", guid="{a}", operation="modify", key=r"HKLM\Run", value=value)]
    for n, value in enumerate("xyz")
]
"""One process sets one value three times."""


def value_of(graph: Graph) -> str:
    """Give what the process wrote last."""
    return str(graph.relationships["SET_REGISTRY"].get_column("value").item())


def test_the_last_value_is_that_of_the_latest_record() -> None:
    assert value_of(build(records(WRITTEN), cut=one_by_one)) == "z"


@pytest.mark.parametrize("mutant", [_lazy_values, _counting])
def test_a_rule_that_lets_the_cut_show_is_found_out(
    mutant: Callable[[], Family], monkeypatch: pytest.MonkeyPatch
) -> None:
    families = tuple(mutant() if family is registry.FAMILY else family for family in FAMILIES)
    monkeypatch.setattr(whole, "FAMILIES", families)
    facts = records(WRITTEN)
    assert differing(build(facts), build(facts, cut=one_by_one)) == {"SET_REGISTRY"}


def test_every_table_is_of_a_family_or_of_the_whole_case(monkeypatch: pytest.MonkeyPatch) -> None:
    found = tables(build(records(random_records(3, 600))))
    drawn: set[str] = set()

    def watched(family: Family) -> Family:
        def draws(sums: Tables, known: Definitions) -> Tables:
            made = family.draws(sums, known)
            drawn.update(made)
            return made

        return family._replace(draws=draws)

    monkeypatch.setattr(whole, "FAMILIES", tuple(watched(family) for family in FAMILIES))
    build(records([]))
    assert not drawn & WHOLE_CASE.keys()
    assert {*NODES, *RELATIONSHIPS} & found.keys() <= drawn | WHOLE_CASE.keys()
