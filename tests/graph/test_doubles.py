"""The same act from two collections counts once; expected numbers are counted by hand, or record by record."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from graphhunt.evidence.tables import polars_schema
from graphhunt.graph.case import Case
from graphhunt.graph.graph import build
from graphhunt.model import FACTS, Fact, Logon, ProcessStart, Script
from tests.graph.facts import SECOND, T0, frames

STRUCTS = {str(fact.__struct_config__.tag): fact for fact in FACTS}


def collected(seed: int | None = None, **collections: Sequence[Fact]) -> Callable[[str], pl.DataFrame]:
    """Give facts as records of collections by name: each fact is a record of its own, equal ones too."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for name, facts in collections.items():
        for number, fact in enumerate(facts):
            kind = str(fact.__struct_config__.tag)
            row = frames([fact])(kind).with_columns(event_id=pl.lit(f"{name}-{number}"), source=pl.lit(name))
            parts.setdefault(kind, []).append(row)
    if seed is not None:
        for rows in parts.values():
            random.Random(seed).shuffle(rows)
    return lambda kind: pl.concat([pl.DataFrame(schema=polars_schema(STRUCTS[kind])), *parts.get(kind, [])])


def failed(at: float = 0, record: str | None = None, **given: Any) -> Logon:
    """Make a failed logon of ana on pc1, so many seconds after the first moment."""
    stated = {"host": "pc1", "code": "Security/4625", "user": "ana", "domain": "CORP", **given}
    return Logon(time=T0 + round(at * SECOND), record_id=record, success=False, **stated)


def tries(case: Case) -> int:
    """Count the logons that rules see."""
    return case.raw("logon").height


def reasons(case: Case) -> dict[str, str]:
    """Give the reasons of duplicates."""
    return dict(case.doubles.iter_rows())


