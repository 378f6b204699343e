"""Which records are drawn, and why the others aren't; expected ids are those of the facts made here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from graphhunt.graph.accounting import NO_MACHINE, OUTVOTED, REASONS, REFUSED
from graphhunt.graph.graph import build
from graphhunt.model import (
    FACTS,
    Connection,
    Fact,
    FileAction,
    Flow,
    Logoff,
    Logon,
    PipeAction,
    Privileges,
    ProcessAccess,
    ProcessStart,
    Script,
    ShareAccess,
)
from tests.graph.facts import SECOND, T0, frames

ANA: dict[str, Any] = {"user": "ana", "domain": "CORP", "logon_id": "0x7"}


def left_out(*facts: Fact) -> list[str]:
    """Give the reasons of records that are not drawn, sorted."""
    return sorted(build(frames(facts)).undrawn.get_column("reason").to_list())


def test_every_kind_has_a_reason() -> None:
    assert set(REASONS) == {str(fact.__struct_config__.tag) for fact in FACTS}


def test_all_records_of_a_session_and_its_process_are_drawn() -> None:
    logon = Logon(time=T0, host="pc1", logon_type=2, **ANA)
    rights = Privileges(time=T0, host="pc1", privileges=["SeDebugPrivilege"], **ANA)
    start = ProcessStart(time=T0 + SECOND, host="pc1", pid=7, path=r"C:\a.exe", **ANA)
    end = Logoff(time=T0 + 9 * SECOND, host="pc1", **ANA)
    assert left_out(logon, rights, start, end) == []


def test_each_other_record_has_its_reason() -> None:
    assert left_out(
        Script(time=T0, host="pc1", text="whoami"),
        PipeAction(time=T0, host="pc1", operation="create", pipe="p"),
        Logon(time=T0, host="pc1"),
        FileAction(time=T0, target=r"C:\x", operation="create"),
        Flow(time=T0, source_ip="10.0.0.1"),
        ShareAccess(time=T0, host="pc1", share=r"\\*\ADMIN$", success=False),
        ProcessAccess(time=T0, host="pc1", operation="access", success=False),
    ) == sorted([
        REASONS["script"], REASONS["pipe_action"], REASONS["logon"], NO_MACHINE, REASONS["flow"], REFUSED, REFUSED,
    ])  # fmt: skip


def test_more_records_than_a_relationship_cites_are_drawn_all_the_same() -> None:
    """A relationship cites twenty; a hundred failures of one account make one."""
    failures = [Logon(time=T0 + at * SECOND, host="pc1", success=False, **ANA) for at in range(100)]
    found = build(frames(failures))
    assert found.relationships["FAILED_LOGON"].get_column("evidence").list.len().to_list() == [20]
    assert found.undrawn.height == 0


def test_a_sighting_that_weighs_too_little_says_so() -> None:
    """Forty connections from pc1's address, and one that says the address is pc2's."""
    ends: dict[str, Any] = {
        "source_ip": "10.0.0.5", "destination_ip": "10.0.0.9", "destination_port": 445, "initiated": True,
    }  # fmt: skip
    own = [
        Connection(time=T0 + at * SECOND, host="pc1", pid=4, path="System", source_port=50000 + at, **ends)
        for at in range(40)
    ]
    dirty = Connection(time=T0 + 20 * SECOND, host="pc2", source_port=50009, **ends)
    assert left_out(*own, dirty) == [OUTVOTED]


def test_a_repeated_message_counts_as_often_as_it_says() -> None:
    tried = Logon(time=T0, host="web1", success=False, user="root", source_ip="192.0.2.7")
    again = Logon(time=T0 + SECOND, host="web1", success=False, user="root", source_ip="192.0.2.7", count=5)
    found = build(frames([tried, again])).relationships["FAILED_LOGON"]
    assert found.get_column("count").to_list() == [6]


@pytest.mark.parametrize("shuffle", [1, 2])
def test_the_order_of_records_changes_nothing(shuffle: int) -> None:
    facts = [Script(time=T0, host="pc1", text="a"), Logon(time=T0, host="pc1"), Logon(time=T0, **ANA)]
    give: Callable[[str], pl.DataFrame] = frames(facts, shuffle)
    assert build(give).undrawn.equals(build(frames(facts)).undrawn)
