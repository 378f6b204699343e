"""Files that come through shares, by 5145 and by Zeek; expected rows worked out by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.model import Connection, ShareAccess
from tests.graph.facts import SECOND, T0, frames

CLIENT = "10.0.0.9"
WRITE = "0x2"


def share(**given: Any) -> ShareAccess:
    fields: dict[str, Any] = {
        "time": T0, "host": "fs1", "code": "Security/5145", "user": "ana", "share": r"\\*\C$", "target": r"Tools\x.exe",
        "source_ip": CLIENT, "access": WRITE, "local_path": "C:\\",
    }  # fmt: skip
    return ShareAccess(**fields | given)


def sent(*facts: Any) -> list[tuple[object, ...]]:
    table = build(frames(facts)).relationships.get("SENT")
    return [] if table is None else table.sort("path").select("from_id", "to_id", "path", "share", "count").rows()


def test_the_right_to_write_through_a_share() -> None:
    first, again = share(), share(time=T0 + SECOND, access="0x17019f")  # all rights but to the owner's
    assert sent(first, again) == [(CLIENT, r"fs1|c:\tools\x.exe", r"C:\Tools\x.exe", r"\\*\C$", 2)]
    found: Graph = build(frames([first]))
    [row] = found.relationships["SENT"].to_dicts()
    assert (row["from_label"], row["to_label"], row["start"], row["confidence"]) == ("IP", "File", T0, "observed")
    assert found.nodes["User"].filter(pl.col("id") == row["user_id"])["name"].to_list() == ["ana"]
    [file] = found.nodes["File"].to_dicts()
    assert (file["id"], file["name"], file["machine_id"]) == (r"fs1|c:\tools\x.exe", "x.exe", "fs1")


def test_appending_is_writing_and_a_share_may_be_any_folder() -> None:
    file = share(share=r"\\*\Data", target="plan.docx", local_path=r"E:\Shared", access="0x4")
    assert sent(file) == [(CLIENT, r"fs1|e:\shared\plan.docx", r"E:\Shared\plan.docx", r"\\*\Data", 1)]


@pytest.mark.parametrize("given", [
    {"access": "0x120089"}, {"access": "0x80"}, {"access": "0x1"}, {"access": None}, {"access": "odd"},  # to read
    {"success": False}, {"source_ip": "127.0.0.1"}, {"source_ip": "::1"}, {"source_ip": None}, {"target": None},
    {"share": r"\\*\Data", "local_path": None}, {"share": r"\\*\IPC$", "local_path": None, "target": "svcctl"},
])  # fmt: skip
def test_what_was_not_written_by_another_machine_or_nobody_knows_where(given: dict[str, Any]) -> None:
    assert sent(share(**given)) == []


def test_a_machine_that_writes_to_its_own_share_sends_itself_nothing() -> None:
    out = Connection(
        time=T0 - SECOND, host="fs1", source_ip=CLIENT, source_port=50001, destination_ip="10.9.9.9",
        destination_port=443, initiated=True, pid=9, path="a.exe",
    )  # fmt: skip
    assert sent(out, share()) == []


def test_a_sensor_sees_it_and_administrative_shares_are_known_by_name() -> None:
    seen: dict[str, Any] = {
        "code": "zeek/smb_files", "user": None, "local_path": None, "access": "SMB::FILE_WRITE",
        "operation": "SMB::FILE_WRITE",
    }  # fmt: skip
    assert sent(
        share(**seen, share=r"\\FS1\ADMIN$", target="PSEXESVC.exe"), share(**seen, share=r"\\FS1\d$", target="a.dll"),
        share(**seen, share=r"\\FS1\Data", target="b.dll"),
        share(**seen | {"operation": "SMB::FILE_OPEN"}, share=r"\\FS1\C$", target="c.dll"),
    ) == [
        (CLIENT, r"fs1|c:\windows\psexesvc.exe", r"C:\Windows\PSEXESVC.exe", r"\\FS1\ADMIN$", 1),
        (CLIENT, r"fs1|d:\a.dll", r"D:\a.dll", r"\\FS1\d$", 1),
    ]  # fmt: skip


def test_the_files_of_the_recorded_intrusion_came_from_the_first_workstation(theshire: Graph) -> None:
    """Both were copied through C$ before WORKSTATION6 ran them; only the 5145 of the copies asks to write."""
    rows = theshire.relationships["SENT"].sort("start").select("from_id", "to_id", "count").rows()
    assert rows == [
        ("172.18.39.5", r"workstation6|c:\windows\tasks\pshell.xml", 2),
        ("172.18.39.5", r"workstation6|c:\windows\system32\wlbsctrl.dll", 2),
    ]
