"""Links by hand: what was cut stays apart and what was joined stays one whatever is asked later, until it is undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphhunt.case.casebook import Casebook
from graphhunt.case.links import Links
from graphhunt.errors import DamageError, UsageError
from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.asked import options
from graphhunt.incidents.by_hand import ties_of
from graphhunt.incidents.find import Found, Options, find, incidents_of
from graphhunt.incidents.sentences import plain
from graphhunt.incidents.tables import Tables

NAME = "mordor_theshire_2020"


class Case:
    """Ground truth A with a workspace's folder of its own for links."""

    def __init__(self, snapshot: Snapshot, folder: Path) -> None:
        self.snapshot = snapshot
        self.folder = folder
        self.links = Links(folder, lambda: snapshot)

    def found(self) -> Found:
        return incidents_of(self.snapshot, options({}, self.folder))


@pytest.fixture
def case(real_case: Callable[[str], Path], tmp_path: Path) -> Case:
    return Case(Snapshot(real_case(NAME) / "graph"), tmp_path)


def asked_admins(found: Found) -> tuple[str, str]:
    """Give the inferred join of who asked for the domain's administrators, and the id that they have by themselves."""
    first = found.incidents[0]
    parts = first._context.formation.parts
    number = next(i for i, part in enumerate(parts) if [lead.kind for lead in part.leads] == ["asked_admins"])
    join = next(each for each in first.joins if number in (each.earlier, each.later))
    return join.id, next(link["to"] for link in first.inferred() if link["id"] == join.id)


def test_what_was_cut_stays_apart_until_it_is_undone(case: Case) -> None:
    before = case.found()
    join, alone = asked_admins(before)
    made = case.links.cut(join, reason="her own work", author="ann")
    cut = case.found()
    assert len(cut.incidents) == len(before.incidents) + 1
    assert any(each.id == alone for each in cut.incidents)
    assert (made["verdict"], made["author"], made["reason"], made["holds"]) == ("cut", "ann", "her own work", True)
    case.links.undo(made["id"], author="bob")
    assert [each.id for each in case.found().incidents] == [each.id for each in before.incidents]
    (row,) = case.links.listed()
    assert (row["holds"], row["undone_by"]) == (False, "bob")
    with pytest.raises(UsageError, match="holds"):
        case.links.undo(made["id"])


def test_a_cut_outlasts_the_joins_id(case: Case) -> None:
    """Earlier records give a join another id; the acts at its ends keep theirs."""
    join, _ = asked_admins(case.found())
    case.links.cut(join)
    (tie,) = ties_of(case.folder)
    tables = Tables(case.snapshot)
    other = find(tables, Options(ties=(tie._replace(join_id="another"),)))
    assert [each.id for each in other.incidents] == [each.id for each in case.found().incidents]


def test_what_was_joined_is_one_and_says_by_whom(case: Case) -> None:
    first, second = case.found().incidents
    made = case.links.join(second.id, first.id, reason="same night", author="ann")
    (whole,) = case.found().incidents
    assert {first.id, second.id} <= {whole.id, *whole.aliases}
    link = next(each for each in whole.inferred() if each["id"] == made["id"])
    assert (link["confidence"], plain(link["sentence"])) == ("by hand", "Joined by hand: ann: same night")
    with pytest.raises(UsageError, match="one incident already"):
        case.links.join(first.id, second.id)


def test_what_is_unknown_is_refused(case: Case) -> None:
    with pytest.raises(UsageError, match="no inferred join"):
        case.links.cut("nosuch")
    with pytest.raises(UsageError, match="no incident"):
        case.links.join(case.found().incidents[0].id, "nosuch")
    assert case.links.listed() == []


def test_an_older_casebook_has_no_links_and_keeps_its_cases(tmp_path: Path) -> None:
    book = Casebook(tmp_path / "casebook.db")
    held = book.open_case("one", "ann")
    for later in ("link", "report_text", "network", "incident_change", "report_item", "report_list"):
        book._db.run(f"DROP TABLE {later}")
    book._db.run("PRAGMA user_version = 1")
    book.close()
    assert ties_of(tmp_path) == ()
    again = Casebook(tmp_path / "casebook.db")
    assert again.case(held["id"])["title"] == "one"
    again.close()
    assert ties_of(tmp_path) == ()


def test_a_damaged_casebook_says_so(tmp_path: Path) -> None:
    (tmp_path / "casebook.db").write_bytes(b"no database" * 1000)
    with pytest.raises(DamageError, match="casebook"):
        ties_of(tmp_path)


def test_a_benign_act_is_no_evidence_until_that_is_undone(case: Case) -> None:
    """Its leads are gone from score and list, the other acts of its incident stay; taken back, all is as before."""
    before = case.found()
    first = before.incidents[0]
    act = next(one for one in first.acts if [lead.kind for lead in one.leads] == ["asked_admins"])
    made = case.links.benign(act.id, act.id, author="ann")
    after = case.found()
    assert sum(len(each.leads) for each in after.incidents) == sum(len(each.leads) for each in before.incidents) - 1
    assert len(after.incidents) == len(before.incidents)
    assert not any(lead.kind == "asked_admins" for each in after.incidents for lead in each.leads)
    assert after.incidents[0].id == first.id
    case.links.undo(made["id"])
    assert [each.id for each in case.found().incidents] == [each.id for each in before.incidents]
    with pytest.raises(UsageError, match="no act"):
        case.links.benign("nosuch", "nosuch")
    visit = next(one for one in first.acts if not one.leads)
    with pytest.raises(UsageError, match="evidence"):
        case.links.benign(visit.id, visit.id)
