"""Boots: from records, from the System process's GUID, and from LogonIds that begin anew."""

from __future__ import annotations

from typing import Any

import pytest

from graphhunt.graph.boots import Boots
from graphhunt.graph.case import Case
from graphhunt.model import Connection, Fact, Logon, MachineState
from tests.graph.facts import SECOND, T0, frames

MINUTE = 60 * SECOND


def boots(*facts: Fact) -> list[tuple[str, int]]:
    """Say when machines booted, in seconds."""
    found = Boots(Case(frames(facts))).table
    assert found.get_column("boot").to_list() == found.get_column("time").to_list()
    return [(machine, (time - T0) // SECOND) for machine, time in found.select("machine_id", "time").iter_rows()]


def state(seconds: int, state: str = "boot") -> MachineState:
    return MachineState(time=T0 + seconds * SECOND, host="SRV", state=state)


def logon(minutes: float, logon_id: str, host: str = "SRV", **more: Any) -> Logon:
    fields: dict[str, Any] = {"code": "Security/4624", "user": "ann", "sid": "S-1-5-21-1-2-3-1001", **more}
    return Logon(time=T0 + int(minutes * MINUTE), host=host, logon_id=logon_id, logon_type=3, **fields)


def system(minutes: int, began: int, **more: Any) -> Connection:
    """A connection of a machine's System process, whose GUID says when it began, in seconds after `T0`."""
    second = f"{T0 // SECOND + began:08x}"
    guid = f"{{12345678-{second[4:]}-{second[:4]}-0100-000000000400}}"
    fields: dict[str, Any] = {"pid": 4, "path": "System", "guid": guid, **more}
    return Connection(time=T0 + minutes * MINUTE, host="SRV", **fields)


def test_records_within_five_minutes_tell_of_one_boot() -> None:
    assert boots(state(0), state(20), state(310), state(1000)) == [("srv", 0), ("srv", 1000)]


@pytest.mark.parametrize("other", ["shutdown", "log_started", "resume", "fast_start", "uptime"])
def test_only_a_boot_is_one(other: str) -> None:
    """A resumed machine keeps its sessions; the service of the log starts again without the machine."""
    assert boots(state(0, other)) == []


def test_the_guid_of_the_system_process_says_when_its_machine_booted() -> None:
    assert boots(system(10, 0), system(20, 0), system(90, 3600)) == [("srv", 0), ("srv", 3600)]


@pytest.mark.parametrize("more", [{"pid": 5}, {"path": r"C:\t\System.exe"}, {"guid": None}])
def test_no_other_process_does(more: dict[str, Any]) -> None:
    assert boots(system(10, 0, **more)) == []


def test_a_guid_of_a_later_time_than_its_record_says_nothing() -> None:
    assert boots(system(10, 601)) == []


def test_a_lower_logon_id_than_one_given_out_long_before_stands_after_a_boot() -> None:
    facts = [logon(0, "0x50000"), logon(5, "0x60000"), logon(20, "0x9000"), logon(21, "0xa000"), logon(60, "0x55000")]
    assert boots(*facts) == [("srv", 20 * 60)]


def test_every_boot_is_found_again() -> None:
    facts = [logon(0, "0x50000"), logon(20, "0x9000"), logon(40, "0x10000"), logon(60, "0x9500")]
    assert boots(*facts) == [("srv", 20 * 60), ("srv", 60 * 60)]


def test_a_boot_that_is_recorded_explains_a_lower_logon_id() -> None:
    assert boots(logon(0, "0x50000"), state(600), logon(20, "0x9000"), logon(40, "0x10000")) == [("srv", 600)]


@pytest.mark.parametrize(
    "second",
    [
        logon(9, "0x9000"), logon(20, "0x3e7"), logon(20, "0x9000", "OTHER"), logon(20, "0x9000", code="Security/4648"),
        logon(20, "0x9000", success=False), logon(20, "0x50000"),
    ],
    ids=["soon after", "well known", "of another machine", "of another record", "failed", "the same"],
)  # fmt: skip
def test_what_says_nothing_of_a_boot(second: Logon) -> None:
    assert boots(logon(0, "0x50000"), second) == []
