"""Access of processes to each other: what was opened, and what was refused."""

from __future__ import annotations

from graphhunt.graph.graph import build
from graphhunt.model import Fact, ProcessAccess, ProcessStart
from tests.graph.facts import T0, frames

LSASS = r"C:\Windows\System32\lsass.exe"


def opened(success: bool) -> list[dict[str, object]]:
    started: list[Fact] = [
        ProcessStart(time=T0 + pid, host="ws1", pid=pid, path=path, user="ana", domain="CORP")
        for pid, path in ((700, LSASS), (4242, r"C:\Temp\p.exe"))
    ]
    handle = ProcessAccess(
        time=T0 + 9_000_000,
        host="ws1",
        code="Security/4656",
        pid=4242,
        path=r"C:\Temp\p.exe",
        user="ana",
        domain="CORP",
        target_path=LSASS,
        target_pid=700,
        granted="0x1010",
        rights=0x1010,
        success=success,
    )
    drawn = build(frames([*started, handle])).relationships.get("ACCESSED")
    return [] if drawn is None else drawn.to_dicts()


def test_a_handle_that_was_given_is_drawn_once() -> None:
    [row] = opened(success=True)
    assert (row["granted"], row["count"]) == ("0x1010", 1)


def test_a_refused_handle_is_no_access() -> None:
    assert opened(success=False) == []
