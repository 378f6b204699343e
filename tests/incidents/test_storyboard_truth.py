"""The storyboard of ground truth A, from what its authors and the records say."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphhunt.evidence import Workspace
from graphhunt.incidents.board.storyboard import Recorded, storyboard
from graphhunt.incidents.find import Found
from graphhunt.incidents.sentences import plain
from graphhunt.questions.coverage import coverage
from graphhunt.questions.recorded import recorded as minutes
from graphhunt.questions.recorded import stretches

from .test_truth_a import NAME, PAYLOADS

MOST_BYTES = 120_000
"""Bytes of a storyboard, compressed."""


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


Tell = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def tell(recorded: Callable[[str], Found], real_case: Callable[[str], Path]) -> Tell:
    found, workspace = recorded(NAME), Workspace(real_case(NAME))
    known = Recorded(coverage(workspace), stretches(minutes(workspace)))
    return lambda *window: storyboard(found.incidents[0], 1, known, *window)


@pytest.fixture(scope="module")
def board(tell: Tell) -> dict[str, Any]:
    return tell()


def test_lanes_in_the_order_of_involvement(board: dict[str, Any]) -> None:
    assert [lane["name"] for lane in board["lanes"]] == [None, "WORKSTATION5", "WORKSTATION6", "MORDORDC"]
    assert board["lanes"][0]["addresses"] == ["1.2.3.4", "10.10.10.5"]
    assert [lane["addresses"][0] for lane in board["lanes"][1:]] == ["172.18.39.5", "172.18.39.6", "172.18.38.5"]


def test_five_ways_are_one_fold(board: dict[str, Any]) -> None:
    """Two services, WinRM and twice WMI brought the same payload, each of which called home."""
    (fold,) = board["folds"]
    assert board["rows"][0] == fold["id"]
    cards = {card["id"]: card for card in board["cards"]}
    assert [cards[one]["chain"][-1]["process"] for one in fold["acts"]] == list(PAYLOADS)
    assert fold["techniques"] == 3
    common = plain(fold["common"])
    assert "turns script block logging off, switches AMSI off" in common
    assert "fetches http://10.10.10.5/…" in common
    assert "whoami.exe" in common
    assert [(arrow["to"], plain(arrow["text"])) for arrow in fold["arrows"]] == [("outside", "10.10.10.5:80")]
    ways = [plain(one["text"]) for one in fold["differs"]]
    assert "PGUJLOAKFQFVOMHGFQPX" in ways[0]
    assert "Updater" in ways[1]
    assert ways[2].startswith("WinRM")
    assert "pshell.xml" in ways[3]
    assert [one["runs_as"]["name"] for one in fold["differs"]] == ["SYSTEM", "SYSTEM", *["pgustavo"] * 3]


def test_headline_and_steps(board: dict[str, Any]) -> None:
    text = "".join(plain(sentence) for sentence in board["headline"])
    for name in ("pgustavo", "WORKSTATION5", "WORKSTATION6", "10.10.10.5", "1.2.3.4", "MORDORDC"):
        assert name in text
    assert len(text) < 310
    assert 6 <= len(board["steps"]) <= 8
    assert [step["account"]["name"] for step in board["steps"]][:3] == ["pgustavo", "sbeavers", "wardog"]


def test_who_came_from_outside_and_what_was_asked(board: dict[str, Any]) -> None:
    arrows = [(arrow["kind"], arrow["from"], arrow["to"]) for card in board["cards"] for arrow in card["arrows"]]
    assert ("outside", "outside", "workstation5") in arrows
    assert ("ask", "workstation6", "mordordc") in arrows
    (net,) = [card for card in board["cards"] if card["chain"] and card["chain"][-1]["name"] == "net.exe"]
    assert (net["session"], net["account"]["name"]) == ("0x252c1b7", "sbeavers")
    assert net["command"] == 'group "Domain Admins" /domain'


def test_inferred_joins_are_breaks_that_can_be_cut(board: dict[str, Any], recorded: Callable[[str], Found]) -> None:
    joins = {join.id for join in recorded(NAME).incidents[0].joins}
    links = [one["link"] for one in board["breaks"] if one["link"]]
    assert {link["id"] for link in links} == joins
    assert {link["confidence"] for link in links} == {"inferred"}
    assert not any(one["recorded"] for one in board["breaks"] if one["before"] in board["rows"] and one["span"])


def test_blind_spots_are_said_once(board: dict[str, Any]) -> None:
    said = [plain(sentence) for sentence in board["blind"]]
    assert said[0].startswith("How WORKSTATION5 was taken is not in the records")
    assert {"Shares on WORKSTATION5", "Services and tasks on MORDORDC"} <= set(said)
    assert "24 minutes in 11 stretches over 2 days" in said
    assert "WORKSTATION6 2.9 s behind" in said
    assert len(said) == len(set(said))


def test_a_window_leaves_acts_out_and_counts_them(board: dict[str, Any], tell: Tell) -> None:
    """On 21 September the last of the five ways was gone, and the administrators were asked for."""
    narrow = tell(micros("2020-09-21"), micros("2020-09-22"))
    assert {card["time"][:10] for card in narrow["cards"]} == {"2020-09-21"}
    assert narrow["folds"] == []
    assert len(narrow["cards"]) == 2
    assert narrow["outside_window"] == len(board["cards"]) - 2
    assert "wardog" not in "".join(plain(sentence) for sentence in narrow["headline"])
    empty = tell(micros("2020-09-23"), None)
    assert (empty["rows"], empty["headline"], empty["outside_window"]) == ([], [], len(board["cards"]))


def test_everything_opens_and_no_log_text_is_in_our_words(board: dict[str, Any], real_case: Any) -> None:
    sentences = [*board["headline"], *(sentence for card in board["cards"] for sentence in card["lines"])]
    sentences += [arrow["text"] for card in board["cards"] for arrow in card["arrows"]]
    sentences += [fold["common"] for fold in board["folds"]] + [step["text"] for step in board["steps"]]
    assert all(sentence["evidence"] for sentence in sentences)
    events = {event for sentence in sentences for event in sentence["evidence"]}
    store = Workspace(real_case(NAME)).evidence
    assert all(store.get(event) for event in events)
    words = " ".join(part["text"] for sentence in sentences for part in sentence["parts"] if "text" in part)
    for text in ("Updater", "pgustavo", "10.10.10.5", "wlbsctrl", "IKEEXT", "WORKSTATION", "lsass.DMP"):
        assert text not in words


def test_it_is_small(board: dict[str, Any]) -> None:
    assert len(gzip.compress(json.dumps(board).encode())) < MOST_BYTES
