"""`hunt lsass_access` on both engines: queries of lsass are left out, scripts stand first, the system's own last."""

from __future__ import annotations

from graphhunt.queries import library
from graphhunt.store import Store
from tests.conftest import raw

ROWS = (
    # program, its folder, account, rights, grade: in the order in which they are to be read
    ("powershell.exe", r"C:\Windows\System32\WindowsPowerShell\v1.0", "ann", "0x1fffff", 1.0),
    ("powershell.exe", r"C:\Windows\System32\WindowsPowerShell\v1.0", "ann", "0x1010", 1.0),
    ("winword.exe", r"C:\Program Files\Office", "ann", "0x40", 0.6),
    ("a.exe", r"C:\Users\Public", "S-1-5-18", "0x1010", 1.0),
    ("b.exe", r"C:\ProgramData\tool", "S-1-5-18", "0x1010", 1.0),
    ("taskmgr.exe", r"C:\Windows\System32", "ann", "0x1fffff", 1.0),
    ("taskmgr.exe", r"C:\Windows\System32", "ann", "0x1410", 1.0),
    ("agent.exe", r"C:\ProgramData\Microsoft\Agent", "S-1-5-18", "0x1410", 1.0),
    ("svchost.exe", r"C:\Windows\System32", "S-1-5-18", "0x1410", 0.1),
    ("svchost.exe", r"C:\Windows\System32", "S-1-5-18", "0x1000", 0.0),
    ("svchost.exe", r"C:\Windows\System32", "S-1-5-18", "0x3000", 0.0),
)


def test_who_has_a_right_over_it_in_the_order_of_who_it_is(store: Store) -> None:
    raw(store, "CREATE (m:Machine {id: 'm', name: 'M'})-[:RAN {id: 'r'}]->(:Process {id: 'l', name: 'lsass.exe'})")
    for number, (name, folder, user, granted, grade) in enumerate(reversed(ROWS)):
        raw(
            store,
            "MATCH (l:Process {id: 'l'}) CREATE (:Process {id: $id, name: $name, path: $path, user_id: $user})"
            "-[:ACCESSED {id: $id, granted: $granted, grade: $grade, start: $at, end: $at}]->(l)",
            id=f"p{number}", name=name, path=f"{folder}\\{name}", user=user, granted=granted, grade=grade, at=number,
        )  # fmt: skip
    found = store.read(library()["hunt/lsass_access"], image="lsass.exe", since=None, until=None, limit=100)
    told = [(row["process"], row["granted"]) for row in found]
    assert told == [(f"{folder}\\{name}", granted) for name, folder, _, granted, grade in ROWS if grade > 0]
    assert [row["actor"] for row in found] == [
        "script host or office program", "script host or office program", "script host or office program",
        "in a folder of everybody", "in a folder of everybody", "a tool of a person", "a tool of a person",
        "of the system", "of the system",
    ]  # fmt: skip