def test_an_edge_counts_acts() -> None:
    found = build(collected(evtx=[failed(0.25, "7"), failed(3, "9")], siem=[failed(1, "7")]))
    (edge,) = found.relationships["FAILED_LOGON"].iter_rows(named=True)
    assert (edge["count"], edge["start"], edge["evidence"]) == (2, T0 + SECOND // 4, ["evtx-0", "evtx-1"])
    assert found.undrawn.rows() == [("siem-0", "duplicate of a record read by evtx")]


def test_one_record_of_two_collections_is_one_act() -> None:
    found = Case(collected(evtx=[failed(0.25, "7")], siem=[failed(1, "7")]))
    assert tries(found) == 1
    assert reasons(found) == {"siem-0": "duplicate of a record read by evtx"}


@pytest.mark.parametrize(
    "other",
    [
        failed(1.5, "7"),
        failed(0, "8"),
        failed(0, "7", host="pc2"),
        failed(0, "7", code="OtherLog/4625"),
    ],
    ids=["later", "number", "machine", "channel"],
)
def test_a_number_tells_within_a_machine_a_channel_and_a_second(other: Logon) -> None:
    assert tries(Case(collected(evtx=[failed(0, "7")], siem=[other]))) == 2


def test_a_number_counts_once_within_a_second_and_again_when_the_log_was_cleared() -> None:
    evtx = [failed(0, "7"), failed(50, "7")]
    assert tries(Case(collected(evtx=evtx, siem=[failed(1, "7"), failed(49, "7")]))) == 2


@pytest.mark.parametrize(("evtx", "siem"), [(3, 2), (2, 5), (1, 1)])
@pytest.mark.parametrize("numbered", [True, False])
def test_without_numbers_the_collection_with_more_of_them_counts(evtx: int, siem: int, *, numbered: bool) -> None:
    """All within one second, and equal in what they say."""
    one = [failed(0.1 * n, str(n) if numbered else None) for n in range(evtx)]
    found = Case(collected(evtx=one, siem=[failed()] * siem))
    assert tries(found) == max(evtx, siem)
    assert len(reasons(found)) == min(evtx, siem)


@pytest.mark.parametrize("other", [failed(1), failed(user="bob"), failed(host="pc2"), failed(source_port=5)])
def test_without_numbers_another_second_or_content_is_another_act(other: Logon) -> None:
    assert tries(Case(collected(evtx=[failed(0, "7")], siem=[other]))) == 2


@pytest.mark.parametrize("record", ["7", None])
def test_within_a_collection_nothing_is_a_duplicate(record: str | None) -> None:
    found = Case(collected(evtx=[failed(0, record)] * 3, other=[Script(time=T0, host="pc1", code="Security/4625")]))
    assert tries(found) == 3


def test_what_a_collection_numbers_is_not_what_it_does_not() -> None:
    """Of the two that have no number the second collection's own counts; the third collection's is a duplicate."""
    both = [failed(0.5, "7"), failed()]
    assert tries(Case(collected(evtx=both, siem=[failed(0, "7")]))) == 2
    assert tries(Case(collected(evtx=both, siem=[failed(0, "7")], csv=[failed()]))) == 2


def test_three_collections() -> None:
    """Records 1 to 5 of one, 4 to 8 of another, all alike; a third has three without numbers: eight acts."""
    evtx, siem = ([failed(0.1 * n, str(n)) for n in numbers] for numbers in (range(1, 6), range(4, 9)))
    assert tries(Case(collected(evtx=evtx, siem=siem, csv=[failed()] * 3))) == 8
    assert tries(Case(collected(evtx=evtx, siem=siem, csv=[failed()] * 9))) == 9


def test_the_record_that_states_more_stands() -> None:
    poor, rich = failed(0, "7"), failed(0, "7", source_ip="192.0.2.7")
    for found in (Case(collected(a=[poor], b=[rich])), Case(collected(a=[rich], b=[poor]))):
        assert found.raw("logon").get_column("source_ip").to_list() == ["192.0.2.7"]


def test_a_machine_by_another_name_is_the_same_and_keeps_both() -> None:
    found = Case(collected(a=[failed(0.5, "7")], b=[failed(0, "7", host="PC1.corp.local")]))
    assert tries(found) == 1
    (machine,) = found.machines.nodes().iter_rows(named=True)
    assert machine["aliases"] == ["PC1.corp.local", "pc1"]
    assert machine["first_seen"] == T0 + SECOND // 2


def test_records_of_several_facts_go_as_a_whole() -> None:
    def record(name: str, number: str | None) -> pl.DataFrame:
        rows = [failed(0, number), failed(0, number, user="bob")]
        parts = [frames([row])("logon").with_columns(ordinal=pl.lit(n, pl.Int64)) for n, row in enumerate(rows)]
        return pl.concat(parts).with_columns(event_id=pl.lit(name), source=pl.lit(name))

    for number in ("7", None):
        both = pl.concat([record("a", "7"), record("b", number)])
        found = Case(lambda kind, both=both: both if kind == "logon" else frames([])(kind))  # type: ignore[misc]
        assert tries(found) == 2
        assert list(reasons(found)) == ["b"]


def test_processes_without_guid_are_no_phantoms() -> None:
    start: dict[str, Any] = {
        "host": "pc1",
        "code": "Security/4688",
        "pid": 7,
        "path": r"C:\a.exe",
        "user": "ana",
        "domain": "CORP",
    }
    evtx = [ProcessStart(time=T0 + 700_000, record_id="1", **start)]
    found = build(collected(evtx=evtx, siem=[ProcessStart(time=T0, **start)]))
    assert found.nodes["Process"].filter(~pl.col("stub")).height == 1


MOMENTS = st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from(["ana", "bob"]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(MOMENTS, max_size=6), min_size=2, max_size=3), st.integers(0, 9))
def test_as_often_as_the_collection_says_that_has_most(told: list[list[tuple[float, str]]], seed: int) -> None:
    named = {f"c{n}": [failed(at, user=user) for at, user in one] for n, one in enumerate(told)}
    counts = [Counter((int(at), user) for at, user in one) for one in told]
    expected = sum(max(count[key] for count in counts) for key in set().union(*counts))
    found, again = Case(collected(None, **named)), Case(collected(seed, **named))
    assert tries(found) == expected
    assert found.raw("logon").equals(again.raw("logon"))
    assert found.doubles.equals(again.doubles)
