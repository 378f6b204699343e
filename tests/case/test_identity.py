"""Analysts' statements about identities: what they change, that they outlive loads, and that they can be taken back."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graphhunt.case.identity import Identity
from graphhunt.errors import DamageError, UsageError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.identity_book import FILE, statements_mark
from graphhunt.graph.snapshot import Snapshot
from graphhunt.store.digest import tables_digest
from graphhunt.store.sync import case_of, compute


class Case:
    """A workspace with its graph's tables, without a database."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        self.snapshot = Snapshot(folder / "graph")
        as_stated = partial(case_of, self.workspace, "default")
        self.identity = Identity(folder, lambda: self.snapshot, self.follow, as_stated)

    def load(self, *paths: Path) -> None:
        ingest(self.workspace, list(paths))
        self.follow()

    def follow(self) -> None:
        if computed := compute(self.workspace):
            self.snapshot.replace(computed.graph, computed.fingerprint)

    def ids(self, label: str) -> set[str]:
        found = self.snapshot.table(label)
        return set() if found is None else set(found.get_column("id"))

    def hops(self) -> set[tuple[str, str]]:
        found = self.snapshot.table("REMOTE_LOGON")
        return set() if found is None else {(str(a), str(b)) for a, b in found.select("from_id", "to_id").iter_rows()}


