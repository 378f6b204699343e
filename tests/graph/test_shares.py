"""Shares: what was opened, and what wasn't."""

from __future__ import annotations

from graphhunt.graph.graph import build
from graphhunt.model import Logon, ShareAccess
from tests.graph.facts import T0, frames


def test_a_denied_share_is_not_opened_and_tells_no_technique() -> None:
    logon = Logon(time=T0, host="fs1", user="ana", logon_id="0x7", logon_type=3, source_ip="192.0.2.7")
    opened = ShareAccess(time=T0 + 1, host="fs1", user="ana", logon_id="0x7", share=r"\\*\IPC$", target="srvsvc")
    denied = ShareAccess(time=T0 + 2, host="fs1", user="ana", logon_id="0x7", share=r"\\*\ADMIN$", success=False)
    found = build(frames([logon, opened, denied]))
    assert found.relationships["OPENED_SHARE"].get_column("to_id").to_list() == ["fs1|ipc$"]
    assert found.relationships["REMOTE_LOGON"].get_column("technique").to_list() == [None]
