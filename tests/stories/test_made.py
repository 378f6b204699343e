"""Stories of a case made by hand: what they say is counted from its records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from graphhunt.errors import MissingError, UsageError
from graphhunt.hunt import Hunt
from graphhunt.incidents.sentences import plain
from graphhunt.stories.sentences import MOST
from tests.api.case import DAY, PAYLOADS, records


def at(time: str) -> str:
    """Write a time of the case's day."""
    return f"{DAY}T{time}.000000Z"


def rows(told: dict[str, Any], table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told["tables"][table]["rows"]
    return found


def said(told: dict[str, Any]) -> str:
    return "\n".join(plain(sentence) for sentence in told["sentences"])


def proofs(value: Any) -> Iterator[dict[str, Any]]:
    """Give everything in an answer that says which records it rests on."""
    if isinstance(value, list):
        for each in value:
            yield from proofs(each)
    elif isinstance(value, dict):
        if "ids" in value and "total" in value:
            yield value
        if "parts" in value:
            yield {"ids": value["evidence"], "total": value["total"]}
        for each in value.values():
            yield from proofs(each)


def test_who_came(made: Hunt) -> None:
    told = made.story("machine", "bravo")
    (row,) = rows(told, "came")
    assert (row["account"]["name"], row["from"]["name"], row["machine"]["name"]) == ("ada", "alpha", "bravo")
    assert (row["start"], row["count"], row["logon_types"]) == (at("10:00:00"), 1, [3])
    assert row["sessions"][0]["logon_id"] == "0xb0b"
    assert rows(made.story("user", "ada"), "came")[0]["sessions"] == row["sessions"]


def test_where_they_went_on(made: Hunt) -> None:
    told = made.story("machine", "bravo")
    (row,) = rows(told, "went")
    assert (row["account"]["name"], row["machine"]["name"], row["start"]) == ("grace", "charlie", at("10:30:00"))
    assert "From here grace went on to charlie" in said(told)


def test_what_ran_has_what_is_notable_first(made: Hunt) -> None:
    found = rows(made.story("machine", "bravo"), "ran")
    names = [row["program"] for row in found]
    assert {"cmd.exe", "powershell.exe", *(f"{number}.exe" for number in range(len(PAYLOADS)))} <= set(names)
    assert found[0]["program"] == "powershell.exe"  # encoded, and it called an outside address
    assert [row["weight"] for row in found] == sorted((row["weight"] for row in found), reverse=True)
    command = next(row for row in found if row["program"] == "cmd.exe")
    assert (command["count"], command["commands"], command["machines"]) == (1, ["cmd.exe /c whoami"], 1)


def test_what_it_talked_to(made: Hunt) -> None:
    (row,) = rows(made.story("machine", "bravo"), "talked")
    assert (row["address"], row["port"], row["where"], row["count"]) == ("9.9.9.9", 443, "outside", 1)
    assert row["programs"] == [{"name": "powershell.exe", "count": 1}]
    assert row["others"] == 1  # charlie's did, too
    assert [row["name"] for row in made.stories()["addresses"]["rows"]] == ["9.9.9.9"]


def test_what_changed(made: Hunt) -> None:
    (row,) = [row for row in rows(made.story("machine", "bravo"), "changed") if row["kind"] == "service"]
    assert (row["start"], [each["name"] for each in row["accounts"]]) == (at("10:00:04"), ["ada"])
    assert plain(row["sentence"]).lower().startswith("the service updater")


def test_what_was_recorded(made: Hunt) -> None:
    own = [record for record in records() if record["Hostname"].startswith("bravo")]
    told, last = made.story("machine", "bravo")["tables"]["recorded"], len(PAYLOADS) - 1  # one a second
    assert sum(row["records"] for row in told["rows"]) == len(own)
    assert {row["code"]: row["records"] for row in told["rows"]}["Security/4697"] == 1
    assert [(each["start"], each["end"]) for each in told["stretches"]] == [
        (at("10:00:00"), at("10:00:09")),
        (at("11:00:00"), at(f"11:0{last // 60}:{last % 60:02}")),
    ]
    assert told["minutes"] == round((9 + last) / 60)
    assert "connections" not in told["missing"]
    assert "shares" in told["missing"]


def test_an_address_of_the_internet(made: Hunt) -> None:
    told = made.story("ip", "9.9.9.9")
    assert told["about"]["where"] == "outside"
    assert {row["machine"]["name"] for row in rows(told, "talked")} == {"bravo", "charlie"}
    assert "processes called 9.9.9.9, port 443" in said(told)


def test_a_window(made: Hunt) -> None:
    told = made.story("machine", "bravo", since=at("10:00:05"), until=at("10:00:08"))
    assert {row["program"] for row in rows(told, "ran") if not row["mention"]} == {
        "services.exe", "cmd.exe", "powershell.exe",
    }  # fmt: skip
    assert rows(told, "talked") == rows(told, "changed") == []
    empty = made.story("machine", "bravo", since=f"{DAY}T20:00:00Z")
    assert [sentence["id"] for sentence in empty["sentences"]] == ["not_recorded"]
    assert empty["tracks"] == []


def test_one_that_logged_nothing(made: Hunt) -> None:
    told = made.story("machine", "alpha")
    assert rows(told, "recorded")  # alpha did: a connection
    address = made.story("ip", "10.0.0.1")
    assert "alpha" in said(address)


def test_tracks_are_accounts_of_a_machine_and_machines_of_an_account(made: Hunt) -> None:
    assert "ada" in {line["entity"]["name"] for line in made.story("machine", "bravo")["tracks"] if line["entity"]}
    tracks = made.story("user", "ada")["tracks"]
    assert [line["entity"]["name"] for line in tracks] == ["bravo", "charlie"]  # a shell of hers calls out there
    assert {"logon", "change"} <= {mark["kind"] for mark in tracks[0]["marks"]}


@pytest.mark.parametrize(("kind", "name"), [("machine", "bravo"), ("user", "ada"), ("ip", "9.9.9.9")])
def test_everything_has_its_records(made: Hunt, kind: str, name: str) -> None:
    told = made.story(kind, name)
    assert 0 < len(told["sentences"]) <= MOST
    found = list(proofs(told))
    assert len(found) > 5
    for proof in found:
        assert 0 < len(proof["ids"]) <= 50
        assert proof["total"] >= len(proof["ids"])
        assert all(made.evidence(event) for event in proof["ids"][:2])


def test_names(made: Hunt) -> None:
    assert made.story(None, "BRAVO.lab.local")["id"] == made.story("machine", "bravo")["id"]
    assert made.story(None, "LAB\\ada")["kind"] == made.story(None, "account:ada")["kind"] == "user"
    with pytest.raises(MissingError) as missing:
        made.story(None, "brav")
    assert "bravo" in str(missing.value)
    with pytest.raises(UsageError, match="no stories of"):
        made.story("file", "bravo")


def test_text_of_records_is_never_in_our_words(made: Hunt) -> None:
    """What somebody else chose stands in parts of its own, however it looks."""
    shown = json.dumps([_texts(made.story(kind, name)) for kind, name in _everyone(made)])
    assert "xss" not in shown
    assert "evil" not in shown
    lines = [row["command_line"] for row in made.process_rows("machine", "bravo")["rows"]]
    assert set(PAYLOADS) <= set(lines)


def _everyone(made: Hunt) -> list[tuple[str, str]]:
    listed = made.stories()
    kinds = {"machines": "machine", "accounts": "user", "addresses": "ip"}
    return [(kind, row["id"]) for table, kind in kinds.items() for row in listed[table]["rows"]]


def _texts(value: Any) -> list[str]:
    """Give the literals of all sentences."""
    if isinstance(value, dict):
        own = [part["text"] for part in value.get("parts", ()) if "text" in part]
        return own + [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


def test_the_list_says_what_is_worth_opening(made: Hunt) -> None:
    listed = made.stories()
    machines = {row["name"]: row for row in listed["machines"]["rows"]}
    assert set(machines) == {"alpha", "bravo", "charlie"}
    own = sum(record["Hostname"].startswith("bravo") for record in records())
    assert (machines["bravo"]["records"], machines["bravo"]["accounts"]) == (own, 1)
    assert listed["machines"]["rows"][0]["leads"] > 0
    accounts = {row["name"]: row for row in listed["accounts"]["rows"]}
    assert (accounts["ada"]["machines"], accounts["ada"]["logons"]) == (1, 1)


def test_processes_are_rows_of_trees(made: Hunt) -> None:
    found = made.process_rows("machine", "bravo")
    rows = {row["name"]: row for row in found["rows"]}
    assert rows["cmd.exe"]["parent"] == rows["services.exe"]["id"]
    assert rows["powershell.exe"]["depth"] == rows["cmd.exe"]["depth"] + 1 == rows["services.exe"]["depth"] + 2
    order = [row["name"] for row in found["rows"]]
    assert order.index("cmd.exe") < order.index("powershell.exe") < order.index("0.exe")
    effects = {effect["kind"]: plain(effect["sentence"]) for effect in rows["powershell.exe"]["effects"]}
    assert effects["connection"] == "Called 9.9.9.9, port 443"
    assert found["sessions"][0]["logon_id"] == "0xb0b"
    around = made.process_rows("process", rows["cmd.exe"]["id"])
    assert {"cmd.exe", "powershell.exe", "services.exe"} <= {row["name"] for row in around["rows"]}
    with pytest.raises(MissingError):
        made.process_rows("process", "nothing")
