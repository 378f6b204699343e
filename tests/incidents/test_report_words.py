"""What analysts write in a report and add to it: kept apart from what the records say, in every form, and undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graphhunt.case.incident_report.content import gathered, story_of
from graphhunt.case.incident_report.forms import FORMS
from graphhunt.case.incident_report.listed import Lists
from graphhunt.case.incident_report.texts import ITEM, Texts
from graphhunt.errors import ConflictError, MissingError, UsageError
from graphhunt.hunt import Hunt
from tests.conftest import small_settings

HOSTILE = "<img src=x onerror=window.__xss=1>\u202efdp.exe"
QUERY = "pgustavo 4697 host:WORKSTATION6"


class Written:
    """A case whose casebook is another one, so that the workspace stays as it is."""

    def __init__(self, hunt: Hunt, folder: Path) -> None:
        self._hunt = hunt
        self.folder = folder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hunt, name)


@pytest.fixture(scope="module")
def hunt(real_case: Callable[[str], Path]) -> Iterator[Hunt]:
    """Ground truth A, to be read."""
    with Hunt(real_case("mordor_theshire_2020"), settings=small_settings()) as found:
        yield found


def test_what_is_added_stands_in_every_form_with_its_records(hunt: Hunt, tmp_path: Path) -> None:
    """Both records of the service that pgustavo installed, the first hop of the ground truth, and the notes on them."""
    case, lists, texts = Written(hunt, tmp_path), Lists(tmp_path), Texts(tmp_path)
    own = gathered(case).report["id"]
    story = story_of(hunt, own)
    hop = next(step for step in story["steps"] if step["time"].startswith("2020-09-20T06:57:46"))
    searched, _ = lists.add(own, (), "search", [QUERY], "ana")
    act, _ = lists.add(own, (), "act", [hop["id"]], "ana")
    service = hunt.records.find(QUERY + " event:4697", limit=1)["items"][0]
    record, listed = lists.add(own, (), "record", [service["event_id"]], "ana")
    lists.arrange(own, (), [record.id, searched.id, act.id], listed.version, "ana")
    texts.put(own, ITEM + record.id, "This one first.", "ana")
    texts.put(own, "happened", f"The clients' words: {HOSTILE}", "ana")
    texts.put(own, "timeline", "Times are those of the domain controller.", "bob")
    found = gathered(case)
    rows = found.report["added"]
    assert [row["kind"] for row in rows] == ["record", "search", "act"]
    assert rows[0]["title"] == "Security/4697"
    assert rows[0]["note"]["text"] == "This one first."
    assert rows[1]["said"][0].startswith("2 records of ")
    assert rows[2]["time"] == hop["time"]
    assert "WORKSTATION6" in rows[2]["machine"]
    numbers = {record["event_id"]: record["number"] for record in found.report["records"]}
    assert rows[0]["records"] == [numbers[service["event_id"]]]
    assert len(rows[1]["records"]) == 2
    part = found.report["summary"]["happened"]
    assert (part["author"], part["generated"]) == ("ana", gathered(hunt).report["summary"]["happened"]["text"])
    assert found.report["notes"]["timeline"]["author"] == "bob"
    for name in ("html", "md", "json"):
        written = FORMS[name].write(found).decode()
        for text in ("This one first.", "Times are those of the domain controller.", "Security/4697"):
            assert text.replace("/", "") in written.replace("\\", "").replace("<wbr>", "").replace("/", ""), (
                name,
                text,
            )
        if name != "json":
            assert "<img" not in written.replace("\\<img", "")
            assert "\u202e" not in written
    assert '<div class="own">This one first.<div class="k">In the words of ana' in FORMS["html"].write(found).decode()
    notes = [each for each in json.loads(FORMS["stix"].write(found))["objects"] if each["type"] == "note"]
    assert {each["authors"][0] for each in notes} == {"ana", "bob"}
    assert all(each["object_refs"] for each in notes)


def test_secrets_and_names_are_taken_out_of_what_was_added(hunt: Hunt, tmp_path: Path) -> None:
    case = Written(hunt, tmp_path)
    own = gathered(case).report["id"]
    Lists(tmp_path).add(own, (), "search", ["pgustavo /rc4:e4f8a1c09b7d4352861f0a9be7c3d215"], "ana")
    Texts(tmp_path).put(own, "records", "pgustavo's password: hunter2secret", "ana")
    plain = FORMS["html"].write(gathered(case)).decode()
    assert "e4f8a1c0…" in plain
    assert "e4f8a1c09b7d" not in plain
    assert "hunter2secret" not in plain
    assert "pgustavo" not in FORMS["html"].write(gathered(case, None, ("names",))).decode()


def test_every_state_of_the_list_can_be_had_again(tmp_path: Path) -> None:
    lists = Lists(tmp_path)
    assert lists.of("one").items == []
    first, _ = lists.add("old", (), "record", ["a"], "ana")
    second, _ = lists.add("one", ["old"], "search", ["x"], "ana")
    again, both = lists.add("one", ["old"], "search", ["x"], "bob")
    assert again == second
    assert [item.id for item in both.items] == [first.id, second.id]
    less = lists.arrange("one", ["old"], [second.id], both.version, "bob")
    assert [item.id for item in lists.of("one", ["old"]).items] == [second.id]
    with pytest.raises(ConflictError):
        lists.arrange("one", ["old"], [], both.version)
    back = lists.arrange("one", ["old"], [second.id, first.id], less.version)
    assert [item.id for item in back.items] == [second.id, first.id]
    with pytest.raises(UsageError, match="never had"):
        lists.arrange("one", ["old"], ["0" * 16], back.version)
    with pytest.raises(UsageError):
        lists.add("one", (), "thought", ["x"])


def test_a_text_that_is_taken_back_gives_way_to_the_one_before(tmp_path: Path) -> None:
    texts = Texts(tmp_path)
    texts.put("old", "reach", "First.", "ana")
    texts.put("one", "reach", "Second.", "bob")
    texts.put("one", "reach", "", "bob")
    assert texts.of("one", ["old"]) == {}
    for said in ("Second.", "First."):
        texts.take_back("one", "reach", ["old"], "cy")
        assert texts.of("one", ["old"])["reach"]["text"] == said
    texts.take_back("one", "reach", ["old"], "cy")
    assert texts.written("one", ["old"]) == set()
    with pytest.raises(MissingError):
        texts.take_back("one", "reach", ["old"])


def test_what_is_no_longer_there_says_so(hunt: Hunt, tmp_path: Path) -> None:
    case, lists = Written(hunt, tmp_path), Lists(tmp_path)
    own = gathered(case).report["id"]
    for kind, ref in (("record", "f" * 24), ("incident", "f" * 24), ("act", "f" * 24), ("search", 'nofield:x "')):
        lists.add(own, (), kind, [ref], "ana")
    rows = gathered(case).report["added"]
    assert all(row["gone"] and not row["records"] for row in rows)
    assert FORMS["html"].write(gathered(case)).decode().count("<i>Not found: ") == 4