@pytest.fixture
def case(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Two machines FS01, and a third one that they reach; every statement is made a second after the one before."""
    clock = itertools.count(1_700_000_000)
    monkeypatch.setattr("graphhunt.case.identity.time.time", lambda: next(clock))
    made = Case(tmp_path)
    made.load(shared_data / "cases" / "t04_same_short_name.xml")
    return made


def test_joined_machines_are_one_until_the_join_is_taken_back(case: Case) -> None:
    before = tables_digest(case.snapshot)
    said = case.identity.join("FS01.alpha.example", "fs01.beta.example", author="ann", reason="one box")
    assert case.ids("Machine") == {"fs01@alpha.example", "db01"}
    assert {("10.67.0.1", "fs01@alpha.example"), ("10.68.0.1", "fs01@alpha.example")} <= case.hops()
    back = case.identity.undo(said["id"], author="bob")
    assert tables_digest(case.snapshot) == before
    case.identity.undo(back["id"])
    assert case.ids("Machine") == {"fs01@alpha.example", "db01"}
    rows = case.identity.statements()
    assert [(row["verdict"], row["author"], row["standing"]) for row in rows[:2]] == [
        ("join", "ann", True), ("undo", "bob", False),
    ]  # fmt: skip
    assert rows[0]["reason"] == "one box"


def test_a_preview_says_whose_records_would_be_anothers_and_states_nothing(case: Case) -> None:
    """The records that moved are those that the machine that goes has before; undone, they would go back."""
    before = tables_digest(case.snapshot)
    own = {id_ for kind in case_of(case.workspace, "default", ()).kinds()
           for id_, machine in case_of(case.workspace, "default", ()).facts(kind).select("event_id", "machine_id")
           .iter_rows() if machine == "fs01@beta.example"}  # fmt: skip
    asked = ("FS01.alpha.example", "fs01.beta.example")
    (move,) = case.identity.preview("join", *asked)
    assert (move["entity"], move["before"], move["after"]) == ("machine", "fs01@beta.example", "fs01@alpha.example")
    assert (move["records"], set(move["evidence"]) <= own) == (len(own), True)
    assert (case.identity.statements(), tables_digest(case.snapshot)) == ([], before)
    said = case.identity.join(*asked)
    told = case.identity.about("Machine", "fs01@alpha.example")
    assert [text.casefold() for text in told["spellings"]] == ["fs01.alpha.example", "fs01.beta.example"]
    assert [row["id"] for row in told["statements"]] == [said["id"]]
    (back,) = case.identity.preview("undo", said["id"])
    assert (back["before"], back["after"], back["records"]) == (move["after"], move["before"], move["records"])
    (apart,) = case.identity.preview("apart", *asked)
    assert (apart["before"], apart["records"]) == ("fs01@alpha.example", len(own))
    with pytest.raises(UsageError, match="spelled"):
        case.identity.preview("join", "fs01.alpha.example", "nosuch")


def test_doubts_of_an_identity_come_with_their_records(case: Case, shared_data: Path) -> None:
    """Cloned machines issued one SID: the account on each of them says so, with records."""
    case.load(shared_data / "cases" / "x08_users.xml")
    table = case.snapshot.table("Doubts")
    assert table is not None
    sid = next(row["subject"] for row in table.iter_rows(named=True) if row["kind"] == "cloned_sid")
    cloned = [id_ for id_ in case.ids("User") if id_.startswith(f"{sid}@")]
    assert len(cloned) > 1
    for account in cloned:
        (doubt,) = case.identity.about("User", account)["doubts"]
        assert (doubt["kind"], bool(doubt["evidence"])) == ("cloned_sid", True)


def test_statements_outlive_loads_and_are_no_part_of_the_telemetry(
    case: Case, shared_data: Path, tmp_path: Path
) -> None:
    """They may be there before the records they speak of: the graph is the same."""
    case.identity.join("FS01.alpha.example", "fs01.beta.example")
    case.load(shared_data / "cases" / "x08_users.xml")
    assert {"fs01@alpha.example", "clonea"} <= case.ids("Machine")
    assert "fs01@beta.example" not in case.ids("Machine")
    other = Case(tmp_path / "other")
    (tmp_path / "other" / FILE).write_bytes((tmp_path / FILE).read_bytes())
    other.load(shared_data / "cases" / "x08_users.xml")
    other.load(shared_data / "cases" / "t04_same_short_name.xml")
    assert tables_digest(other.snapshot) == tables_digest(case.snapshot)
    assert statements_mark(tmp_path) == statements_mark(tmp_path / "other") != ()
    assert case.workspace.fingerprint() == other.workspace.fingerprint()


def test_a_machine_split_in_time_is_two(case: Case) -> None:
    """DB01 has a record at 09:00:10 and one at 09:10."""
    case.identity.split("DB01.beta.example", start="2026-03-02T09:05:00Z")
    assert case.ids("Machine") >= {"db01", "db01@2026-03-02T090500.000000Z"}
    assert {("10.68.0.50", "db01"), ("10.68.0.50", "db01@2026-03-02T090500.000000Z")} <= case.hops()


def test_accounts_of_clones_are_joined(case: Case, shared_data: Path) -> None:
    case.load(shared_data / "cases" / "x08_users.xml")
    case.identity.join(r"CLONEA\Administrator", r"CLONEB\Administrator")
    sid = "S-1-5-21-99-98-97-500"
    assert {f"{sid}@clonea", f"{sid}@cloneb"} & case.ids("User") == {f"{sid}@clonea"}


def test_a_spelling_told_apart_is_a_machine_of_its_own(shared_data: Path, tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.load(shared_data / "cases" / "pid.jsonl", shared_data / "cases" / "two_boots.jsonl")
    assert "srv1" in case.ids("Machine")
    case.identity.same_not("SRV1.corp.local", "SRV1")
    assert {"srv1", "srv1@"} <= case.ids("Machine")


@pytest.mark.parametrize(
    ("verdict", "given", "problem"),
    [
        ("join", {"a": "FS01.alpha.example", "b": "nosuch"}, "no machine is spelled 'nosuch'"),
        ("join", {"a": "DB01", "b": "db01"}, "the same"),
        ("split", {"a": "DB01"}, "a beginning or an end"),
        ("split", {"a": "DB01", "start": 5, "end": 5}, "ends before it begins"),
        ("undo", {"a": "00000000"}, "no statement"),
        ("marry", {"a": "DB01"}, "no verdict"),
        ("join", {"a": "DB01", "b": "FS01", "entity": "ship"}, "no kind of identity"),
    ],
)
def test_what_would_do_nothing_is_refused(case: Case, verdict: str, given: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        case.identity.state(verdict, **given)
    assert case.identity.statements() == []


def test_a_damaged_line_is_told(case: Case, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"id":"1"}\n')
    with pytest.raises(DamageError, match="line 1 is no statement"):
        case.identity.statements()
