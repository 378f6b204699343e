"""Ground truths B (three targets, one cause) and C (network logs alone), and the other recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.find import Found, Options, find, nothing_found, shown
from graphhunt.incidents.sentences import plain
from graphhunt.incidents.tables import Tables
from graphhunt.incidents.weights import weights

from .conftest import story


def test_b_is_one_with_three_targets(recorded: Callable[[str], Found]) -> None:
    found = recorded("mordor_purplesharp")
    over, below, _ = shown(found)
    assert (len(over), len(below)) == (1, 0)
    told = story(found)
    assert told["machines"][0] == "WORKSTATION5"
    assert sorted(told["machines"][1:]) == ["MORDORDC", "WORKSTATION6", "WORKSTATION7"]
    assert told["accounts"] == ["pgustavo"]
    assert told["techniques"] == ["T1021.006"]
    assert told["kinds"]["remote_winrm"] == 3
    assert told["class"] == "P"


def test_b_says_what_was_tried_first(recorded: Callable[[str], Found]) -> None:
    """The playbook guessed seven accounts' passwords and asked tickets of five services before it went on."""
    text = " ".join(
        plain(each) for step in story(recorded("mordor_purplesharp"))["steps"] for each in step["sentences"]
    )
    assert "7 accounts failed to log on from WORKSTATION5" in text
    assert "tickets of 5 services" in text or "tickets of 6 services" in text


def test_c_is_one_and_says_that_it_guesses(recorded: Callable[[str], Found]) -> None:
    found = recorded("apt29_zeek_day1")
    told = story(found)
    assert told["machines"] == ["NASHUA"]  # 10.0.1.6
    assert told["unknown_machines"] == ["10.0.1.4"]
    assert told["outside"] == ["192.168.0.4"]
    assert told["class"] == "N"
    assert told["techniques"] == []
    assert told["consistent_with"] == ["T1021.002", "T1021.003", "T1021.006"]
    assert plain(told["title"]).startswith("Someone using pbeesly moved from 10.0.1.4 to NASHUA")
    assert [each.machines for each in found.incidents[1:]] == [[]]


def test_c_is_over_the_line_by_what_was_called_after_the_hop(recorded: Callable[[str], Found]) -> None:
    """The ground truth: from .4 to .6 over 5985, 445 and 135, then the beacon to 192.168.0.4:8443 with 376 calls."""
    (over,), _, _ = shown(recorded("apt29_zeek_day1"))
    told = over.story(1)
    text = [plain(each) for step in told["steps"] for each in step["sentences"]]
    for port in ("5985", "445", "135"):
        assert any("10.0.1.4" in each and "10.0.1.6" in each and f"port {port}" in each for each in text), port
    assert any("192.168.0.4" in each and "376" in each and "as by a clock" in each for each in text)
    assert all("consistent with" in each for each in text if "T1021" in each or "WinRM" in each)
    ways = sum(part["adds"] for part in told["adds"] if part["what"] in WAYS)
    assert ways == 6


WAYS = ("network_remote", "network_winrm", "network_copy", "network_smb", "network_rpc")
"""Kinds that tell a way from machine to machine."""


def test_every_weight_of_c_may_be_a_fifth_off(real_case: Callable[[str], Path]) -> None:
    tables = Tables(Snapshot(real_case("apt29_zeek_day1") / "graph"))
    for kind in ("network_winrm", "network_copy", "network_rpc", "network_beacon", "network_followed"):
        for factor in (0.8, 1.2):
            best, second = find(tables, Options(), weights().scaled(kind, factor)).incidents[:2]
            assert best.score.total > 0 > second.score.total, (kind, factor)


@pytest.mark.parametrize("name", ["mordor_goldensaml", "suricata", "mordor_formats"])
def test_nothing_says_what_was_looked_at(recorded: Callable[[str], Found], name: str) -> None:
    found = recorded(name)
    assert not found.incidents
    text = nothing_found(found.scope)
    looked = [what for what, number in found.scope["looked_at"].items() if number]
    assert all(what in text for what in looked)


def test_single_techniques_are_listed_below_the_line(recorded: Callable[[str], Found]) -> None:
    """Extracts of one technique each, with nothing around it: what its own records prove is listed, nothing claimed."""
    found = recorded("evtx_lateral_movement")
    over, below, _ = shown(found)
    assert not over
    assert len(below) == 3
    kinds = {lead.kind for each in found.incidents for lead in each.leads}
    assert {"remote_service", "remote_task", "remote_wmi"} <= kinds


def test_a_server_that_started_a_shell(recorded: Callable[[str], Found]) -> None:
    """log4shell: the Java server ran encoded PowerShell that called the attacker's address."""
    told = story(recorded("mordor_log4shell"))
    assert told["machines"] == ["WORKSTATION5"]
    assert told["outside"] == ["192.168.3.5"]
    assert "encoded_command" in told["kinds"]


def test_no_name_of_a_recording_stands_in_the_room() -> None:
    """No name, address or hash of any recording in code, weights or templates."""
    room = Path(__file__).parents[2] / "graphhunt" / "incidents"
    text = "\n".join(file.read_text("utf-8") for file in room.rglob("*") if file.suffix in (".py", ".toml")).lower()
    for name in ("pgustavo", "wardog", "sbeavers", "workstation", "mordordc", "10.10.10.5", "1.2.3.4", "ikeext",
                 "rubeus", "purplesharp.exe", "wlbsctrl", "nashua", "jdemir", "winhelpersvc", "198.19"):  # fmt: skip
        assert name not in text
