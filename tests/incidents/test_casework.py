"""What is stated of whole incidents: it is kept with who and when, follows the evidence, and hides nothing new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graphhunt.case.incident_work import IncidentWork
from graphhunt.case.links import Links
from graphhunt.errors import ConflictError, MissingError, UsageError
from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.asked import options
from graphhunt.incidents.casework import changes_of
from graphhunt.incidents.find import Found, incidents_of
from graphhunt.incidents.questions.incidents import QUESTION
from graphhunt.questions.question import Wishes

NAME = "mordor_theshire_2020"


class Case:
    """Ground truth A with a workspace's folder of its own for what is stated."""

    def __init__(self, snapshot: Snapshot, folder: Path) -> None:
        self.snapshot = snapshot
        self.workspace = SimpleNamespace(path=folder)
        self.links = Links(folder, lambda: snapshot)
        self.work = IncidentWork(folder, lambda: snapshot)

    def found(self) -> Found:
        return incidents_of(self.snapshot, options({}, self.workspace.path))

    def listed(self, **given: Any) -> dict[str, Any]:
        return QUESTION.ask(self, given, Wishes(write=False))  # type: ignore[arg-type]


@pytest.fixture
def case(real_case: Callable[[str], Path], tmp_path: Path) -> Case:
    return Case(Snapshot(real_case(NAME) / "graph"), tmp_path)


def test_what_is_stated_is_listed_and_taken_back(case: Case) -> None:
    before = case.listed()
    first = before["items"][0]["id"]
    assert before["items"][0]["work"]["status"] == "new"
    case.work.state(first, {"name": "Two nights", "assignee": "bob", "status": "in work"}, author="ann")
    made = case.work.state(first, {"verdict": "malicious", "note": "fetches code"}, author="bob")
    work = case.listed()["items"][0]["work"]
    assert [work[field] for field in ("name", "assignee", "status", "verdict", "note", "verdict_by")] == [
        "Two nights", "bob", "in_work", "malicious", "fetches code", "bob",
    ]  # fmt: skip
    assert case.listed(id=first)["incident"]["work"] == work
    row = case.listed()["rows"][0]
    assert [row[name] for name in ("name", "assignee", "status", "verdict")] == [
        "Two nights", "bob", "in_work", "malicious",
    ]  # fmt: skip
    other = case.work.state(first, {"verdict": "unclear"}, author="ann")
    assert (other["verdict"], other["note"]) == ("unclear", None)  # a note is of its verdict
    case.work.undo(other["change"], author="eve")
    assert case.work.of(first)["note"] == "fetches code"
    case.work.undo(made["change"], author="eve")
    work = case.work.of(first)
    assert (work["verdict"], work["name"], work["changed_by"]) == (None, "Two nights", "eve")
    told = [(row["author"], row["holds"], row["undone_by"]) for row in case.work.history(first)]
    assert told == [("ann", True, None), ("bob", False, "eve"), ("ann", False, "eve")]
    with pytest.raises(MissingError, match="holds"):
        case.work.undo(made["change"])


@pytest.mark.parametrize("said", [{"verdict": "benign"}, {"status": "closed"}])
def test_what_is_done_is_left_out_and_counted_and_others_keep_their_rank(case: Case, said: dict[str, str]) -> None:
    before = case.listed()
    first, second = [*before["items"], *before["below"]][:2]
    made = case.work.state(first["id"], said)
    (reason,) = said.values()
    after = case.listed()
    assert after["left_out"] == {reason: 1}
    left = [*after["items"], *after["below"]][0]
    assert (left["id"], left["rank"]) == (second["id"], 2)
    every = case.listed(all=True)
    assert [each["id"] for each in every["items"]] == [each["id"] for each in before["items"]]
    assert every["items"][0]["work"]["left_out"] == reason
    case.work.undo(made["change"])
    again = case.listed()
    assert ([each["id"] for each in again["items"]], again["left_out"]) == ([first["id"]], {})


def test_new_evidence_brings_back_what_was_done(case: Case) -> None:
    """What is cut off when an incident is closed is evidence that nobody judged once it belongs to it again."""
    first = case.found().incidents[0]
    whole = len(first.lead_ids)
    join = first.inferred()[0]["id"]
    cut = case.links.cut(join)
    owner = case.found().owners[first.id]
    kept = len(owner.lead_ids)
    assert 0 < kept < whole
    case.work.state(owner.id, {"verdict": "benign"})
    assert case.listed()["left_out"] == {"benign": 1}
    case.links.undo(cut["id"])
    after = case.listed()
    assert after["left_out"] == {}
    assert after["items"][0]["work"]["new_leads"] == whole - kept
    assert after["items"][0]["work"]["verdict"] == "benign"


def test_a_statement_follows_the_evidence_when_the_id_moves(case: Case) -> None:
    """The incident's first lead gives it its id; without it the id is another, and what was stated still holds."""
    first = case.found().incidents[0]
    case.work.state(first.id, {"name": "Two nights"})
    (change,) = changes_of(case.workspace.path)
    assert change.leads == tuple(first.lead_ids)
    case.links.benign(first.id, first.id)
    moved = next(each for each in case.found().incidents if each.id != first.id and first.lead_ids[-1] in each.lead_ids)
    assert case.work.of(moved.id)["name"] == "Two nights"
    assert [each["work"]["name"] for each in case.listed()["items"]] == ["Two nights"]


def test_of_two_at_once_the_later_is_told(case: Case) -> None:
    first = case.found().incidents[0].id
    case.work.state(first, {"assignee": "ann"}, version=0)
    with pytest.raises(ConflictError) as refused:
        case.work.state(first, {"assignee": "bob"}, version=0)
    assert refused.value.current["assignee"] == "ann"
    assert case.work.of(first)["version"] == 1


def test_what_is_unknown_is_refused(case: Case) -> None:
    first = case.found().incidents[0].id
    for said, what in (({"verdict": "good"}, "verdict"), ({"status": "done"}, "status"), ({"colour": "red"}, "colour")):
        with pytest.raises(UsageError, match=what):
            case.work.state(first, said)
    with pytest.raises(UsageError, match="nothing"):
        case.work.state(first, {"name": None})
    with pytest.raises(UsageError, match="200"):
        case.work.state(first, {"name": "x" * 201})
    with pytest.raises(MissingError, match="no incident"):
        case.work.state("nosuch", {"name": "x"})
    assert changes_of(case.workspace.path) == ()
