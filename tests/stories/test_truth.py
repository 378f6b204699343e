"""Stories of ground truth A, by what its authors and the records say; its twin is compared in `tests/graph`."""

from __future__ import annotations

import time
from typing import Any

from graphhunt.hunt import Hunt
from graphhunt.incidents.sentences import plain

PAYLOADS = {
    "{d273d0f0-fd6c-5f66-7605-000000000800}", "{d273d0f0-8078-5f67-cc06-000000000800}",
    "{d273d0f0-c4f7-5f67-a707-000000000800}", "{d273d0f0-cc10-5f67-1008-000000000800}",
    "{d273d0f0-28bd-5f68-af08-000000000800}",
}  # fmt: skip
"""The processes that ran a payload, by ProcessGuid."""


def said(told: dict[str, Any]) -> str:
    return "\n".join(plain(sentence) for sentence in told["sentences"])


def test_a_host(truth: Hunt) -> None:
    told = truth.story(None, "WORKSTATION6")
    assert [each["rank"] for each in told["incidents"]] == [1]
    came = [row for row in told["tables"]["came"]["rows"] if row["from"]]
    assert {(row["account"]["name"], row["from"]["name"]) for row in came} == {("pgustavo", "WORKSTATION5")}
    assert sum(row["count"] for row in came) == 21
    assert came[0]["packages"] == ["NTLM"]
    services = {
        plain(row["sentence"]).split()[2] for row in told["tables"]["changed"]["rows"] if row["kind"] == "service"
    }
    assert services == {"PGUJLOAKFQFVOMHGFQPX", "Updater"}
    (call,) = [row for row in told["tables"]["talked"]["rows"] if row["address"] == "10.10.10.5"]
    assert (call["port"], call["count"], call["others"], call["programs"][0]["name"]) == (80, 5, 0, "powershell.exe")
    text = said(told)
    for words in (
        "21 logons by pgustavo",
        "10.10.10.5",
        "http://10.10.10.5/news.php",
        "no other process on any machine",
    ):
        assert words in text
    assert {"pgustavo", "sbeavers", "wardog"} <= {line["entity"]["name"] for line in told["tracks"] if line["entity"]}


def test_an_account(truth: Hunt) -> None:
    told = truth.story("user", "THESHIRE\\pgustavo")
    text = said(told)
    assert "administrator rights on MORDORDC, a domain controller: special privileges (4672) with 6 of 6 logons" in text
    assert "stood on a command line of wardog" in text
    assert "from the outside address 1.2.3.4" in text
    assert told["tables"]["talked"]["rows"][0]["address"] == "10.10.10.5"
    assert {line["entity"]["name"] for line in told["tracks"]} == {"WORKSTATION5", "WORKSTATION6", "MORDORDC"}
    outside = [row for row in told["tables"]["came"]["rows"] if row["from"] and row["from"]["label"] == "IP"]
    assert {row["from"]["id"] for row in outside} == {"1.2.3.4"}


def test_what_was_recorded_is_counted_in_minutes(truth: Hunt) -> None:
    told = truth.story(None, "WORKSTATION6")
    assert len(told["stretches"]) == 11
    assert 20 <= told["tables"]["recorded"]["minutes"] <= 24  # all machines together recorded 24 minutes of two days


def test_the_decoded_commands_stand_in_rows(truth: Hunt) -> None:
    rows = truth.process_rows("machine", "workstation6")["rows"]
    found = {row["id"].partition("|")[2]: row for row in rows}
    for guid in PAYLOADS:
        row = found[guid]
        assert {"turns script block logging off", "switches AMSI off"} <= set(row["decoded"]["facts"])
        assert any("10.10.10.5" in plain(effect["sentence"]) for effect in row["effects"])
        assert len(row["command_line"]) > 400
        assert row["folded"] is None
    assert {row["folded"] for row in rows if row["name"] == "conhost.exe"} == {"console"}


def test_one_without_records_of_its_own(truth: Hunt) -> None:
    told = truth.story(None, "172.18.38.6")
    assert "no records of its own" in said(told)
    assert told["sentences"][0]["evidence"]


def test_a_story_is_told_soon(truth: Hunt) -> None:
    truth.story(None, "WORKSTATION6")
    begun = time.process_time()
    truth.story(None, "WORKSTATION6")
    assert time.process_time() - begun < 1.0
