"""The difference of two windows, against counts made by hand from the small case and by brute force."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from graphhunt.errors import UsageError
from graphhunt.questions.pivots import Window
from graphhunt.questions.pivots.difference import Windows, difference
from tests.api import case

MORNING = {"since": f"{case.DAY}T09:00:00Z", "until": f"{case.DAY}T10:15:00Z"}
LATER = {"since": f"{case.DAY}T10:15:00Z", "until": f"{case.DAY}T13:00:00Z"}


def test_what_appeared_and_vanished_in_the_case(client: TestClient) -> None:
    answer = client.post("/api/v1/difference", json={"before": MORNING, "after": LATER}).json()
    new = {(e["start_ref"]["id"], e["relation"], e["end_ref"]["id"]) for e in answer["edges"]["appeared"]["items"]}
    gone = {(e["start_ref"]["id"], e["relation"], e["end_ref"]["id"]) for e in answer["edges"]["disappeared"]["items"]}
    assert ("bravo", "REMOTE_LOGON", "charlie") in new
    assert ("alpha", "REMOTE_LOGON", "bravo") not in new
    assert "charlie" in {e["id"] for e in answer["entities"]["appeared"]["items"]}
    assert not {relation for _, relation, _ in new | gone} & {"SPAWNED", "RAN", "EXECUTED"}
    programs = {(p["machine_id"], p["path"]) for p in answer["programs"]["appeared"]["items"]}
    assert ("bravo", "c:\\x\\0.exe") in programs
    assert ("bravo", case.CMD.lower()) not in programs
    assert ("bravo", case.CMD.lower()) in {
        (p["machine_id"], p["path"]) for p in answer["programs"]["disappeared"]["items"]
    }


def test_lists_are_bounded_and_say_so(client: TestClient) -> None:
    wanted = {"before": MORNING, "after": LATER, "limit": 5}
    found = client.post("/api/v1/difference", json=wanted).json()["programs"]["appeared"]
    assert (len(found["items"]), found["truncated"]) == (5, True)
    assert found["total"] == len(case.PAYLOADS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": {"since": MORNING["until"], "until": MORNING["since"]}, "after": LATER},
        {"before": MORNING, "after": {"since": LATER["since"], "until": LATER["since"]}},
        {"before": MORNING, "after": LATER, "relations": ["NOTHING"]},
        {"before": MORNING},
        {"before": MORNING, "after": LATER, "limit": 5000},
    ],
)
def test_wrong_windows_are_refused(client: TestClient, wrong: dict[str, object]) -> None:
    assert client.post("/api/v1/difference", json=wrong).status_code == 422


class Tables:
    """Stands in for a snapshot of one table."""

    def __init__(self, rows: list[tuple[str, str, int, int]]) -> None:
        self.rows = rows

    def scan(self, name: str) -> pl.LazyFrame | None:
        if name != "REMOTE_LOGON":
            return None
        columns = {"from_id": pl.String, "to_id": pl.String, "start": pl.Int64, "end": pl.Int64}
        frame = pl.LazyFrame(self.rows, schema=columns, orient="row")
        return frame.with_columns(from_label=pl.lit("Machine"), to_label=pl.lit("Machine"))


NAMES = st.sampled_from("abcd")
ROWS = st.lists(st.tuples(NAMES, NAMES, st.integers(0, 40), st.integers(0, 10)), max_size=30)


@settings(deadline=None, max_examples=80)
@given(ROWS, st.integers(0, 15), st.integers(1, 15), st.integers(16, 30), st.integers(1, 15))
def test_equals_counting_by_hand(
    rows: list[tuple[str, str, int, int]], first: int, width: int, second: int, span: int
) -> None:
    logons = [(a, b, start, start + length) for a, b, start, length in rows]
    before, after = Window(first, first + width), Window(second, second + span)

    def count(window: Window) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for a, b, start, end in logons:
            if end >= (window.since or 0) and start < (window.until or 0):
                found[a, b] = found.get((a, b), 0) + 1
        return found

    old, new = count(before), count(after)
    answer = difference(Tables(logons), Windows(before, after), relations=["REMOTE_LOGON"])  # type: ignore[arg-type]

    def pairs(part: str) -> set[tuple[str, str]]:
        return {(e["start_ref"]["id"], e["end_ref"]["id"]) for e in answer["edges"][part]["items"]}

    assert pairs("appeared") == new.keys() - old.keys()
    assert pairs("disappeared") == old.keys() - new.keys()
    assert pairs("changed") == {
        pair
        for pair in old.keys() & new.keys()
        if abs(new[pair] - old[pair]) >= 3
        and ((new[pair] * width >= 2 * old[pair] * span) or (2 * new[pair] * width <= old[pair] * span))
    }
    seen_old, seen_new = ({name for pair in found for name in pair} for found in (old, new))
    assert {e["id"] for e in answer["entities"]["appeared"]["items"]} == seen_new - seen_old
    assert {e["id"] for e in answer["entities"]["disappeared"]["items"]} == seen_old - seen_new


def test_open_windows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        difference(Tables([]), Windows(Window(None, 5), Window(5, 6)))  # type: ignore[arg-type]
