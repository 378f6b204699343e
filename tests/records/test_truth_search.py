"""What a search finds in ground truth A, and in its twin under other names: records, and what commands say in clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphhunt.hunt import Hunt
from tests.conftest import small_settings
from tests.graph.twins import TwinCase

A = "mordor_theshire_2020"
Word = Callable[[str], str]


@pytest.fixture(scope="module", params=["as recorded", "twin"])
def case(
    request: pytest.FixtureRequest, real_case: Callable[[str], Path], twin_case: Callable[[str], TwinCase]
) -> Iterator[tuple[Hunt, Word]]:
    """The case, and what a word of the recording is there."""
    twin = twin_case(A) if request.param == "twin" else None
    with Hunt(twin.case if twin else real_case(A), settings=small_settings()) as hunt:
        yield hunt, twin.twin.name if twin else str


def processes(hunt: Hunt, query: str) -> set[str]:
    """Give the processes that the records found are of."""
    ids = [item["event_id"] for item in hunt.records.find(query)["items"]]
    found = [hunt.records.record(event) for event in ids]
    return {record["fields"]["ProcessGuid"] for record in found if record and "ProcessGuid" in record["fields"]}


def test_the_service_that_pgustavo_installed_is_two_records(case: tuple[Hunt, Word]) -> None:
    hunt, word = case
    assert hunt.records.find(f"{word('pgustavo')} 4697 host:{word('WORKSTATION6')}")["total"] == 2


def test_five_processes_called_the_port_outside(case: tuple[Hunt, Word]) -> None:
    hunt, word = case
    assert len(processes(hunt, f"{word('10.10.10.5')}:80 code:Sysmon/3")) == 5


def test_what_only_decoded_commands_say_is_found(case: tuple[Hunt, Word]) -> None:
    hunt, word = case
    assert len(processes(hunt, f"{word('news.php')} event:1")) >= 3
    assert hunt.records.find("T1047")["total"] > 0


def test_a_page_by_its_place_is_the_page_after_those_before(case: tuple[Hunt, Word]) -> None:
    hunt, _ = case
    first = hunt.records.find("", limit=40)
    second = hunt.records.find("", limit=40, cursor=first["next_cursor"])
    assert hunt.records.find("", limit=40, offset=40)["items"] == second["items"]
    assert hunt.records.find("", limit=40, offset=first["total"])["items"] == []
