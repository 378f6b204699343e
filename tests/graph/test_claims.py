"""What records of one process opening another say: rights are bits, and none of them is a reading."""

from __future__ import annotations

from typing import Any

import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.lateral.detector.corroboration import KINDS
from graphhunt.model import ProcessAccess, ProcessStart

from .facts import SECOND, T0, frames

LSASS = r"C:\Windows\System32\lsass.exe"
TOOL = r"C:\Users\eve\tool.exe"


def opening(granted: str, path: str = TOOL, code: str = "Sysmon/10", sid: str = "S-1-5-21-1-2-3-1100") -> Graph:
    who: dict[str, Any] = {"host": "PC", "pid": 70, "path": path}
    target: dict[str, Any] = {"target_pid": 60, "target_path": LSASS}
    begun = ProcessStart(time=T0, code="Security/4688", user="eve", domain="CORP", sid=sid, **who)
    return build(frames([begun, ProcessAccess(time=T0 + SECOND, code=code, granted=granted, **who, **target)]))


@pytest.mark.parametrize(
    ("granted", "rights", "grade"),
    [
        ("0x1010", ["VM_READ"], 1.0),
        ("0x1fffff", ["CREATE_PROCESS", "CREATE_THREAD", "DUP_HANDLE", "VM_OPERATION", "VM_READ", "VM_WRITE"], 1.0),
        ("0x40", ["DUP_HANDLE"], 0.6),
        ("0x1400", [], 0),
        ("0x2000", [], 0),
    ],
)
def test_rights_are_bits(granted: str, rights: list[str], grade: float) -> None:
    graph = opening(granted)
    row = graph.relationships["ACCESSED"].row(0, named=True)
    assert (sorted(row["rights"]), row["grade"]) == (rights, grade)
    assert ("lsass_access" in graph.corroboration.get_column("kind")) == (grade == 1)


@pytest.mark.parametrize(
    ("path", "sid", "grade"),
    [
        (r"C:\Windows\System32\svchost.exe", "S-1-5-18", 0.1),
        (r"\Device\HarddiskVolume2\Windows\Sysmon64.exe", "S-1-5-18", 0.1),
        (r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.1\MsMpEng.exe", "S-1-5-18", 0.1),
        (r"C:\Windows\System32\svchost.exe", "S-1-5-21-1-2-3-1100", 1.0),
        (r"C:\Users\eve\svchost.exe", "S-1-5-18", 1.0),
        (r"C:\Windows\Temp\svchost.exe", "S-1-5-18", 1.0),
    ],
)
def test_windows_own_programs_weigh_little_in_their_place_only(path: str, sid: str, grade: float) -> None:
    assert opening("0x1010", path, sid=sid).relationships["ACCESSED"].get_column("grade").to_list() == [grade]


def test_a_claim_names_actor_account_rights_record_and_time() -> None:
    (claim,) = opening("0x1010").relationships["ACCESSED"].get_column("claim")
    assert claim == (
        f"{TOOL} of eve on pc opened {LSASS} with the right to read its memory (0x1010; Sysmon/10; 2020-09-13 12:26:41)"
    )


def test_only_the_record_of_a_use_says_used() -> None:
    (asked,) = opening("0x1010", code="Security/4656").relationships["ACCESSED"].get_column("claim")
    (used,) = opening("0x10", code="Security/4663").relationships["ACCESSED"].get_column("claim")
    assert " opened " in asked
    assert f" used on {LSASS} the right to read its memory (0x10; Security/4663; " in used


def test_nothing_says_that_memory_was_read() -> None:
    assert not [kind.words for kind in KINDS if "was read" in kind.words]
